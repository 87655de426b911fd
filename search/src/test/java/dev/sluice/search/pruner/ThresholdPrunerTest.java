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

class ThresholdPrunerTest extends PruningContract {
    private static final Objective LOSS = PrunerContract.objective(Direction.MINIMIZE);

    @Override
    protected Pruner pruner(Objective objective) {
        return objective.direction() == Direction.MINIMIZE
                ? ThresholdPruner.builder().upper(100).warmupSteps(2).build()
                : ThresholdPruner.builder().lower(-100).warmupSteps(2).build();
    }

    @Override
    protected long firstStepJudged() {
        return 2;
    }

    @Test
    void prunesWhatIsOutOfBounds() {
        var study = MultiObjectivePruningContract.study(
                ThresholdPruner.builder().lower(0).upper(10).build(), LOSS);
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 10))).isEqualTo(Verdict.proceed());
        assertThat(study.report(begin(study), Measurement.of(3, "loss", 10.5)))
                .isEqualTo(Verdict.prune("loss is 10.5 at step 3, above 10"));
        assertThat(study.report(begin(study), Measurement.of(3, "loss", -1)))
                .isEqualTo(Verdict.prune("loss is -1 at step 3, below 0"));
    }

    @Test
    void prunesWhatIsNotFiniteWithoutAnyBounds() {
        var study = MultiObjectivePruningContract.study(
                ThresholdPruner.builder().build(), LOSS, Objective.maximize("score"));
        assertThat(study.report(begin(study), Measurement.of(1, "loss", Double.NaN)))
                .isEqualTo(Verdict.prune("loss is NaN at step 1, which is no finite value"));
        assertThat(study.report(begin(study), Measurement.of(1, "score", Double.POSITIVE_INFINITY)))
                .isEqualTo(Verdict.prune("score is Infinity at step 1, which is no finite value"));
        assertThat(study.report(begin(study), Measurement.of(1, "score", 1e300)))
                .isEqualTo(Verdict.proceed());
    }

    @Test
    void holdsTheObjectiveThatIsAskedForAgainstTheBounds() {
        var objectives = List.of(LOSS, Objective.maximize("score"));
        var study = MultiObjectivePruningContract.study(
                Pruners.of("threshold", Map.of("objective", 2, "lower", 0.5), objectives),
                LOSS,
                Objective.maximize("score"));
        var id = begin(study);
        assertThat(study.report(id, Measurement.of(1, "loss", 0.1))).isEqualTo(Verdict.proceed());
        assertThat(study.report(id, Measurement.of(2, "score", 0.1))).isInstanceOf(Verdict.Prune.class);
        assertThatThrownBy(() -> Pruners.of("threshold", Map.of("objective", 3), objectives))
                .hasMessage("objective must be in [1, 2], was 3");
        assertThatThrownBy(() -> Pruners.of("threshold", Map.of("lower", 3, "upper", 2), objectives))
                .hasMessage("lower must be <= upper, was [3.0, 2.0]");
    }
}
