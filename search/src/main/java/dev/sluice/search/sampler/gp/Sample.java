package dev.sluice.search.sampler.gp;

import java.util.Arrays;

/** What a Gaussian process learns from: for each feature a column, for each point a target and a variance beyond the noise. Grows. Not thread-safe. */
final class Sample {
    private final Features features;
    private final double[][] columns;
    private double[] targets = new double[32];
    private double[] variances = new double[32];
    private int size;

    Sample(Features features) {
        this.features = features;
        this.columns = new double[features.size()][32];
    }

    void add(double[] row, double target, double variance) {
        if (size == targets.length) {
            for (int f = 0; f < columns.length; f++) {
                columns[f] = Arrays.copyOf(columns[f], 2 * size);
            }
            targets = Arrays.copyOf(targets, 2 * size);
            variances = Arrays.copyOf(variances, 2 * size);
        }
        for (int f = 0; f < columns.length; f++) {
            columns[f][size] = features.of(f, row);
        }
        targets[size] = target;
        variances[size] = variance;
        size++;
    }

    int size() {
        return size;
    }

    /** At least {@link #size} long. */
    double[] column(int feature) {
        return columns[feature];
    }

    double target(int index) {
        return targets[index];
    }

    double variance(int index) {
        return variances[index];
    }

    /** Gives a point another target and variance. */
    void set(int index, double target, double variance) {
        targets[index] = target;
        variances[index] = variance;
    }
}
