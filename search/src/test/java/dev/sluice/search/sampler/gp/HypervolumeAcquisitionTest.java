package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.pareto.Hypervolume;
import dev.sluice.search.pareto.OpenCells;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HypervolumeAcquisitionTest {
    private static final SearchSpace SPACE = SearchSpace.builder()
            .add("x", FloatDistribution.of(0, 1))
            .add("y", FloatDistribution.of(0, 1))
            .build();
    private static final double[][] FRONT = {{0.9, 1.7, 1.2}, {1.3, 1.3, 1.3}, {1.7, 0.9, 1.4}, {1.4, 1.4, 0.6}};

    /** Processes that have seen ten points of smooth functions. */
    private static GaussianProcess[] processes(int objectives) {
        var hyper = new Hyperparameters(new Features(new Encoding(SPACE)), true);
        var processes = new GaussianProcess[objectives];
        for (int o = 0; o < objectives; o++) {
            var random = new SplittableRandom(1);
            double[] values = hyper.prior();
            values[0] += 0.3 * o;
            processes[o] = new GaussianProcess(hyper, values);
            for (int i = 0; i < 10; i++) {
                double x = random.nextDouble();
                double y = random.nextDouble();
                processes[o].extend(new double[] {x, y}, 0);
                processes[o].target(i, Math.sin(3 * x + o) + y * y - 0.5 * o * y);
            }
            processes[o].learn();
        }
        return processes;
    }

    private static double[][] front(int objectives) {
        return Arrays.stream(FRONT).map(row -> Arrays.copyOf(row, objectives)).toArray(double[][]::new);
    }

    private static double[] reference(int objectives) {
        var reference = new double[objectives];
        Arrays.fill(reference, 2);
        return reference;
    }

    private static HypervolumeAcquisition acquisition(int objectives) {
        return new HypervolumeAcquisition(
                processes(objectives), OpenCells.of(front(objectives), reference(objectives)), List.of());
    }

    /** Over 100,000 fixed draws; 0.03 is more than four standard errors of the logarithm at each of these points. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isTheLogarithmOfTheMeanImprovement(int objectives) {
        var random = new SplittableRandom(2);
        var processes = processes(objectives);
        for (double[] row : new double[][] {{0.8, 0.2}, {0.95, 0.5}, {0.05, 0.3}}) {
            var means = new double[objectives];
            var deviations = new double[objectives];
            for (int o = 0; o < objectives; o++) {
                var mean = new double[1];
                var variance = new double[1];
                processes[o].predict(new double[][] {row}, 1, mean, variance);
                means[o] = mean[0];
                deviations[o] = Math.sqrt(variance[0]);
            }
            double sum = 0;
            for (int draw = 0; draw < 100_000; draw++) {
                var costs = new double[objectives];
                Arrays.setAll(costs, o -> means[o] + deviations[o] * random.nextGaussian());
                sum += Hypervolume.improvement(costs, front(objectives), reference(objectives));
            }
            assertThat(sum / 100_000).as("an improvement that draws can tell").isGreaterThan(0.005);
            var score = new double[1];
            acquisition(objectives).score(new double[][] {row}, 1, score);
            assertThat(Math.exp(score[0])).isCloseTo(sum / 100_000, within(0.03 * sum / 100_000));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void itsGradientIsThatOfDifferences(int objectives) {
        var random = new SplittableRandom(3);
        for (int i = 0; i < 50; i++) {
            double[] row = {0.05 + 0.9 * random.nextDouble(), 0.05 + 0.9 * random.nextDouble()};
            var limit = new Surrogate(new Hyperparameters(new Features(new Encoding(SPACE)), false), 1);
            for (int k = 0; k < 6; k++) {
                limit.add(random.doubles(2).toArray());
            }
            limit.update((size, targets, variances) -> {
                Arrays.setAll(targets, k -> k % 2 - 0.4);
                Arrays.fill(variances, 0);
            });
            var acquisition = new HypervolumeAcquisition(
                    processes(objectives),
                    OpenCells.of(front(objectives), reference(objectives)),
                    List.of(new Acquisition.Limit(limit, 0)));
            var gradient = new double[2];
            int[] both = {0, 1};
            acquisition.at(row, both, gradient);
            for (int k = 0; k < 2; k++) {
                double[] up = row.clone();
                double[] down = row.clone();
                up[k] += 1e-5;
                down[k] -= 1e-5;
                double difference =
                        (acquisition.at(up, both, new double[2]) - acquisition.at(down, both, new double[2])) / 2e-5;
                assertThat(gradient[k]).isCloseTo(difference, within(1e-3 * Math.max(1, Math.abs(difference))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void scoresOneRowAsItScoresMany(int objectives) {
        var random = new SplittableRandom(4);
        var rows = new double[600][];
        Arrays.setAll(rows, i -> random.doubles(2).toArray());
        var scores = new double[rows.length];
        var acquisition = acquisition(objectives);
        acquisition.score(rows, rows.length, scores);
        for (int i = 0; i < rows.length; i += 37) {
            assertThat(acquisition.at(rows[i], new int[] {0, 1}, new double[2])).isCloseTo(scores[i], within(1e-6));
        }
    }
}
