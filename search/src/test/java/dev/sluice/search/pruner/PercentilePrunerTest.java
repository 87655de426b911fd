package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PercentilePrunerTest extends ComparingContract {
    private static final Objective LOSS = PrunerContract.objective(Direction.MINIMIZE);

    @Override
    protected Pruner pruner(Objective objective) {
        return PercentilePruner.builder()
                .percentile(10)
                .startupTrials(1)
                .warmupSteps(2)
                .explore(0)
                .build();
    }

    @Override
    protected long firstStepJudged() {
        return 2;
    }

    @Test
    void prunesWhatIsWorseThanTheBestQuarter() {
        var study = MultiObjectivePruningContract.study(
                PercentilePruner.builder().explore(0).build(), LOSS);
        for (int i = 5; i >= 1; i--) {
            runThrough(study, begin(study), i);
        }
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 2))).isEqualTo(Verdict.proceed());
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 2.5)))
                .isEqualTo(Verdict.prune(
                        "2.5 at step 1 is worse than the best 25 % of the trials completed (limit 2, 5 trials)"));
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("percentile", Map.of("percentile", 40), List.of(LOSS)))
                .isInstanceOf(PercentilePruner.class);
        assertThatThrownBy(() -> Pruners.of("percentile", Map.of("percentile", 100), List.of(LOSS)))
                .hasMessageContaining("percentile");
        assertThatThrownBy(() -> PercentilePruner.builder().percentile(0).build())
                .hasMessage("percentile must be in (0, 100), was 0.0");
    }
}
