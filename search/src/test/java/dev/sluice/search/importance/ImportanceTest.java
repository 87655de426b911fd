package dev.sluice.search.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImportanceTest {
    private static final SearchSpace FLAT = SearchSpace.builder()
            .add("much", FloatDistribution.log(1e-4, 1))
            .add("little", FloatDistribution.of(0, 1))
            .add("nothing", IntDistribution.of(1, 64))
            .add("kind", CategoricalDistribution.of("a", "b", "c", "d"))
            .add("fixed", CategoricalDistribution.constant(3))
            .build();

    private static final SearchSpace TREE = SearchSpace.builder()
            .add("model", CategoricalDistribution.of("deep", "wide"))
            .add(Parameter.of("depth", FloatDistribution.of(0, 1)).when(Condition.oneOf("model", "deep")))
            .add(Parameter.of("width", FloatDistribution.of(0, 1)).when(Condition.oneOf("model", "wide")))
            .build();

    /** A way to judge importance. */
    interface Judge {
        Importance of(SearchSpace space, List<Observation> observations);
    }

    static Stream<Judge> judges() {
        return Stream.of(PedAnova::of, (space, seen) -> FunctionalAnova.of(space, seen, new SplittableRandom(5)));
    }

    private static List<Observation> observe(SearchSpace space, int trials, ToDoubleFunction<ParameterValues> cost) {
        var random = new SplittableRandom(11);
        var sampler = RandomSampler.of(space);
        var observations = new ArrayList<Observation>();
        for (int i = 0; i < trials; i++) {
            var values = sampler.draw(random);
            observations.add(new Observation(values, cost.applyAsDouble(values)));
        }
        return observations;
    }

    private static double number(ParameterValues values, String name) {
        return values.find(name).orElseThrow().asDouble();
    }

    private static double flatCost(ParameterValues values) {
        return 3 * Math.log10(number(values, "much"))
                + 0.5 * number(values, "little")
                + ("c".equals(values.toPlain().get("kind")) ? -4 : 0);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void tellsWhatMattersFromWhatDoesNot(Judge judge) {
        var importance = judge.of(FLAT, observe(FLAT, 300, ImportanceTest::flatCost));

        assertThat(importance.trials()).isEqualTo(300);
        assertThat(List.copyOf(importance.shares().keySet()).subList(0, 2)).containsExactlyInAnyOrder("much", "kind");
        assertThat(importance.shares().get("nothing")).isLessThan(0.08);
        assertThat(importance.shares().get("fixed")).isZero();
        assertThat(importance.shares().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void functionalAnovaExplainsTheSharesOfVariance() {
        var importance =
                FunctionalAnova.of(FLAT, observe(FLAT, 600, ImportanceTest::flatCost), new SplittableRandom(5));

        // 3 log10 of four decades: 144/12 = 12; -4 with a quarter's chance: 16 * 3/16 = 3; 0.5 uniform: 1/48
        assertThat(importance.shares().get("much")).isCloseTo(12 / 15.02, within(0.06));
        assertThat(importance.shares().get("kind")).isCloseTo(3 / 15.02, within(0.06));
        assertThat(importance.shares().get("little")).isLessThan(0.03);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void aParameterThatMattersInItsBranchIsNotDrownedByItsParent(Judge judge) {
        var importance = judge.of(
                TREE,
                observe(
                        TREE,
                        400,
                        values -> values.contains("depth")
                                ? 5 * number(values, "depth")
                                : 2.5 + number(values, "width") * 0.01));

        assertThat(importance.shares())
                .as("%s", importance)
                .satisfies(
                        shares -> assertThat(shares.keySet().iterator().next()).isEqualTo("depth"));
        assertThat(importance.shares().get("width")).isLessThan(0.1);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void aParentThatAloneMattersIsNamedAlone(Judge judge) {
        var importance = judge.of(
                TREE,
                observe(TREE, 400, values -> (values.contains("depth") ? 1 : 3) + 1e-3 * values.hashCode() / 2e9));

        assertThat(importance.shares().get("model")).isGreaterThan(0.8);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void theOrderOfTrialsDoesNotChangeWhichMatters(Judge judge) {
        var observations = observe(FLAT, 200, ImportanceTest::flatCost);
        var first = judge.of(FLAT, observations).shares().keySet().iterator().next();
        Collections.reverse(observations);

        assertThat(judge.of(FLAT, observations).shares().keySet().iterator().next())
                .isEqualTo(first);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void aRunThatDivergedIsNotAllThatIsExplained(Judge judge) {
        var observations = observe(FLAT, 300, ImportanceTest::flatCost);
        observations.set(17, new Observation(observations.get(17).values(), 1e12));
        observations.set(40, new Observation(observations.get(40).values(), Double.NaN));
        observations.set(41, new Observation(observations.get(41).values(), Double.POSITIVE_INFINITY));

        var importance = judge.of(FLAT, observations);

        assertThat(importance.trials()).isEqualTo(298);
        assertThat(List.copyOf(importance.shares().keySet()).subList(0, 2)).containsExactlyInAnyOrder("much", "kind");
    }

    /** Their differences, sums and squares are infinite. */
    @ParameterizedTest
    @MethodSource("judges")
    void theWidestNumbersGiveShares(Judge judge) {
        var observations = observe(FLAT, 300, values -> flatCost(values) * 1e307);
        observations.set(17, new Observation(observations.get(17).values(), Double.MAX_VALUE));
        observations.set(18, new Observation(observations.get(18).values(), -Double.MAX_VALUE));

        var importance = judge.of(FLAT, observations);

        assertThat(List.copyOf(importance.shares().keySet()).subList(0, 2)).containsExactlyInAnyOrder("much", "kind");
        assertThat(importance.shares().values()).allMatch(Double::isFinite);
    }

    @Test
    void whatIsSmallInNumbersIsNotNothing() {
        var small = FunctionalAnova.of(
                FLAT, observe(FLAT, 300, values -> flatCost(values) * 1e-9), new SplittableRandom(5));

        assertThat(small.shares().get("much")).isGreaterThan(0.6);
    }

    @Test
    void ofManyParametersThoseThatSeemToMatterAreJudgedWithTheirParents() {
        var space = SearchSpace.builder().add("on", CategoricalDistribution.of(true, false));
        for (int i = 0; i < 200; i++) {
            space.add(Parameter.of("x" + i, FloatDistribution.of(0, 1)).when(Condition.oneOf("on", true)));
        }
        var wide = space.build();

        var importance = FunctionalAnova.of(
                wide,
                observe(wide, 400, values -> values.contains("x7") ? 4 * number(values, "x7") : 2),
                new SplittableRandom(5));

        assertThat(importance.shares()).containsKey("on").hasSizeBetween(60, 61);
        assertThat(importance.shares().keySet().iterator().next()).isEqualTo("x7");
        assertThat(importance.leftOut())
                .isEqualTo("of the 201 parameters the 60 with the largest PED-ANOVA are judged, with those they depend"
                        + " on: a forest over all of them would take too long");
    }

    @Test
    void ofManyTrialsASampleIsJudged() {
        var importance =
                FunctionalAnova.of(FLAT, observe(FLAT, 5_000, ImportanceTest::flatCost), new SplittableRandom(5));

        assertThat(importance.trials()).isEqualTo(2_000);
        assertThat(importance.leftOut()).startsWith("of the 5000 trials 2000 drawn at random are judged");
        assertThat(importance.shares().get("much")).isCloseTo(12 / 15.02, within(0.06));
    }

    @ParameterizedTest
    @MethodSource("judges")
    void whereAllIsEqualNothingMatters(Judge judge) {
        var importance = judge.of(FLAT, observe(FLAT, 50, values -> 7));

        assertThat(importance.shares().values()).allMatch(share -> share == 0);
    }

    @ParameterizedTest
    @MethodSource("judges")
    void saysNothingFromFewTrials(Judge judge) {
        var importance = judge.of(FLAT, observe(FLAT, 9, ImportanceTest::flatCost));

        assertThat(importance).isEqualTo(new Importance(java.util.Map.of(), 9));
    }

    /** Chi-squared would be exact; here the bound is chosen so that one in a thousand seeds breaks it. */
    @Test
    void noiseIsSharedByAll() {
        var random = new SplittableRandom(3);
        var importance = PedAnova.of(FLAT, observe(FLAT, 1000, values -> random.nextDouble()));

        assertThat(importance.shares().values()).allMatch(share -> share < 0.75);
    }
}
