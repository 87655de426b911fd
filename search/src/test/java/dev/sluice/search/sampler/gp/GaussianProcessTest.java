package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GaussianProcessTest {
    private static final SearchSpace LINE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();

    /** Length scale 0.5, amplitude 2, noise 0.1, no warp. */
    private static GaussianProcess onALine() {
        var hyper = new Hyperparameters(new Features(new Encoding(LINE)), false);
        return new GaussianProcess(hyper, new double[] {Math.log(0.5), Math.log(2), Math.log(0.1)});
    }

    private static double covariance(double x, double y) {
        double s = Math.sqrt(5) * Math.abs(x - y) / 0.5;
        return 2 * (1 + s + s * s / 3) * Math.exp(-s) + Hyperparameters.BIAS;
    }

    @Test
    void isItsPriorWithoutPoints() {
        var process = onALine();
        double[] means = new double[1];
        double[] variances = new double[1];
        process.learn();
        process.predict(new double[][] {{0.3}}, 1, means, variances);
        assertThat(means[0]).isZero();
        assertThat(variances[0]).isEqualTo(3);
    }

    @Test
    void regressesOnTwoPointsAsTheFormulaSays() {
        var process = onALine();
        process.extend(new double[] {0.2}, 0);
        process.extend(new double[] {0.7}, 0.3);
        process.target(0, 1);
        process.target(1, -2);
        process.learn();
        double a = covariance(0, 0) + 0.1;
        double b = covariance(0.2, 0.7);
        double d = covariance(0, 0) + 0.1 + 0.3;
        double determinant = a * d - b * b;
        double k = covariance(0.4, 0.2);
        double l = covariance(0.4, 0.7);
        double mean = ((d * k - b * l) * 1 + (a * l - b * k) * -2) / determinant;
        double variance = covariance(0, 0) - (k * (d * k - b * l) + l * (a * l - b * k)) / determinant;

        double[] means = new double[1];
        double[] variances = new double[1];
        process.predict(new double[][] {{0.4}}, 1, means, variances);

        assertThat(means[0]).isCloseTo(mean, within(1e-12));
        assertThat(variances[0]).isCloseTo(variance, within(1e-12));
        assertThat(process.mean(new double[] {0.4})).isCloseTo(mean, within(1e-12));
        assertThat(process.meanAt(1)).isCloseTo(process.mean(new double[] {0.7}), within(1e-12));
    }

    @Test
    void answersTheSameBitsWhetherItGrewOrWasBuiltAtOnce() {
        var encoding = new Encoding(Spaces.everything());
        var hyper = new Hyperparameters(new Features(encoding), true);
        var random = new SplittableRandom(1);
        double[][] rows = new double[60][encoding.size()];
        for (double[] row : rows) {
            encoding.drawUniform(random, row);
        }
        var grown = new GaussianProcess(hyper, hyper.prior());
        for (int i = 0; i < 50; i++) {
            grown.extend(rows[i], 0);
            grown.target(i, Math.sin(i));
            if (i % 7 == 0) {
                grown.learn();
                grown.extend(rows[59], 0);
                grown.truncate(i + 1);
            }
        }
        grown.learn();
        var built = new GaussianProcess(hyper, hyper.prior());
        for (int i = 0; i < 50; i++) {
            built.extend(rows[i], 0);
            built.target(i, Math.sin(i));
        }
        built.learn();
        double[][] results = new double[4][60];
        grown.predict(rows, 60, results[0], results[1]);
        built.predict(rows, 60, results[2], results[3]);
        assertThat(results[0]).isEqualTo(results[2]);
        assertThat(results[1]).isEqualTo(results[3]);
    }

    @Test
    void derivativesOfPredictionsAreThoseOfDifferences() {
        var encoding = new Encoding(Spaces.everything());
        var features = new Features(encoding);
        var hyper = new Hyperparameters(features, true);
        var random = new SplittableRandom(2);
        double[] values = hyper.prior();
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.3 * random.nextGaussian();
        }
        var process = new GaussianProcess(hyper, values);
        double[] row = new double[encoding.size()];
        for (int i = 0; i < 20; i++) {
            encoding.drawUniform(random, row);
            process.extend(row, 0);
            process.target(i, random.nextGaussian());
        }
        process.learn();
        double[] at = encoding.encode(Spaces.everything()
                .complete(java.util.Map.of("optimizer", "sgd", "momentum", 0.3, "rate", 0.01, "share", 0.6)));
        int[] continuous = {0, 1, 10};
        assertThat(Arrays.stream(continuous).allMatch(features::isContinuous)).isTrue();
        double[] result = new double[2];
        double[] byMean = new double[3];
        double[] byVariance = new double[3];
        process.predict(at, continuous, result, byMean, byVariance);
        for (int k = 0; k < 3; k++) {
            double[][] beside = {at.clone(), at.clone()};
            beside[0][features.parameter(continuous[k])] -= 1e-6;
            beside[1][features.parameter(continuous[k])] += 1e-6;
            double[] means = new double[2];
            double[] variances = new double[2];
            process.predict(beside, 2, means, variances);
            assertThat(byMean[k]).isCloseTo((means[1] - means[0]) / 2e-6, within(1e-6));
            assertThat(byVariance[k]).isCloseTo((variances[1] - variances[0]) / 2e-6, within(1e-6));
        }
    }
}
