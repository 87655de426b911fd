package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.trial.Direction;
import org.junit.jupiter.api.Test;

/** What every pruner keeps that holds trials against one another. */
public abstract class ComparingContract extends PruningContract {
    @Test
    void neverGivesUpTheOnlyTrial() {
        var study = study(objective(Direction.MINIMIZE));
        assertThat(runThrough(study, begin(study), 1)).isEqualTo(Verdict.proceed());
    }

    @Test
    void neverGivesUpTheBest() {
        var study = study(objective(Direction.MINIMIZE));
        for (int i = 0; i < 30; i++) {
            assertThat(runThrough(study, begin(study), 100 - i)).isEqualTo(Verdict.proceed());
        }
    }

    @Test
    void givesUpAHopelessTrialAndSaysWhy() {
        var study = study(objective(Direction.MAXIMIZE));
        for (int i = 0; i < 20; i++) {
            runThrough(study, begin(study), 0.8 + 0.001 * i);
        }
        assertThat(runThrough(study, begin(study), 0.1))
                .isInstanceOfSatisfying(
                        Verdict.Prune.class,
                        prune -> assertThat(prune.reason()).contains("0.1").contains("step"));
    }
}
