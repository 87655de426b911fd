package dev.sluice.trainer.callback;

/** Which way a monitored metric gets better. */
public enum Mode {
    /** Smaller is better. */
    MIN,
    /** Larger is better. */
    MAX;

    /** True if {@code value} beats {@code best} by more than {@code margin}; NaN beats nothing, all else beats NaN. */
    public boolean isBetter(double value, double best, double margin) {
        if (Double.isNaN(value)) {
            return false;
        }
        if (Double.isNaN(best)) {
            return true;
        }
        return this == MIN ? value < best - margin : value > best + margin;
    }
}
