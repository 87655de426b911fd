package dev.sluice.search.sampler.gp;

import java.util.Arrays;

/*
 * The logarithm of the posterior density of the hyperparameters, as a function of their array (see Hyperparameters): the marginal likelihood
 * of Rasmussen and Williams (2006), equations 2.30 and 5.9, with normal priors. The mean is a constant with a normal prior of variance BIAS,
 * which adds that to each entry of the covariance.
 *
 * Cost: n^3 / 2 + O(n^2 d) multiplications with a gradient, n^3 / 6 + O(n^2 d) without, all loops over contiguous rows, so that the
 * compiler can vectorise them. For a feature with the values x, and H the derivatives by the squared distances, the sum over all pairs of
 * H_ij (x_i - x_j)(y_i - y_j) is 2 sum_i y_i (x_i sum_j H_ij - sum_j H_ij x_j): one product of matrix and vector a feature serves its
 * length scale and its warp.
 */

/** How probable hyperparameters are for a sample, negated to be minimised, with its gradient. Not thread-safe. */
final class Evidence implements BoxMinimizer.Function {
    private final Hyperparameters hyper;
    private final Sample sample;
    private final int size;
    private final double[][] warped;
    private final double[][] byA;
    private final double[][] byB;
    private final double[][] covariance;
    private final double[][] slopes;
    private final double[][] inverse;
    private final double[] solved;
    private final double[] alpha;
    private final double[] sums;
    private final double[] product;
    private final double[] warp = new double[3];

    Evidence(Hyperparameters hyper, Sample sample) {
        this.hyper = hyper;
        this.sample = sample;
        this.size = sample.size();
        int features = hyper.features().size();
        this.warped = new double[features][size];
        this.byA = new double[features][];
        this.byB = new double[features][];
        for (int f = 0; f < features; f++) {
            if (hyper.warpAt(f) >= 0) {
                byA[f] = new double[size];
                byB[f] = new double[size];
            }
        }
        this.covariance = new double[size][size];
        this.slopes = new double[size][size];
        this.inverse = new double[size][size];
        this.solved = new double[size];
        this.alpha = new double[size];
        this.sums = new double[size];
        this.product = new double[size];
    }

    /** The value alone. */
    double at(double[] values) {
        if (!factorise(values, false)) {
            return Double.POSITIVE_INFINITY;
        }
        return value(values);
    }

    @Override
    public double at(double[] values, double[] gradient) {
        if (!factorise(values, true)) {
            return Double.POSITIVE_INFINITY;
        }
        differentiate(values, gradient);
        return value(values);
    }

    private double value(double[] values) {
        double sum = hyper.logPrior(values);
        for (int i = 0; i < size; i++) {
            sum -= solved[i] * solved[i] / 2 + Math.log(covariance[i][i]);
        }
        return -sum;
    }

    private void warp(double[] values, boolean derivatives) {
        var features = hyper.features();
        for (int f = 0; f < features.size(); f++) {
            double[] column = sample.column(f);
            int at = hyper.warpAt(f);
            if (at < 0) {
                for (int i = 0; i < size; i++) {
                    warped[f][i] = Double.isNaN(column[i]) ? 0.5 : column[i];
                }
                continue;
            }
            double a = Math.exp(values[at]);
            double b = Math.exp(values[at + 1]);
            for (int i = 0; i < size; i++) {
                if (Double.isNaN(column[i])) {
                    warped[f][i] = 0.5;
                    byA[f][i] = 0;
                    byB[f][i] = 0;
                } else if (derivatives) {
                    InputWarp.withDerivatives(column[i], a, b, warp);
                    warped[f][i] = warp[0];
                    byA[f][i] = warp[1];
                    byB[f][i] = warp[2];
                } else {
                    warped[f][i] = InputWarp.value(column[i], a, b);
                }
            }
        }
    }

    /** The covariance as U'U with U in its upper half, and in slopes those by the squared distances above and the covariance below, and the targets divided by U'. */
    private boolean factorise(double[] values, boolean derivatives) {
        warp(values, derivatives);
        var features = hyper.features();
        double amplitude = Math.exp(values[hyper.amplitudeAt()]);
        double noise = Math.exp(values[hyper.noiseAt()]);
        for (int i = 0; i < size; i++) {
            double[] row = covariance[i];
            Arrays.fill(row, i, size, 0);
            for (int f = 0; f < features.size(); f++) {
                double weight = Math.exp(-2 * values[f]);
                double[] column = warped[f];
                double own = column[i];
                if (features.isCategory(f)) {
                    for (int j = i + 1; j < size; j++) {
                        row[j] += column[j] == own ? 0 : weight;
                    }
                } else {
                    for (int j = i + 1; j < size; j++) {
                        double difference = own - column[j];
                        row[j] += weight * difference * difference;
                    }
                }
            }
            row[i] = amplitude + Hyperparameters.BIAS + noise + sample.variance(i);
            Matern52Kernel.apply(row, slopes[i], i + 1, size, amplitude, Hyperparameters.BIAS);
            solved[i] = sample.target(i);
        }
        if (derivatives) {
            for (int i = 0; i < size; i++) {
                for (int j = i + 1; j < size; j++) {
                    slopes[j][i] = covariance[i][j];
                }
            }
        }
        for (int k = 0; k < size; k++) {
            double[] row = covariance[k];
            if (!(row[k] > 1e-12)) {
                return false;
            }
            double root = Math.sqrt(row[k]);
            double scale = 1 / root;
            row[k] = root;
            for (int j = k + 1; j < size; j++) {
                row[j] *= scale;
            }
            solved[k] *= scale;
            double done = solved[k];
            for (int j = k + 1; j < size; j++) {
                solved[j] -= done * row[j];
            }
            for (int i = k + 1; i < size; i++) {
                double factor = row[i];
                double[] target = covariance[i];
                for (int j = i; j < size; j++) {
                    target[j] -= factor * row[j];
                }
            }
        }
        return true;
    }

    private void differentiate(double[] values, double[] gradient) {
        // rows of the inverse of U', a lower triangle
        Arrays.fill(alpha, 0);
        for (int i = 0; i < size; i++) {
            double[] row = inverse[i];
            Arrays.fill(row, 0, i + 1, 0);
            for (int j = 0; j < i; j++) {
                double factor = -covariance[j][i];
                double[] other = inverse[j];
                for (int c = 0; c <= j; c++) {
                    row[c] += factor * other[c];
                }
            }
            double scale = 1 / covariance[i][i];
            for (int c = 0; c < i; c++) {
                row[c] *= scale;
            }
            row[i] = scale;
            double done = solved[i];
            for (int c = 0; c <= i; c++) {
                alpha[c] += done * row[c];
            }
        }
        // weights: of the derivative by each entry of the covariance, (alpha alpha' - inverse) / 2, lower half; rows of
        // the inverse of
        // the covariance are gathered from the last to the first, each into the place that is no longer read
        double[][] weights = new double[size][];
        for (int i = 0; i < size; i++) {
            weights[i] = new double[size];
            double own = alpha[i];
            for (int c = 0; c <= i; c++) {
                weights[i][c] = own * alpha[c];
            }
        }
        for (int k = 0; k < size; k++) {
            double[] row = inverse[k];
            for (int i = 0; i <= k; i++) {
                double factor = -row[i];
                double[] into = weights[i];
                for (int c = 0; c <= i; c++) {
                    into[c] += factor * row[c];
                }
            }
        }
        double amplitude = Math.exp(values[hyper.amplitudeAt()]);
        double noise = Math.exp(values[hyper.noiseAt()]);
        double byAmplitude = 0;
        double byNoise = 0;
        for (int i = 0; i < size; i++) {
            double[] row = weights[i];
            byAmplitude += row[i] / 2 * amplitude;
            byNoise += row[i] / 2 * noise;
            double pairs = 0;
            for (int c = 0; c < i; c++) {
                pairs += row[c] * (slopes[i][c] - Hyperparameters.BIAS);
            }
            byAmplitude += pairs;
            row[i] = 0;
            for (int c = 0; c < i; c++) {
                row[c] *= 0.5 * slopes[c][i];
                weights[c][i] = row[c];
            }
        }
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (double weight : weights[i]) {
                sum += weight;
            }
            sums[i] = sum;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (values[i] - hyper.centre(i)) / (hyper.deviation(i) * hyper.deviation(i));
        }
        gradient[hyper.amplitudeAt()] -= byAmplitude;
        gradient[hyper.noiseAt()] -= byNoise;
        var features = hyper.features();
        for (int f = 0; f < features.size(); f++) {
            double weight = Math.exp(-2 * values[f]);
            double[] column = warped[f];
            if (features.isCategory(f)) {
                double apart = 0;
                for (int i = 0; i < size; i++) {
                    double[] row = weights[i];
                    double own = column[i];
                    for (int j = 0; j < size; j++) {
                        apart += column[j] == own ? 0 : row[j];
                    }
                }
                gradient[f] += 2 * weight * apart;
                continue;
            }
            Arrays.fill(product, 0);
            for (int i = 0; i < size; i++) {
                double own = column[i];
                double[] row = weights[i];
                for (int j = 0; j < size; j++) {
                    product[j] += own * row[j];
                }
            }
            double spread = 0;
            for (int i = 0; i < size; i++) {
                product[i] = sums[i] * column[i] - product[i];
                spread += column[i] * product[i];
            }
            gradient[f] += 4 * weight * spread;
            int at = hyper.warpAt(f);
            if (at >= 0) {
                double a = 0;
                double b = 0;
                for (int i = 0; i < size; i++) {
                    a += byA[f][i] * product[i];
                    b += byB[f][i] * product[i];
                }
                gradient[at] -= 4 * weight * a;
                gradient[at + 1] -= 4 * weight * b;
            }
        }
    }
}
