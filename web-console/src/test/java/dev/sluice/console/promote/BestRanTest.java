package dev.sluice.console.promote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which trial is promoted where none is named. */
final class BestRanTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Objective LOSS = new Objective("loss", Direction.MINIMIZE, Report.BEST);
    private static final Goals GOALS = new Goals(List.of(LOSS), List.of(OutcomeConstraint.parse("ms <= 20")));

    @Test
    void aTrialThatRanInAnEarlierStudyIsPassedOver() {
        var taken = trial(0, TrialState.COMPLETE, 0, Map.of("loss", 0.1, "ms", 5.0));
        var good = trial(1, TrialState.COMPLETE, 1, Map.of("loss", 0.3, "ms", 5.0));
        var poor = trial(2, TrialState.COMPLETE, 2, Map.of("loss", 0.4, "ms", 5.0));

        assertThat(BestRan.of(GOALS, List.of(taken, poor, good))).contains(good);
        assertThat(BestRan.of(GOALS, List.of(taken))).isEmpty();
    }

    @Test
    void whatBreaksAConstraintOrHasNoNumberIsPassedOver() {
        var slow = trial(0, TrialState.COMPLETE, 1, Map.of("loss", 0.1, "ms", 50.0));
        var unmeasured = trial(1, TrialState.COMPLETE, 1, Map.of("loss", 0.1));
        var diverged = trial(2, TrialState.COMPLETE, 1, Map.of("loss", Double.NaN, "ms", 5.0));
        var pruned = trial(3, TrialState.PRUNED, 1, Map.of("loss", 0.5, "ms", 5.0));
        var failed = trial(4, TrialState.FAILED, 1, Map.of("loss", 0.2, "ms", 5.0));

        assertThat(BestRan.of(GOALS, List.of(slow, unmeasured, diverged, pruned, failed)))
                .contains(pruned);
    }

    @Test
    void aNamedTrialThatBreaksAConstraintIsRefusedInWords() {
        assertThat(BestRan.broken(GOALS, trial(3, TrialState.COMPLETE, 1, Map.of("loss", 0.1, "ms", 50.0))))
                .contains("Trial 3 breaks the constraint `ms <= 20`: its ms is 50.0.");
        assertThat(BestRan.broken(GOALS, trial(4, TrialState.PRUNED, 1, Map.of("loss", 0.1))))
                .contains("Whether trial 4 keeps to the constraint `ms <= 20` is not known: it has not reported ms.");
        assertThat(BestRan.broken(GOALS, trial(5, TrialState.COMPLETE, 1, Map.of("loss", 0.1, "ms", 20.0))))
                .isEmpty();
    }

    @Test
    void noneIsTheBestByTwoObjectives() {
        var two = Goals.of(LOSS, new Objective("ms", Direction.MINIMIZE, Report.BEST));

        assertThat(BestRan.of(two, List.of(trial(0, TrialState.COMPLETE, 1, Map.of("loss", 0.1, "ms", 5.0)))))
                .isEmpty();
    }

    @Test
    void aNamedTrialThatRanElsewhereIsRefusedInWords() {
        assertThat(BestRan.elsewhere(trial(0, TrialState.COMPLETE, 0, Map.of("loss", 0.1))))
                .contains(
                        "Trial 0 did not run in this sweep (taken over from digits, trial 7), so there is no checkpoint of"
                                + " it here; promote it in the sweep that ran it.");
        assertThat(BestRan.elsewhere(trial(1, TrialState.COMPLETE, 1, Map.of("loss", 0.1))))
                .isEmpty();
    }

    private static TrialSnapshot trial(int number, TrialState state, int attempt, Map<String, Double> values) {
        return new TrialSnapshot(
                new UUID(2, number),
                new UUID(1, 1),
                number,
                state,
                Map.of(),
                values,
                3,
                "",
                attempt == 0 ? "taken over from digits, trial 7" : "",
                1,
                attempt,
                BEGIN,
                Optional.of(BEGIN),
                Optional.of(BEGIN),
                1,
                Optional.empty());
    }
}
