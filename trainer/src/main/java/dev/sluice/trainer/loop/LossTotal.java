package dev.sluice.trainer.loop;

/**
 * Losses added up.
 *
 * @param sum of the samples' losses; may be NaN or infinite
 * @param samples how many there are, >= 0
 */
public record LossTotal(double sum, long samples) {
    /** Nothing yet. */
    public static final LossTotal NONE = new LossTotal(0, 0);

    /** The mean over the samples after {@code earlier}; NaN if there are none. */
    public double meanSince(LossTotal earlier) {
        return (sum - earlier.sum) / (samples - earlier.samples);
    }
}
