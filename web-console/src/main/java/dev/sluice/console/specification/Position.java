package dev.sluice.console.specification;

import java.util.OptionalInt;

/**
 * A place in a text.
 *
 * @param line   from 1, or 0 where there is no text
 * @param column from 1, or 0 where there is no text
 */
record Position(int line, int column) {
    static final Position NONE = new Position(0, 0);

    OptionalInt lineNumber() {
        return line > 0 ? OptionalInt.of(line) : OptionalInt.empty();
    }

    OptionalInt columnNumber() {
        return column > 0 ? OptionalInt.of(column) : OptionalInt.empty();
    }
}
