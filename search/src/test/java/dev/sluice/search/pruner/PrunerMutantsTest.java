package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.mutant.ContractRun;
import dev.sluice.search.mutant.HistoryView;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Objective;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kits catch pruners that are broken on purpose, each by the tests that are named for it, and let a sound one pass. */
class PrunerMutantsTest {
    private static final Verdict GIVE_UP = Verdict.prune("0.1 at step 1 is poor");

    /**
     * A pruner that is broken.
     *
     * @param caughtBy the tests that fail for it
     */
    record Mutant(String name, Function<Objective, Pruner> maker, Set<String> caughtBy) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The kit, with whatever pruner is under test. */
    static final class Kit extends ComparingContract {
        private static Function<Objective, Pruner> maker = objective -> sound();

        @Override
        protected Pruner pruner(Objective objective) {
            return maker.apply(objective);
        }

        @Override
        protected long firstStepJudged() {
            return 2;
        }
    }

    private static Pruner sound() {
        return MedianPruner.builder().startupTrials(1).warmupSteps(2).explore(0).build();
    }

    private static ContractRun.Result run(Function<Objective, Pruner> maker, Set<String> tests) {
        Kit.maker = maker;
        return ContractRun.of(Kit.class, tests);
    }

    private static Mutant mutant(String name, Function<Objective, Pruner> maker, String... caughtBy) {
        return new Mutant(name, maker, Set.of(caughtBy));
    }

    static Stream<Mutant> mutants() {
        return Stream.of(
                mutant(
                        "always minimises",
                        objective -> (trial, history) -> sound().judge(trial, HistoryView.minimising(history)),
                        "mirroredDirectionGivesMirroredVerdict"),
                mutant(
                        "prunes before the warm-up",
                        objective -> MedianPruner.builder()
                                .startupTrials(1)
                                .warmupSteps(0)
                                .explore(0)
                                .build(),
                        "neverGivesUpBeforeTheWarmUp"),
                mutant(
                        "does not say why",
                        objective -> (trial, history) -> sound().judge(trial, history) instanceof Verdict.Prune
                                ? Verdict.prune("poor")
                                : Verdict.proceed(),
                        "givesUpAHopelessTrialAndSaysWhy"),
                mutant(
                        "counts how often it is asked",
                        objective -> {
                            var asked = new AtomicInteger();
                            return (trial, history) -> asked.incrementAndGet() % 2 == 0 ? GIVE_UP : Verdict.proceed();
                        },
                        "isPure"),
                mutant(
                        "gives up everything",
                        objective -> (trial, history) -> GIVE_UP,
                        "neverGivesUpTheOnlyTrial",
                        "neverGivesUpTheBest",
                        "neverGivesUpBeforeTheWarmUp"),
                mutant(
                        "gives up nothing",
                        objective -> new NopPruner(),
                        "givesUpAHopelessTrialAndSaysWhy",
                        "givesUpATrialThatSaysNothingButNaN",
                        "answersAVerdictAgain"),
                mutant(
                        "gives up the good ones",
                        objective -> (trial, history) -> {
                            long there = history.all().stream()
                                    .filter(other -> other.valueAtStep(0, trial.lastStep())
                                            .isPresent())
                                    .count();
                            boolean isGood = trial.lastStep() >= 2
                                    && there > 2
                                    && history.objectives().getFirst().direction() == Direction.MINIMIZE
                                    && history.best()
                                            .map(best -> trial.objectiveValue(0).orElse(Double.NaN)
                                                    < best.objectiveValue(0).orElse(Double.NaN))
                                            .orElse(false);
                            return isGood ? GIVE_UP : Verdict.proceed();
                        },
                        "neverGivesUpTheBest"),
                mutant(
                        "takes NaN for a good value",
                        objective -> (trial, history) ->
                                Double.isNaN(trial.objectiveValue(0).orElse(0))
                                        ? Verdict.proceed()
                                        : sound().judge(trial, history),
                        "givesUpATrialThatSaysNothingButNaN"),
                mutant(
                        "breaks where a trial begins again",
                        objective -> (trial, history) -> {
                            if (trial.attempt() > 1) {
                                throw new IllegalStateException("a second attempt");
                            }
                            return sound().judge(trial, history);
                        },
                        "copesWithTrialsThatFailAndBeginAgain"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void catches(Mutant mutant) {
        assertThat(run(mutant.maker(), mutant.caughtBy()).failed()).isEqualTo(mutant.caughtBy());
    }

    @Test
    void letsASoundPrunerPass() {
        var tests = new TreeSet<String>();
        mutants().forEach(mutant -> tests.addAll(mutant.caughtBy()));
        var result = run(objective -> sound(), tests);
        assertThat(result.run()).isEqualTo(tests);
        assertThat(result.failed()).isEmpty();
    }
}
