package dev.sluice.bench.search;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A figure with what resampling says of it: the middle 95 % of what it is when problems, and of each its seeds, are drawn anew with
 * replacement, 2,000 times (B. Efron, R. Tibshirani, "An introduction to the bootstrap", 1993, the percentile interval).
 */
record Sample(double figure, double low, double high) {
    private static final int TIMES = 2_000;

    /**
     * Resamples the problems.
     *
     * @param problems [problem][group][seed]
     * @param statistic of problems as these
     */
    static Sample of(List<double[][]> problems, ToDoubleFunction<List<double[][]>> statistic) {
        var random = new SplittableRandom(4);
        var figures = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            var drawn = new double[problems.size()][][];
            for (int p = 0; p < drawn.length; p++) {
                drawn[p] = redrawn(problems.get(random.nextInt(drawn.length)), random);
            }
            figures[i] = statistic.applyAsDouble(List.of(drawn));
        }
        Arrays.sort(figures);
        return new Sample(
                statistic.applyAsDouble(problems), figures[(int) (0.025 * TIMES)], figures[(int) (0.975 * TIMES)]);
    }

    private static double[][] redrawn(double[][] groups, SplittableRandom random) {
        var drawn = new double[groups.length][];
        for (int g = 0; g < groups.length; g++) {
            drawn[g] = new double[groups[g].length];
            for (int i = 0; i < drawn[g].length; i++) {
                drawn[g][i] = groups[g][random.nextInt(drawn[g].length)];
            }
        }
        return drawn;
    }

    /** The mean, over problems, of the mean of the first group. */
    static double mean(List<double[][]> problems) {
        return problems.stream()
                .mapToDouble(groups -> mean(groups[0]))
                .average()
                .orElse(Double.NaN);
    }

    /** The mean, over problems, of how much the first group's mean is above the second's. */
    static double difference(List<double[][]> problems) {
        return problems.stream()
                .mapToDouble(groups -> mean(groups[0]) - mean(groups[1]))
                .average()
                .orElse(Double.NaN);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", figure, low, high);
    }
}
