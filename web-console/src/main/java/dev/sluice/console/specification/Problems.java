package dev.sluice.console.specification;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/** The errors found so far in one file. Not thread-safe. */
final class Problems {
    /** So many errors are kept; the rest is counted. */
    static final int MOST = 100;

    private final List<SpecificationError> errors = new ArrayList<>();
    private int leftOut;

    void add(String pointer, Position position, String detail) {
        if (errors.size() < MOST) {
            errors.add(new SpecificationError(pointer, position.lineNumber(), position.columnNumber(), detail));
        } else {
            leftOut++;
        }
    }

    /** True once further errors are only counted: there is no use in wording them well. */
    boolean isFull() {
        return errors.size() >= MOST;
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    int count() {
        return errors.size() + leftOut;
    }

    /** True if one of those kept is about this place or something in it. */
    boolean anyUnder(String pointer) {
        return errors.stream()
                .anyMatch(error ->
                        error.pointer().equals(pointer) || error.pointer().startsWith(pointer + "/"));
    }

    /** In the order of the text; those without a line keep their order, after the others. */
    List<SpecificationError> inOrder() {
        List<SpecificationError> sorted = new ArrayList<>(errors);
        sorted.sort(Comparator.comparingInt(
                        (SpecificationError error) -> error.line().orElse(Integer.MAX_VALUE))
                .thenComparingInt(error -> error.column().orElse(Integer.MAX_VALUE)));
        if (leftOut > 0) {
            sorted.add(new SpecificationError(
                    "", OptionalInt.empty(), OptionalInt.empty(), "and " + leftOut + " more errors like these"));
        }
        return sorted;
    }
}
