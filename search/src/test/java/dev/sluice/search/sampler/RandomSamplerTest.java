package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

/**
 * The statistics use fixed seeds; a right sampler would fail one of them for another seed with a chance of 1e-4 each, since the limit is
 * the chi-squared distribution's quantile of 0.9999.
 */
class RandomSamplerTest extends RandomisedSamplerContract {
    private static final int DRAWS = 20_000;

    @Override
    protected Sampler sampler(SearchSpace space) {
        return RandomSampler.of(space);
    }

    /** Pearson's statistic of draws in cells with these chances. */
    private static double chiSquared(Distribution distribution, ToIntFunction<ParameterValue> cell, double... chances) {
        var random = new SplittableRandom(42);
        var counts = new int[chances.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[cell.applyAsInt(RandomSampler.draw(distribution, random))]++;
        }
        return chiSquared(counts, chances);
    }

    private static double chiSquared(int[] counts, double... chances) {
        double sum = Arrays.stream(chances).sum();
        int draws = Arrays.stream(counts).sum();
        double statistic = 0;
        for (int i = 0; i < chances.length; i++) {
            double expected = draws * chances[i] / sum;
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return statistic;
    }

    private static double[] even(int cells) {
        var chances = new double[cells];
        Arrays.fill(chances, 1);
        return chances;
    }

    @Test
    void drawsFloatsEvenly() {
        assertThat(chiSquared(FloatDistribution.of(-2, 8), v -> (int) (v.asDouble() + 2), even(10)))
                .isLessThan(33.72);
    }

    @Test
    void drawsEachDecadeOfALogScaleAlike() {
        assertThat(chiSquared(
                        FloatDistribution.log(1e-4, 1), v -> (int) Math.floor(Math.log10(v.asDouble()) + 4), even(4)))
                .isLessThan(21.11);
    }

    @Test
    void drawsSteppedFloatsEvenlyAtTheEndsToo() {
        assertThat(chiSquared(FloatDistribution.stepped(0, 1, 0.3), v -> (int) Math.rint(v.asDouble() / 0.3), even(4)))
                .isLessThan(21.11);
    }

    @Test
    void drawsIntsEvenlyAtTheEndsToo() {
        assertThat(chiSquared(IntDistribution.of(-2, 2), v -> (int) v.asDouble() + 2, even(5)))
                .isLessThan(23.51);
        assertThat(chiSquared(IntDistribution.stepped(1, 12, 5), v -> (int) v.asDouble() / 5, even(3)))
                .isLessThan(18.42);
    }

    @Test
    void drawsLogIntsByTheWidthOfTheirCells() {
        // cells [0.5, 1.5), [1.5, 2.5), [2.5, 3.5), [3.5, 4.5)
        assertThat(chiSquared(
                        IntDistribution.log(1, 4),
                        v -> (int) v.asDouble() - 1,
                        Math.log(3),
                        Math.log(5.0 / 3),
                        Math.log(7.0 / 5),
                        Math.log(9.0 / 7)))
                .isLessThan(21.11);
    }

    @Test
    void drawsSteppedLogFloatsByTheWidthOfTheirCells() {
        // values 1, 3, 5; the first cell begins at 0.5, since a whole half step below 1 there is no logarithm
        assertThat(chiSquared(
                        new FloatDistribution(1, 6, Scale.LOG, OptionalDouble.of(2)),
                        v -> (int) (v.asDouble() / 2),
                        Math.log(2 / 0.5),
                        Math.log(4.0 / 2),
                        Math.log(6.0 / 4)))
                .isLessThan(18.42);
    }

    @Test
    void drawsChoicesEvenly() {
        var choices = CategoricalDistribution.of("a", "b", "c");
        assertThat(chiSquared(choices, choices::indexOf, even(3))).isLessThan(18.42);
    }

    @Test
    void drawsParentsAsIfTheirChildrenWereNotThere() {
        var space = SearchSpace.builder()
                .add(Parameter.of("layers", IntDistribution.of(1, 4)).when(Condition.oneOf("model", "b")))
                .add("model", CategoricalDistribution.of("a", "b"))
                .build();
        var random = new SplittableRandom(7);
        var counts = new int[5];
        for (int i = 0; i < DRAWS; i++) {
            counts[
                    RandomSampler.of(space)
                            .draw(random)
                            .find("layers")
                            .map(v -> (int) v.asDouble())
                            .orElse(0)]++;
        }
        assertThat(chiSquared(counts, 4, 1, 1, 1, 1)).isLessThan(23.51);
    }

    @Test
    void drawsEvenlyAmongWhatConstraintsLeave() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(0, 2))
                .add("b", IntDistribution.of(0, 2))
                .constraint("a < b")
                .build();
        var random = new SplittableRandom(8);
        var counts = new int[3];
        for (int i = 0; i < DRAWS; i++) {
            var point = RandomSampler.of(space).draw(random);
            counts[(int) (point.get("a").asDouble() + point.get("b").asDouble()) - 1]++;
        }
        // the points (0,1), (0,2), (1,2)
        assertThat(chiSquared(counts, 1, 1, 1)).isLessThan(18.42);
    }

    @Test
    void repeatsWhenAllPointsWereTriedAndSaysSo() {
        var space = Spaces.constants();
        var study = new Study(StudySpec.of(space, Objective.minimize("loss"), "random", 1), event -> {});
        assertThat(study.ask().orElseThrow().reason()).isEqualTo("drawn at random");
        study.start(study.ask().orElseThrow().id(), 1, -1);
        assertThat(study.ask().orElseThrow().reason()).contains("all points of the space were tried");
    }

    @Test
    void countsHowOftenEachConstraintFailed() {
        var space = SearchSpace.builder()
                .add("a", FloatDistribution.of(0, 1))
                .constraint("a > 2")
                .constraint("a >= 0")
                .build();
        assertThatThrownBy(() -> RandomSampler.of(space).draw(new SplittableRandom(1)))
                .hasMessage("none of 10000 points drawn satisfies the constraints: 'a > 2' failed for 10000 of 10000");
    }

    @Test
    void saysWhenAFiniteSpaceHasNoPointLeftAtAll() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(0, 9))
                .constraint("a > 9")
                .build();
        assertThatThrownBy(() -> RandomSampler.of(space).draw(new SplittableRandom(1)))
                .hasMessageStartingWith("no point of the space satisfies the constraints: 'a > 9'");
    }
}
