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
    void takesOnNoMoreThanItsStakeInWhatAllHaveRun() {
        var study = MultiObjectivePruningContract.study(
                CurvePruner.builder().max(STEPS).explore(0).stake(0.5).build(), LOSS);
        assertThat(study.report(begin(study), Measurement.of(1, "loss", 1)))
                .isInstanceOfSatisfying(
                        Verdict.Prune.class,
                        prune -> assertThat(prune.reason())
                                .isEqualTo(
                                        "1 at step 1 is given up early: to be judged again it would take 1 steps, and all trials have run no more than 1 so far"));
        // the second is the best of two, and the step that it would take is half of theirs
        var second = begin(study);
        assertThat(study.report(second, Measurement.of(1, "loss", 0.9))).isEqualTo(Verdict.proceed());
        assertThat(study.report(second, Measurement.of(2, "loss", 0.8))).isInstanceOf(Verdict.Prune.class);
        for (int i = 0; i < 20; i++) {
            runThrough(study, begin(study), 0.7 - 0.01 * i);
        }
        assertThat(runThrough(study, begin(study), 0.1)).isEqualTo(Verdict.proceed());
    }

    @Test
    void isMadeByName() {
        assertThat(Pruners.of("curve", Map.of("max", 12, "hope", 0.3, "startup", 4), List.of(LOSS)))
                .isInstanceOf(CurvePruner.class);
        assertThatThrownBy(() -> Pruners.of("curve", Map.of("hope", 2), List.of(LOSS)))
                .hasMessageContaining("hope");
        assertThat(Pruners.of("curve", Map.of("max", 12, "stake", 0.5), List.of(LOSS)))
                .isInstanceOf(CurvePruner.class);
        assertThatThrownBy(() -> CurvePruner.builder().stake(0).build()).hasMessage("stake must be > 0, was 0.0");
        assertThatThrownBy(() -> CurvePruner.builder().startup(0).build()).hasMessage("startup must be >= 1, was 0");
    }
}
