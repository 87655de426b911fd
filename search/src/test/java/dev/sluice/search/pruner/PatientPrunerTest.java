package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.study.Study;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PatientPrunerTest extends PruningContract {
    private static final Objective LOSS = PrunerContract.objective(Direction.MINIMIZE);

    @Override
    protected Pruner pruner(Objective objective) {
        return PatientPruner.builder().patience(3).build();
    }

    @Override
    protected long firstStepJudged() {
        return 3;
    }

    private static Verdict last(Study study, double... losses) {
        var id = begin(study);
        Verdict verdict = Verdict.proceed();
        for (int i = 0; i < losses.length; i++) {
            verdict = study.report(id, Measurement.of(i + 1, "loss", losses[i]));
        }
        return verdict;
    }

    @Test
    void prunesWhatHasNotImprovedForSoManySteps() {
        var study = MultiObjectivePruningContract.study(
                PatientPruner.builder().patience(3).build(), LOSS);
        assertThat(last(study, 5, 4, 4, 5)).isEqualTo(Verdict.proceed());
        assertThat(last(study, 5, 4, 4, 5, 4))
                .isEqualTo(Verdict.prune("no improvement for 3 steps up to step 5 (best 4 at step 2)"));
        assertThat(last(study, 5, 4, 4, 5, 3.9)).isEqualTo(Verdict.proceed());
    }

    @Test
    void smallImprovementsAreNoneButAddUp() {
        var study = MultiObjectivePruningContract.study(
                PatientPruner.builder().patience(3).minDelta(0.5).build(), LOSS);
        assertThat(last(study, 5, 4.9, 4.8, 4.7))
                .isEqualTo(
                        Verdict.prune("no improvement by more than 0.5 for 3 steps up to step 4 (best 5 at step 1)"));
        assertThat(last(study, 5, 4.8, 4.6, 4.4, 4.3)).isEqualTo(Verdict.proceed());
    }

    @Test
    void improvementInAnyObjectiveCounts() {
        var study = MultiObjectivePruningContract.study(
                PatientPruner.builder().patience(3).build(), LOSS, Objective.maximize("score"));
        var id = begin(study);
        for (int step = 1; step <= 12; step++) {
            assertThat(study.report(id, Measurement.of(step, step % 2 == 0 ? "loss" : "score", step)))
                    .isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void leavesItToAnotherWhereOneIsGiven() {
        Pruner harsh = (trial, history) ->
                trial.objectiveValue(0).orElse(0) > 3 ? Verdict.prune("too much") : Verdict.proceed();
        var study = MultiObjectivePruningContract.study(
                PatientPruner.builder().patience(2).then(harsh).build(), LOSS);
        assertThat(last(study, 9, 9)).isEqualTo(Verdict.proceed());
        assertThat(last(study, 9, 9, 9))
                .isEqualTo(Verdict.prune("too much; no improvement for 2 steps up to step 3 (best 9 at step 1)"));
        assertThat(last(study, 2, 2, 2, 2)).isEqualTo(Verdict.proceed());
    }

    @Test
    void aNewAttemptIsGivenTimeAnew() {
        var study = MultiObjectivePruningContract.study(
                PatientPruner.builder().patience(3).build(), LOSS);
        var id = begin(study);
        study.report(id, Measurement.of(1, "loss", 1));
        study.report(id, Measurement.of(3, "loss", 1));
        study.requeue(id, "lost");
        study.start(id, 2, -1);
        assertThat(study.report(id, Measurement.of(4, "loss", 2))).isEqualTo(Verdict.proceed());
        assertThat(study.report(id, Measurement.of(7, "loss", 2))).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("patience", Map.of("patience", 3, "then", "median"), List.of(LOSS)))
                .isInstanceOf(PatientPruner.class);
        assertThatThrownBy(() -> Pruners.of("patience", Map.of("patience", 0), List.of(LOSS)))
                .hasMessageContaining("patience");
        assertThatThrownBy(() -> PatientPruner.builder().minDelta(-1).build())
                .hasMessage("minDelta must be >= 0 and finite, was -1.0");
    }
}
