package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.simulate.StudySimulator.Curve;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether pruners find out that early steps say nothing of the end, or the contrary, and act on it. */
class UselessRungsTest {
    private static final int TRIALS = 300;
    private static final int STEPS = 9;

    private final List<StudyEvent> events = new ArrayList<>();

    private Study run(Curve curve, Pruner pruner, long seed) {
        var function = BenchmarkFunction.branin();
        var study = new Study(
                StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", seed),
                RandomSampler.of(function.space()),
                pruner,
                events::add);
        StudySimulator.of(study, function)
                .withWorkers(4)
                .withCurves(STEPS, 100, curve)
                .run(TRIALS);
        return study;
    }

    private static long prunedAt(Study study, long first, long last, int fromTrial) {
        return study.history().in(TrialState.PRUNED).stream()
                .filter(trial -> trial.id().number() >= fromTrial)
                .mapToLong(Trial::lastStep)
                .filter(step -> step >= first && step <= last)
                .count();
    }

    private static Pruner asha() {
        return SuccessiveHalvingPruner.builder().max(STEPS).build();
    }

    private static Pruner ashaThatDoesNotWatch() {
        return SuccessiveHalvingPruner.builder()
                .max(STEPS)
                .watch(false)
                .explore(0)
                .build();
    }

    @ParameterizedTest
    @EnumSource(
            value = Curve.class,
            names = {"BLIND", "CONTRARY"})
    void ashaPassesUselessRungsOver(Curve curve) {
        var study = run(curve, asha(), 1);
        // the rungs 1 and 3 lie before the middle, where curves turn
        long blind = prunedAt(run(curve, ashaThatDoesNotWatch(), 1), 1, 3, TRIALS / 2);
        assertThat(prunedAt(study, 1, 3, TRIALS / 2)).isLessThan(blind * 3 / 4);
        assertThat(events)
                .filteredOn(StudyEvent.MeasurementReported.class::isInstance)
                .extracting(event -> ((StudyEvent.MeasurementReported) event).verdictReason())
                .anySatisfy(
                        reason -> assertThat(reason)
                                .matches(
                                        "rung 1 is passed over since it says nothing of .* \\(rank correlation .*, \\d+ trials\\)"));
    }

    @Test
    void ashaKeepsRungsThatSayMuch() {
        var study = run(Curve.FALLING, asha(), 1);
        assertThat(prunedAt(study, 1, 1, 100)).isBetween(100L, 150L);
    }

    @Test
    void medianPassesStepsThatSayTheContraryOver() {
        var study = run(Curve.CONTRARY, MedianPruner.builder().build(), 1);
        var without = run(Curve.CONTRARY, MedianPruner.builder().watch(false).build(), 1);
        assertThat(prunedAt(study, 1, 4, TRIALS / 2)).isLessThan(prunedAt(without, 1, 4, TRIALS / 2) / 2);
    }

    @ParameterizedTest
    @EnumSource(Curve.class)
    void watchingCostsLittleAndSavesMuch(Curve curve) {
        double watched = meanBest(curve, UselessRungsTest::asha);
        double blind = meanBest(
                curve,
                () -> SuccessiveHalvingPruner.builder()
                        .max(STEPS)
                        .watch(false)
                        .explore(0)
                        .build());
        assertThat(watched).isLessThan(curve == Curve.FALLING ? blind + 0.5 : blind + 0.01);
    }

    @ParameterizedTest
    @EnumSource(Curve.class)
    void curvesAreLearntWhateverTheirShape(Curve curve) {
        // the best of 300 random points is on average about 0.4 above the minimum of 0.398
        assertThat(meanBest(curve, () -> CurvePruner.builder().max(STEPS).build()))
                .isLessThan(2);
    }

    /** Of the best values at the end of a trial over ten studies. */
    private double meanBest(Curve curve, Supplier<Pruner> pruner) {
        double sum = 0;
        for (long seed = 0; seed < 10; seed++) {
            var study = run(curve, pruner.get(), seed);
            sum += study.history().in(TrialState.COMPLETE).stream()
                    .mapToDouble(trial -> trial.objectiveValue(0).orElse(Double.NaN))
                    .min()
                    .orElse(Double.NaN);
        }
        return sum / 10;
    }
}
