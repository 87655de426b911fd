package dev.sluice.search.trial;

/** Whether small or large values are wanted. */
public enum Direction {
    MINIMIZE,
    MAXIMIZE;

    /** Whether {@code a} is strictly better than {@code b}. NaN is never better, and every number is better than NaN. */
    public boolean isBetter(double a, double b) {
        if (Double.isNaN(a)) {
            return false;
        }
        return Double.isNaN(b) || (this == MINIMIZE ? a < b : a > b);
    }

    /** The value as something to be minimised: negated if large values are wanted. Its own inverse. */
    public double toCost(double value) {
        return this == MINIMIZE ? value + 0.0 : 0.0 - value;
    }
}
