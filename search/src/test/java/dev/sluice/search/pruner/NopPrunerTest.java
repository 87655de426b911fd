package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Objective;
import org.junit.jupiter.api.Test;

class NopPrunerTest extends PrunerContract {
    @Override
    protected Pruner pruner(Objective objective) {
        return new NopPruner();
    }

    @Test
    void givesUpNothing() {
        var study = study(objective(Direction.MINIMIZE));
        for (int i = 0; i < 30; i++) {
            assertThat(runThrough(study, begin(study), i)).isEqualTo(Verdict.proceed());
        }
    }
}
