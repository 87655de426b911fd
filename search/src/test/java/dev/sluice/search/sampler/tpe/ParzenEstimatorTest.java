package dev.sluice.search.sampler.tpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.SearchSpace;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.hipparchus.special.Erf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParzenEstimatorTest {
    private static final int OBSERVATIONS = 12;

    private static ParzenEstimator over(SearchSpace space, ParzenEstimator.Bandwidth bandwidth) {
        var encoding = new Encoding(space);
        var random = new SplittableRandom(1);
        var sampler = RandomSampler.of(space);
        var columns = new double[encoding.size()][OBSERVATIONS];
        for (int row = 0; row < OBSERVATIONS; row++) {
            var values = sampler.draw(random);
            for (int p = 0; p < encoding.size(); p++) {
                columns[p][row] = encoding.encode(p, values);
            }
        }
        var weights = new double[OBSERVATIONS];
        Arrays.setAll(weights, row -> 1 + row % 3);
        return new ParzenEstimator(
                encoding, columns, IntStream.range(0, OBSERVATIONS).toArray(), weights, OBSERVATIONS, bandwidth);
    }

    /** The mean of the density over points that are drawn evenly, which is its integral. */
    private static double mass(SearchSpace space, ParzenEstimator estimator, int draws) {
        var encoding = new Encoding(space);
        var random = new SplittableRandom(2);
        var sampler = RandomSampler.of(space);
        var row = new double[encoding.size()];
        var terms = new double[estimator.kernels()];
        double sum = 0;
        for (int i = 0; i < draws; i++) {
            var values = sampler.draw(random);
            for (int p = 0; p < row.length; p++) {
                row[p] = encoding.encode(p, values);
            }
            sum += Math.exp(estimator.logDensity(row, terms));
        }
        return sum / draws;
    }

    private static SearchSpace conditional() {
        return SearchSpace.builder()
                .add("x", FloatDistribution.log(1e-3, 1))
                .add("layers", IntDistribution.log(1, 30))
                .add("kind", CategoricalDistribution.of("a", "b", "c"))
                .add(Parameter.of("y", FloatDistribution.of(0, 1)).when(Condition.oneOf("kind", "a", "b")))
                .add(Parameter.of("size", CategoricalDistribution.ordered(1, 2, 4, 8))
                        .when(Condition.atLeast("y", 0.4)))
                .build();
    }

    /** Over a hundred thousand fixed draws; a deviation of 0.05 is more than four standard errors. */
    @ParameterizedTest
    @EnumSource
    void isADensityOverAConditionalSpace(ParzenEstimator.Bandwidth bandwidth) {
        assertThat(mass(conditional(), over(conditional(), bandwidth), 100_000)).isCloseTo(1, within(0.05));
    }

    @ParameterizedTest
    @EnumSource
    void isADensityOverAFiniteSpace(ParzenEstimator.Bandwidth bandwidth) {
        var space = Spaces.twelvePoints();
        var encoding = new Encoding(space);
        var estimator = over(space, bandwidth);
        double mass = 0;
        for (var point : space.points(100).orElseThrow()) {
            var row = new double[encoding.size()];
            for (int p = 0; p < row.length; p++) {
                row[p] = encoding.encode(p, point);
            }
            // drawing evenly, parents first
            double even = point.contains("bias") ? 1 / 8.0 : 1 / 16.0;
            mass += even * Math.exp(estimator.logDensity(row, new double[estimator.kernels()]));
        }
        assertThat(mass).isCloseTo(1, within(1e-9));
    }

    /**
     * Draws against densities on the twelve points, chi-squared with 11 degrees of freedom: 31.3 is exceeded by chance once in a
     * thousand seeds; this one is fixed.
     */
    @ParameterizedTest
    @EnumSource
    void drawsByItsDensity(ParzenEstimator.Bandwidth bandwidth) {
        var space = Spaces.twelvePoints();
        var encoding = new Encoding(space);
        var estimator = over(space, bandwidth);
        var points = space.points(100).orElseThrow();
        var counts = new int[points.size()];
        var random = new SplittableRandom(3);
        var row = new double[encoding.size()];
        int draws = 50_000;
        for (int i = 0; i < draws; i++) {
            estimator.sample(random, row);
            counts[points.indexOf(encoding.decode(row))]++;
        }
        double chiSquared = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int p = 0; p < row.length; p++) {
                row[p] = encoding.encode(p, points.get(i));
            }
            double even = points.get(i).contains("bias") ? 1 / 8.0 : 1 / 16.0;
            double expected = draws * even * Math.exp(estimator.logDensity(row, new double[estimator.kernels()]));
            chiSquared += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        assertThat(chiSquared).isLessThan(31.3);
    }

    @Test
    void theTableOfTheNormalIsExactToANinth() {
        for (double x = -10; x <= 10; x += 0.00731) {
            assertThat(NormalTable.below(x)).isCloseTo(0.5 * Erf.erfc(-x / Math.sqrt(2)), within(1e-9));
        }
    }
}
