package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import org.junit.jupiter.api.Test;

/** What every pruner keeps that does give up trials. */
public abstract class PruningContract extends PrunerContract {
    /** The first step at which the pruner that is made here may give up a trial. */
    protected abstract long firstStepJudged();

    @Test
    void givesUpATrialThatSaysNothingButNaN() {
        var study = study(objective(Direction.MAXIMIZE));
        for (int i = 0; i < 20; i++) {
            runThrough(study, begin(study), 0.8 + 0.001 * i);
        }
        assertThat(runThrough(study, begin(study), Double.NaN)).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void neverGivesUpBeforeTheWarmUp() {
        var study = study(objective(Direction.MINIMIZE));
        for (int i = 0; i < 20; i++) {
            runThrough(study, begin(study), i);
        }
        var id = begin(study);
        for (long step = 0; step < firstStepJudged(); step++) {
            assertThat(study.report(id, Measurement.of(step, "loss", 1e9))).isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void answersAVerdictAgain() {
        var study = study(objective(Direction.MINIMIZE));
        for (int i = 0; i < 20; i++) {
            runThrough(study, begin(study), i);
        }
        var id = begin(study);
        long step = firstStepJudged();
        Verdict verdict = study.report(id, Measurement.of(step, "loss", 1e9));
        while (verdict instanceof Verdict.Proceed && step < STEPS) {
            step++;
            verdict = study.report(id, Measurement.of(step, "loss", 1e9));
        }
        assertThat(verdict).isInstanceOf(Verdict.Prune.class);
        assertThat(study.report(id, Measurement.of(step + 1, "loss", -1e9))).isEqualTo(verdict);
    }
}
