package dev.sluice.console.specification;

import java.util.OptionalInt;

/**
 * One thing that is wrong with a sweep file.
 *
 * @param pointer JSON pointer (RFC 6901) to the place; empty for the file as a whole
 * @param line    line in the text, from 1; empty where there is no text (a JSON tree was given)
 * @param column  column in the text, from 1, counted in code points; empty where there is no text
 * @param detail  a sentence or two for a person: the field, the value found and what was meant
 */
public record SpecificationError(String pointer, OptionalInt line, OptionalInt column, String detail) {

    /** One line for a terminal: {@code line 7, /parameters/lr/min: must be …}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line.ifPresent(number -> text.append("line ").append(number));
        if (!pointer.isEmpty()) {
            text.append(text.isEmpty() ? "" : ", ").append(pointer);
        }
        return text.append(text.isEmpty() ? "" : ": ").append(detail).toString();
    }
}
