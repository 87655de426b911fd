package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveCostsTest {
    private static final Objective LOSS = Objective.minimize("loss");
    private static final SearchSpace SPACE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
    private final Study study =
            new Study(StudySpec.of(SPACE, LOSS, "random", 1), RandomSampler.of(SPACE), new NopPruner(), event -> {});

    private void run(boolean complete, double... curve) {
        var id = study.ask().orElseThrow().id();
        study.start(id, 1, -1);
        for (int step = 1; step <= curve.length; step++) {
            study.report(id, Measurement.of(step, "loss", curve[step - 1]));
        }
        study.tell(id, complete ? Outcome.Completed.asReported() : new Outcome.Pruned("poor"));
    }

    private List<PartialCosts.Guess> guess(PartialCosts costs, int... pruned) {
        return costs.guess(LOSS, study.history().concluded(), pruned);
    }

    @Test
    void takesATrialForWhatCurvesLikeItsOwnEndedAt() {
        for (int i = 0; i < 30; i++) {
            run(true, 10 + i, 8 + i, 6 + i);
        }
        run(false, 20);
        run(false, 30, 28);
        var guesses = guess(new CurveCosts(), 30, 31);
        assertThat(guesses.get(0).cost()).isCloseTo(16, within(2.0));
        assertThat(guesses.get(1).cost()).isCloseTo(26, within(2.0));
        assertThat(guesses.get(1).deviation()).isPositive();
    }

    @Test
    void takesTrialsAsShownWhileNoneRanToItsEnd() {
        run(false, 3);
        run(false, 4);
        assertThat(guess(new CurveCosts(), 0, 1)).isEqualTo(guess(new AsShown(), 0, 1));
    }

    @Test
    void answersAlikeWhateverWasAskedBefore() {
        for (int i = 0; i < 25; i++) {
            run(i % 3 == 0, i % 7, i % 5);
        }
        var kept = new CurveCosts();
        var concluded = study.history().concluded();
        for (int size : new int[] {25, 10, 22, 3}) {
            int[] pruned = IntStream.range(0, size).filter(i -> i % 3 != 0).toArray();
            assertThat(kept.guess(LOSS, concluded.subList(0, size), pruned))
                    .isEqualTo(new CurveCosts().guess(LOSS, concluded.subList(0, size), pruned));
        }
    }
}
