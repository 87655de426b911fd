package dev.sluice.search.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.Verdict;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StudySimulatorTest {
    static List<BenchmarkFunction> functions() {
        return BenchmarkFunction.all();
    }

    private static Study study(BenchmarkFunction function, long seed) {
        return new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", seed), event -> {});
    }

    @ParameterizedTest
    @MethodSource("functions")
    void noPointIsBelowTheMinimum(BenchmarkFunction function) {
        var random = new SplittableRandom(1);
        var sampler = RandomSampler.of(function.space());
        for (int i = 0; i < 2_000; i++) {
            assertThat(function.at(sampler.draw(random))).isGreaterThanOrEqualTo(function.minimum());
        }
    }

    @Test
    void theMinimaAreWhereTheyAreSaidToBe() {
        var branin = BenchmarkFunction.branin();
        assertThat(branin.at(branin.space().complete(Map.of("x0", Math.PI, "x1", 2.275))))
                .isCloseTo(branin.minimum(), within(1e-9));
        var hartmann = BenchmarkFunction.hartmann6();
        assertThat(hartmann.at(hartmann.space()
                        .complete(Map.of(
                                "x0", 0.20169, "x1", 0.150011, "x2", 0.476874, "x3", 0.275332, "x4", 0.311652, "x5",
                                0.6573))))
                .isCloseTo(hartmann.minimum(), within(1e-6));
        var mixed = BenchmarkFunction.mixed();
        assertThat(mixed.at(mixed.space()
                        .complete(Map.of("learning_rate", 0.01, "width", 160, "batch_size", 64, "optimizer", "sgd"))))
                .isCloseTo(0, within(1e-12));
        var conditional = BenchmarkFunction.conditional();
        assertThat(conditional.at(
                        conditional.space().complete(Map.of("model", "network", "layers", 3, "dropout", 0.4))))
                .isCloseTo(0, within(1e-12));
    }

    @Test
    void sameSeedGivesTheSameRun() {
        var function = BenchmarkFunction.mixed();
        var first = StudySimulator.of(study(function, 1), function)
                .withWorkers(4)
                .withCurves(9, 1)
                .run(60);
        var second = StudySimulator.of(study(function, 1), function)
                .withWorkers(4)
                .withCurves(9, 1)
                .run(60);
        assertThat(second).isEqualTo(first);
        assertThat(StudySimulator.of(study(function, 2), function).run(60)).isNotEqualTo(first);
    }

    @Test
    void manyWorkersNeedLessTime() {
        var function = BenchmarkFunction.branin();
        var alone = StudySimulator.of(study(function, 1), function).run(80);
        var together =
                StudySimulator.of(study(function, 1), function).withWorkers(8).run(80);
        assertThat(together.bestSoFar()).hasSize(80);
        assertThat(together.elapsed()).isLessThan(alone.elapsed().dividedBy(6));
    }

    @Test
    void trialsOvertakeOneAnother() {
        var function = BenchmarkFunction.branin();
        var study = study(function, 1);
        StudySimulator.of(study, function).withWorkers(8).run(80);
        assertThat(study.history().concluded())
                .isNotEqualTo(study.history().all())
                .containsExactlyInAnyOrderElementsOf(study.history().all());
    }

    @Test
    void endsTrialsThatAreGivenUp() {
        var function = BenchmarkFunction.branin();
        Pruner high = (trial, history) ->
                trial.lastStep() >= 3 && trial.objectiveValue(0).orElse(Double.NaN) > 20
                        ? Verdict.prune("above 20 at step 3")
                        : Verdict.proceed();
        var study = new Study(
                StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", 1),
                RandomSampler.of(function.space()),
                high,
                event -> {});
        var run = StudySimulator.of(study, function).withCurves(10, 5).run(50);
        assertThat(study.history().count(TrialState.PRUNED)).isBetween(10, 45);
        assertThat(run.steps())
                .isEqualTo(3L * study.history().count(TrialState.PRUNED)
                        + 10L * study.history().count(TrialState.COMPLETE));
    }

    @Test
    void theClockKeepsTheOrderOfWhatIsDueTogether() {
        var clock = new VirtualClock();
        var happened = new ArrayList<String>();
        clock.after(Duration.ofSeconds(2), () -> happened.add("late"));
        clock.after(Duration.ofSeconds(1), () -> {
            happened.add("first");
            clock.after(Duration.ZERO, () -> happened.add("third"));
        });
        clock.after(Duration.ofSeconds(1), () -> happened.add("second"));
        clock.run();
        assertThat(happened).containsExactly("first", "second", "third", "late");
        assertThat(clock.now()).isEqualTo(Duration.ofSeconds(2));
        assertThatThrownBy(() -> clock.after(Duration.ofSeconds(-1), () -> {})).hasMessageContaining("delay");
    }
}
