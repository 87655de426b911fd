package dev.sluice.search.space;

import java.util.OptionalLong;

/** The values that a parameter can have, and how its range is looked at. Immutable. */
public sealed interface Distribution permits FloatDistribution, IntDistribution, CategoricalDistribution {
    /** Whether this is exactly one of the values: of the right type, in the range, on the grid where there is a step. */
    boolean contains(ParameterValue value);

    /** How many values there are; empty if infinitely many. */
    OptionalLong size();

    /** The value that means the same as this one, typed as this distribution does ({@code 1} as {@code 1.0} for a float).
     *
     * @throws IllegalArgumentException if there is none, saying what was expected
     */
    ParameterValue typed(ParameterValue value);

    /** The value in the middle: of the range as its scale sees it, or of the list of choices (the first where they have no order). */
    ParameterValue middle();

    /** The values in words, such as {@code a float in [0.0, 0.6]}. */
    String describe();
}
