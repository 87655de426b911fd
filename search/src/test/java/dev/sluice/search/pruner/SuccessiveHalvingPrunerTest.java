package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SuccessiveHalvingPrunerTest extends ComparingContract {
    @Override
    protected Pruner pruner(Objective objective) {
        return SuccessiveHalvingPruner.builder()
                .max(PrunerContract.STEPS)
                .reduction(2)
                .explore(0)
                .build();
    }

    @Override
    protected long firstStepJudged() {
        return 1;
    }

    private static final SearchSpace SPACE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();

    private final Study study = study(Direction.MAXIMIZE, 1, 9, 3);

    private static Study study(Direction direction, long min, long max, int reduction) {
        var spec = new StudySpec(
                SPACE,
                List.of(new Objective("score", direction, Report.BEST)),
                AlgorithmChoice.of("random"),
                AlgorithmChoice.of("none"),
                1);
        var pruner = SuccessiveHalvingPruner.builder()
                .min(min)
                .max(max)
                .reduction(reduction)
                .explore(0)
                .build();
        return new Study(spec, RandomSampler.of(SPACE), pruner, event -> {});
    }

    private static Verdict report(Study study, TrialId id, long step, double score) {
        return study.report(id, Measurement.of(step, "score", score));
    }

    private Verdict reportNew(long step, double score) {
        return report(study, begin(study), step, score);
    }

    private static boolean pruned(Verdict verdict) {
        return verdict instanceof Verdict.Prune;
    }

    @Test
    void letsOnlyTheBestOfTheFirstTrialsOfARungPass() {
        assertThat(reportNew(1, 0.5)).isEqualTo(Verdict.proceed());
        assertThat(reportNew(1, 0.1))
                .isEqualTo(Verdict.prune("0.1 at step 1 is not in the best third of rung 1 (2 trials, cut 0.5)"));
    }

    @Test
    void prunesWhatIsNotInTheBestThirdOfARung() {
        reportNew(1, 0.5);
        reportNew(1, 0.7);
        assertThat(reportNew(1, 0.6))
                .isEqualTo(Verdict.prune("0.6 at step 1 is not in the best third of rung 1 (3 trials, cut 0.7)"));
        assertThat(reportNew(1, 0.8)).isEqualTo(Verdict.proceed());
    }

    @Test
    void equalsGoOnTogether() {
        reportNew(1, 0.5);
        reportNew(1, 0.5);
        assertThat(reportNew(1, 0.5)).isEqualTo(Verdict.proceed());
    }

    @Test
    void judgesARungAtTheFirstReportThatReachesIt() {
        var id = begin(study);
        report(study, id, 2, 0.1);
        reportNew(3, 0.7);
        reportNew(3, 0.7);
        assertThat(report(study, id, 4, 0.2))
                .isEqualTo(Verdict.prune("0.2 at step 4 is not in the best third of rung 3 (3 trials, cut 0.7)"));
    }

    @Test
    void saysNothingBetweenRungs() {
        var id = begin(study);
        report(study, id, 1, 0.9);
        reportNew(1, 0.5);
        reportNew(1, 0.6);
        assertThat(report(study, id, 2, 0.0)).isEqualTo(Verdict.proceed());
    }

    @Test
    void neverPrunesAtTheLastStepOrAfter() {
        var id = begin(study);
        reportNew(9, 0.5);
        reportNew(9, 0.6);
        assertThat(report(study, id, 9, Double.NaN)).isEqualTo(Verdict.proceed());
    }

    @Test
    void neverPrunesBeforeTheFirstRung() {
        var late = study(Direction.MINIMIZE, 4, 100, 2);
        for (int i = 0; i < 5; i++) {
            assertThat(report(late, begin(late), 3, i)).isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void prunesNaNAtARung() {
        assertThat(reportNew(1, Double.NaN)).isEqualTo(Verdict.prune("NaN at step 1, where rung 1 is judged"));
    }

    @Test
    void prunesInfinityAtARungWhateverItsSign() {
        assertThat(reportNew(1, Double.POSITIVE_INFINITY))
                .isEqualTo(Verdict.prune("Infinity at step 1, where rung 1 is judged"));
        assertThat(pruned(reportNew(1, Double.NEGATIVE_INFINITY))).isTrue();
    }

    @Test
    void mirroredDirectionGivesTheMirroredVerdict() {
        var mirror = study(Direction.MINIMIZE, 1, 9, 3);
        double[] scores = {0.3, 0.9, 0.1, 0.9, 0.5, 0.95, 0.2, 0.91, Double.NaN, 0.99};
        for (double score : scores) {
            assertThat(pruned(reportNew(1, score))).isEqualTo(pruned(report(mirror, begin(mirror), 1, -score)));
        }
    }

    @Test
    void trialsThatEndedCountAtTheRungsTheyReached() {
        var id = begin(study);
        report(study, id, 1, 0.9);
        study.tell(id, Outcome.Completed.asReported());
        var failed = begin(study);
        report(study, failed, 1, 0.8);
        study.tell(failed, new Outcome.Failed("out of luck"));
        assertThat(pruned(reportNew(1, 0.85))).isTrue();
    }

    @Test
    void rungsGoOnWithoutEndWhereNoMaxIsSet() {
        var endless = study(Direction.MINIMIZE, 1, Long.MAX_VALUE, 2);
        report(endless, begin(endless), Long.MAX_VALUE - 1, 1);
        assertThat(report(endless, begin(endless), Long.MAX_VALUE - 1, 2))
                .isEqualTo(Verdict.prune(
                        "2 at step 9223372036854775806 is not in the best half of rung 1 (2 trials, cut 1)"));
    }

    @Test
    void keepsAboutAThirdOfRandomTrials() {
        var random = new java.util.SplittableRandom(7);
        int passed = 0;
        for (int i = 0; i < 300; i++) {
            passed += pruned(reportNew(1, random.nextDouble())) ? 0 : 1;
        }
        assertThat(passed).isBetween(90, 130);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> Pruners.of("asha", Map.of("min", 5, "max", 4), List.of(Objective.minimize("loss"))))
                .hasMessage("max must be >= min, was max 4 with min 5");
        assertThatThrownBy(() -> Pruners.of("asha", Map.of("reduction", 1), List.of(Objective.minimize("loss"))))
                .hasMessageContaining("reduction");
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("asha", Map.of("min", 1, "max", 12, "reduction", 3), List.of(Objective.minimize("loss"))))
                .isInstanceOf(SuccessiveHalvingPruner.class);
    }
}
