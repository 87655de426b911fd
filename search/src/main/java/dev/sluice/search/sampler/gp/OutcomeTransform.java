package dev.sluice.search.sampler.gp;

import java.util.Arrays;

/**
 * Costs as a Gaussian process can learn them: not finite ones beside the worst, or best, finite one; what is far worse than most pressed
 * together, by a logarithm beyond {@code q + 2 (q - best)} with q the quantile of 0.8; all with mean 0 and variance 1. Keeps the order.
 */
final class OutcomeTransform {
    private static final double MOST = 0.8;
    private static final double WIDTH = 2;

    private final double[] values;
    private final double[] sortedCosts;
    private final double[] sortedValues;

    private OutcomeTransform(double[] costs, double[] values) {
        this.values = values;
        this.sortedCosts = Arrays.copyOf(costs, values.length);
        Arrays.sort(sortedCosts);
        this.sortedValues = values.clone();
        Arrays.sort(sortedValues);
    }

    /** Of the first size costs, none of which is NaN. */
    static OutcomeTransform of(double[] costs, int size) {
        return new OutcomeTransform(costs, transformed(costs, size));
    }

    double[] values() {
        return values;
    }

    /** Any cost, between those known by a straight line. */
    double at(double cost) {
        int found = Arrays.binarySearch(sortedCosts, cost);
        if (found >= 0) {
            return sortedValues[found];
        }
        int above = -found - 1;
        if (above == 0) {
            return sortedValues[0];
        }
        if (above == sortedCosts.length) {
            return sortedValues[above - 1];
        }
        double gap = sortedCosts[above] - sortedCosts[above - 1];
        double share = Double.isFinite(gap) ? (cost - sortedCosts[above - 1]) / gap : 0;
        return sortedValues[above - 1] + share * (sortedValues[above] - sortedValues[above - 1]);
    }

    private static double[] transformed(double[] costs, int size) {
        double worst = Double.NEGATIVE_INFINITY;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            if (Double.isFinite(costs[i])) {
                worst = Math.max(worst, costs[i]);
                best = Math.min(best, costs[i]);
            }
        }
        double[] result = new double[size];
        if (!(worst > best)) {
            for (int i = 0; i < size; i++) {
                result[i] = Double.isFinite(costs[i]) ? 0 : Math.signum(costs[i]);
            }
            return result;
        }
        double[] sorted = new double[size];
        for (int i = 0; i < size; i++) {
            sorted[i] = Math.clamp(costs[i], best, worst);
        }
        Arrays.sort(sorted);
        int most = (int) (MOST * (size - 1));
        while (sorted[most] <= best) {
            most++;
        }
        // halves, since the difference may be too large for a double
        double unit = sorted[most] / 2 - best / 2;
        for (int i = 0; i < size; i++) {
            double x = (Math.clamp(costs[i], best, worst) / 2 - best / 2) / unit;
            result[i] = x <= 1 + WIDTH ? x : (1 + WIDTH) * (1 + Math.log(Math.min(x, Double.MAX_VALUE) / (1 + WIDTH)));
        }
        standardise(result);
        return result;
    }

    private static void standardise(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        double square = 0;
        for (double value : values) {
            square += (value - mean) * (value - mean);
        }
        double deviation = Math.sqrt(square / values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = deviation > 0 ? (values[i] - mean) / deviation : 0;
        }
    }
}
