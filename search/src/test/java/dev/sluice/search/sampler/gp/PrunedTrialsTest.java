package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** That the sampler learns from trials that were given up: next to one that takes each of them for another one. */
class PrunedTrialsTest {
    private static final int STUDIES = 16;
    private static final int TRIALS = 36;
    private static final BenchmarkFunction FUNCTION = BenchmarkFunction.sphere(2);

    private static final PartialCosts MIXED_UP = (objective, concluded, pruned) -> {
        var guesses = new ArrayList<>(new CurveCosts().guess(objective, concluded, pruned));
        Collections.rotate(guesses, guesses.size() / 2);
        return guesses;
    };

    /** How good the point is that is chosen after random trials, of which one in six ran to its end. */
    private static double next(PartialCosts costs, long seed) {
        var spec = StudySpec.of(FUNCTION.space(), BenchmarkFunction.objective(), "random", seed);
        var study = new Study(spec, RandomSampler.of(FUNCTION.space()), new NopPruner(), event -> {});
        var random = new SplittableRandom(seed);
        for (int i = 0; i < TRIALS; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            double end = FUNCTION.at(suggestion.values());
            double height = 20 + 5 * random.nextDouble();
            int steps = i % 6 == 0 ? 4 : 1;
            for (int step = 1; step <= steps; step++) {
                study.report(
                        suggestion.id(), Measurement.of(step, BenchmarkFunction.METRIC, end + height * (4 - step) / 3));
            }
            study.tell(suggestion.id(), steps == 4 ? Outcome.Completed.asReported() : new Outcome.Pruned("poor"));
        }
        var sampler = GaussianProcessSampler.builder(spec.context())
                .partialCosts(costs)
                .build();
        return FUNCTION.at(
                sampler.suggest(study.history(), random).orElseThrow().values());
    }

    /**
     * The rank sum test of Mann and Whitney (1947), one-sided, by its normal approximation without ties.
     *
     * @return how many deviations the ones lie below the others
     */
    private static double deviationsBelow(double[] ones, double[] others) {
        double wins = 0;
        for (double one : ones) {
            for (double other : others) {
                wins += one < other ? 1 : one == other ? 0.5 : 0;
            }
        }
        double pairs = (double) ones.length * others.length;
        return (wins - pairs / 2) / Math.sqrt(pairs * (ones.length + others.length + 1) / 12);
    }

    private static double[] nexts(PartialCosts costs, long firstSeed) {
        return IntStream.range(0, STUDIES)
                .mapToDouble(i -> next(costs, firstSeed + i))
                .toArray();
    }

    @Test
    void learnsFromTrialsThatWereGivenUp() {
        // samplers that are alike would pass one time in a hundred
        assertThat(deviationsBelow(nexts(new CurveCosts(), 0), nexts(MIXED_UP, 100)))
                .isGreaterThan(2.33);
    }
}
