package dev.sluice.search.sampler.gp;

import java.util.Arrays;
import java.util.BitSet;

/*
 * The covariance of the points is kept as its Cholesky factor L and the inverse of that, both by rows. A point more is a row more of each,
 * at O(n^2): l = L \ k, and the inverse's row is (e - l' inverse) / l_nn. The whole factorisation is the same, row for row, so that a
 * process that grew answers bit for bit as one that was built at once; a replayed study depends on that. Targets may change without the
 * points doing so: alpha = L^-T L^-1 y is reckoned anew, at O(n^2).
 *
 * Predictions multiply by the inverse instead of solving, in blocks of candidates, so that the innermost loop runs over candidates and has
 * no dependency: the condition of the covariance is bounded by the noise, at least 1e-5 of the amplitude, and what is lost is far below
 * what the model knows.
 */

/** A Gaussian process with given hyperparameters, conditioned on points that may be added to. Not thread-safe. */
final class GaussianProcess {
    private static final int BLOCK = 64;
    private static final double LEAST_PIVOT = 1e-10;

    private final Hyperparameters hyper;
    private final double[] weights;
    private final double[] warpA;
    private final double[] warpB;
    private final double amplitude;
    private final double noise;
    private final double[][] columns;
    private double[][] factor = new double[32][];
    private double[][] inverse = new double[32][];
    private double[] alpha = new double[32];
    private double[] noises = new double[32];
    private double[] targets = new double[32];
    private double[] kernel = new double[32];
    private double[] slope = new double[32];
    private double[] back = new double[32];
    private int size;
    private final double[] point;
    private final double[][] blockPoints;
    private double[][] blockKernel = new double[32][BLOCK];
    private final double[] blockSolved = new double[BLOCK];

    GaussianProcess(Hyperparameters hyper, double[] values) {
        this.hyper = hyper;
        int features = hyper.features().size();
        weights = new double[features];
        warpA = new double[features];
        warpB = new double[features];
        for (int f = 0; f < features; f++) {
            weights[f] = Math.exp(-2 * values[f]);
            int at = hyper.warpAt(f);
            warpA[f] = at < 0 ? 1 : Math.exp(values[at]);
            warpB[f] = at < 0 ? 1 : Math.exp(values[at + 1]);
        }
        amplitude = Math.exp(values[hyper.amplitudeAt()]);
        noise = Math.exp(values[hyper.noiseAt()]);
        columns = new double[features][32];
        point = new double[features];
        blockPoints = new double[features][BLOCK];
    }

    int size() {
        return size;
    }

    private double warp(int feature, double raw) {
        if (Double.isNaN(raw)) {
            return 0.5;
        }
        return hyper.warpAt(feature) < 0 ? raw : InputWarp.value(raw, warpA[feature], warpB[feature]);
    }

    /** Takes in the points of a sample beyond those it has, with the variances that they have there. Then {@link #learn} is due. */
    void extend(Sample sample) {
        for (int i = size; i < sample.size(); i++) {
            for (int f = 0; f < columns.length; f++) {
                point[f] = warp(f, sample.column(f)[i]);
            }
            add(sample.variance(i));
        }
    }

    /** Takes in one more, given as a row of the encoding. */
    void extend(double[] row, double variance) {
        for (int f = 0; f < columns.length; f++) {
            point[f] = warp(f, hyper.features().of(f, row));
        }
        add(variance);
    }

    /** Forgets the points from this one on. */
    void truncate(int kept) {
        size = kept;
    }

    private void add(double variance) {
        if (size == alpha.length) {
            int room = 2 * size;
            for (int f = 0; f < columns.length; f++) {
                columns[f] = Arrays.copyOf(columns[f], room);
            }
            factor = Arrays.copyOf(factor, room);
            inverse = Arrays.copyOf(inverse, room);
            alpha = Arrays.copyOf(alpha, room);
            noises = Arrays.copyOf(noises, room);
            targets = Arrays.copyOf(targets, room);
            kernel = new double[room];
            slope = new double[room];
            back = new double[room];
            blockKernel = new double[room][BLOCK];
        }
        kernelOfPoint(false);
        double[] row = new double[size + 1];
        double rest = amplitude + Hyperparameters.BIAS + noise + variance;
        for (int j = 0; j < size; j++) {
            double entry = (kernel[j] - dot(row, factor[j], j)) / factor[j][j];
            row[j] = entry;
            rest -= entry * entry;
        }
        double pivot = Math.sqrt(Math.max(rest, LEAST_PIVOT));
        row[size] = pivot;
        double[] inverseRow = new double[size + 1];
        for (int j = 0; j < size; j++) {
            double entry = -row[j];
            double[] other = inverse[j];
            for (int c = 0; c <= j; c++) {
                inverseRow[c] += entry * other[c];
            }
        }
        for (int c = 0; c < size; c++) {
            inverseRow[c] /= pivot;
        }
        inverseRow[size] = 1 / pivot;
        factor[size] = row;
        inverse[size] = inverseRow;
        for (int f = 0; f < columns.length; f++) {
            columns[f][size] = point[f];
        }
        noises[size] = noise + variance;
        size++;
    }

    private static double dot(double[] a, double[] b, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** What the point of this number showed; {@link #learn} is due. */
    void target(int index, double target) {
        targets[index] = target;
    }

    double target(int index) {
        return targets[index];
    }

    /** Adds the choices that its points have in a feature without order. */
    void choices(int feature, BitSet found) {
        for (int i = 0; i < size; i++) {
            if (columns[feature][i] >= 0) {
                found.set((int) columns[feature][i]);
            }
        }
    }

    /** The mean at one of the points themselves. */
    double meanAt(int index) {
        return targets[index] - noises[index] * alpha[index];
    }

    /** Learns the targets. */
    void learn() {
        Arrays.fill(alpha, 0, size, 0);
        for (int i = 0; i < size; i++) {
            double[] row = inverse[i];
            double done = dot(row, targets, i + 1);
            for (int c = 0; c <= i; c++) {
                alpha[c] += done * row[c];
            }
        }
    }

    /** The covariances of {@link #point} with the points, and their slopes by the squared distance. */
    private void kernelOfPoint(boolean slopes) {
        Arrays.fill(kernel, 0, size, 0);
        for (int f = 0; f < columns.length; f++) {
            double own = point[f];
            double weight = weights[f];
            double[] column = columns[f];
            if (hyper.features().isCategory(f)) {
                for (int i = 0; i < size; i++) {
                    kernel[i] += column[i] == own ? 0 : weight;
                }
            } else {
                for (int i = 0; i < size; i++) {
                    double difference = own - column[i];
                    kernel[i] += weight * difference * difference;
                }
            }
        }
        if (slopes) {
            Matern52Kernel.apply(kernel, slope, 0, size, amplitude, Hyperparameters.BIAS);
        } else {
            Matern52Kernel.apply(kernel, 0, size, amplitude, Hyperparameters.BIAS);
        }
    }

    /** The mean at a row of the encoding. */
    double mean(double[] row) {
        for (int f = 0; f < columns.length; f++) {
            point[f] = warp(f, hyper.features().of(f, row));
        }
        kernelOfPoint(false);
        return dot(kernel, alpha, size);
    }

    /**
     * Mean and variance (without noise) at many rows of the encoding.
     *
     * @param means filled from 0 to count
     * @param variances likewise, at least a tiny bit above 0
     */
    void predict(double[][] rows, int count, double[] means, double[] variances) {
        for (int begin = 0; begin < count; begin += BLOCK) {
            int width = Math.min(BLOCK, count - begin);
            predictBlock(rows, begin, width, means, variances);
        }
    }

    private void predictBlock(double[][] rows, int begin, int width, double[] means, double[] variances) {
        for (int f = 0; f < columns.length; f++) {
            for (int c = 0; c < width; c++) {
                blockPoints[f][c] = warp(f, hyper.features().of(f, rows[begin + c]));
            }
        }
        for (int c = 0; c < width; c++) {
            means[begin + c] = 0;
            variances[begin + c] = amplitude + Hyperparameters.BIAS;
        }
        for (int i = 0; i < size; i++) {
            double[] entries = blockKernel[i];
            Arrays.fill(entries, 0, width, 0);
            for (int f = 0; f < columns.length; f++) {
                double own = columns[f][i];
                double weight = weights[f];
                double[] column = blockPoints[f];
                if (hyper.features().isCategory(f)) {
                    for (int c = 0; c < width; c++) {
                        entries[c] += column[c] == own ? 0 : weight;
                    }
                } else {
                    for (int c = 0; c < width; c++) {
                        double difference = own - column[c];
                        entries[c] += weight * difference * difference;
                    }
                }
            }
            Matern52Kernel.apply(entries, 0, width, amplitude, Hyperparameters.BIAS);
            double share = alpha[i];
            for (int c = 0; c < width; c++) {
                means[begin + c] += share * entries[c];
            }
        }
        for (int i = 0; i < size; i++) {
            Arrays.fill(blockSolved, 0, width, 0);
            double[] row = inverse[i];
            for (int j = 0; j <= i; j++) {
                double entry = row[j];
                double[] entries = blockKernel[j];
                for (int c = 0; c < width; c++) {
                    blockSolved[c] += entry * entries[c];
                }
            }
            for (int c = 0; c < width; c++) {
                variances[begin + c] -= blockSolved[c] * blockSolved[c];
            }
        }
        for (int c = 0; c < width; c++) {
            variances[begin + c] = Math.max(variances[begin + c], leastVariance());
        }
    }

    private double leastVariance() {
        return 1e-10 * amplitude;
    }

    /**
     * Mean and variance at one row with their derivatives by the continuous features' raw values.
     *
     * @param continuous the features asked for
     * @param result mean, variance
     */
    void predict(double[] row, int[] continuous, double[] result, double[] byMean, double[] byVariance) {
        for (int f = 0; f < columns.length; f++) {
            point[f] = warp(f, hyper.features().of(f, row));
        }
        kernelOfPoint(true);
        double variance = amplitude + Hyperparameters.BIAS;
        Arrays.fill(back, 0, size, 0);
        for (int i = 0; i < size; i++) {
            double[] inverseRow = inverse[i];
            double entry = dot(inverseRow, kernel, i + 1);
            variance -= entry * entry;
            for (int c = 0; c <= i; c++) {
                back[c] += entry * inverseRow[c];
            }
        }
        result[0] = dot(kernel, alpha, size);
        result[1] = Math.max(variance, leastVariance());
        boolean flat = variance <= leastVariance();
        for (int k = 0; k < continuous.length; k++) {
            int f = continuous[k];
            double raw = hyper.features().of(f, row);
            byMean[k] = 0;
            byVariance[k] = 0;
            if (Double.isNaN(raw)) {
                continue;
            }
            double own = point[f];
            double[] column = columns[f];
            double mean = 0;
            double spread = 0;
            for (int i = 0; i < size; i++) {
                double pull = slope[i] * (own - column[i]);
                mean += alpha[i] * pull;
                spread += back[i] * pull;
            }
            double scale = 2 * weights[f] * (hyper.warpAt(f) < 0 ? 1 : InputWarp.slope(raw, warpA[f], warpB[f]));
            byMean[k] = scale * mean;
            byVariance[k] = flat ? 0 : -2 * scale * spread;
        }
    }
}
