package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CurvePrunerTest extends ComparingContract {
    private static final Objective LOSS = PrunerContract.objective(Direction.MINIMIZE);

    @Override
    protected Pruner pruner(Objective objective) {
        return CurvePruner.builder()
                .max(PrunerContract.STEPS)
                .hope(1)
                .explore(0)
                .build();
    }

    @Override
    protected long firstStepJudged() {
        return 1;
    }

    @Test
    void saysWithWhatChanceATrialEndsBest() {
        var study = MultiObjectivePruningContract.study(
                CurvePruner.builder().max(STEPS).explore(0).build(), LOSS);
        var random = new SplittableRandom(2);
        for (int i = 0; i < 30; i++) {
            runThrough(study, begin(study), random.nextDouble());
        }
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 0.99)))
                .isInstanceOfSatisfying(
                        Verdict.Prune.class,
                        prune -> assertThat(prune.reason())
                                .matches(
                                        "0.99 at step 1 will hardly end better than .* \\(chance .* %, of new trials .* %\\)"));
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 1e-9))).isEqualTo(Verdict.proceed());
    }

    @Test
    void judgesFirstAtATwelfthOfTheMaximum() {
        var study = MultiObjectivePruningContract.study(
                CurvePruner.builder().max(48).explore(0).build(), LOSS);
        study.report(begin(study), Measurement.of(4, "loss", 0.1));
        var worse = begin(study);
        assertThat(study.report(worse, Measurement.of(3, "loss", 0.9))).isEqualTo(Verdict.proceed());
        assertThat(study.report(worse, Measurement.of(4, "loss", 0.9))).isInstanceOf(Verdict.Prune.class);
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("curve", Map.of("max", 12, "hope", 0.3, "startup", 4), List.of(LOSS)))
                .isInstanceOf(CurvePruner.class);
        assertThatThrownBy(() -> Pruners.of("curve", Map.of("hope", 2), List.of(LOSS)))
                .hasMessageContaining("hope");
        assertThatThrownBy(() -> CurvePruner.builder().startup(0).build()).hasMessage("startup must be >= 1, was 0");
    }
}
