package dev.sluice.trainer.data;

/**
 * How rows are shared out where a data set does not say.
 *
 * @param validation share to validate on, [0, 1)
 * @param test share to test on, [0, 1)
 * @param seed decides which rows these are
 */
public record Shares(double validation, double test, long seed) {
    /** Nothing for the parts that the data set has itself. */
    Shares without(boolean hasValidation, boolean hasTest) {
        return new Shares(hasValidation ? 0 : validation, hasTest ? 0 : test, seed);
    }
}
