package dev.sluice.console.specification;

import java.util.List;

/** What became of a sweep file that was read. */
public sealed interface ReadResult {

    /** The file is right. */
    record Valid(SweepSpecification specification) implements ReadResult {}

    /**
     * The file is wrong.
     *
     * @param errors all that was found, in the order of the text; at least one, at most {@value Problems#MOST} and one more
     *               that says how many were left out
     */
    record Invalid(List<SpecificationError> errors) implements ReadResult {
        public Invalid {
            errors = List.copyOf(errors);
            if (errors.isEmpty()) {
                throw new IllegalArgumentException("errors must not be empty: a file without errors is Valid");
            }
        }
    }
}
