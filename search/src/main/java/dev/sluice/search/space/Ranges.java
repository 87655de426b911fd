package dev.sluice.search.space;

import java.math.BigDecimal;

/** What float and int ranges have in common. */
final class Ranges {
    private Ranges() {}

    static void check(double low, double high, Scale scale) {
        if (!Double.isFinite(low) || !Double.isFinite(high)) {
            throw new IllegalArgumentException("low and high must be finite, was [%s, %s]".formatted(low, high));
        }
        if (low > high) {
            throw new IllegalArgumentException("low must be <= high, was [%s, %s]".formatted(low, high));
        }
        if (scale == Scale.LOG && low <= 0) {
            throw new IllegalArgumentException("low must be > 0 on a log scale, was [%s, %s]".formatted(low, high));
        }
    }

    static void checkStep(double low, double high, double step) {
        if (!Double.isFinite(step) || step <= 0) {
            throw new IllegalArgumentException("step must be > 0 and finite, was " + step);
        }
        var width = BigDecimal.valueOf(high).subtract(BigDecimal.valueOf(low));
        if (BigDecimal.valueOf(step).compareTo(width) > 0) {
            throw new IllegalArgumentException(
                    "step must be <= high - low, was %s for [%s, %s]".formatted(step, low, high));
        }
        if (width.doubleValue() / step > IntValue.LARGEST) {
            throw new IllegalArgumentException(
                    "step %s cuts [%s, %s] into more than 2^53 values".formatted(step, low, high));
        }
    }

    static double lowerEdge(double low, double step, Scale scale) {
        double edge = low - step / 2;
        return scale == Scale.LOG ? Math.max(edge, low / 2) : edge;
    }

    static double middle(double low, double high, Scale scale) {
        return scale == Scale.LOG ? Math.exp((Math.log(low) + Math.log(high)) / 2) : low + (high - low) / 2;
    }
}
