package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The values of a trial's row are those that its study goes by. */
final class TrialRowTest {
    private static final Objective SCORE = new Objective("score", Direction.MAXIMIZE, Report.BEST);
    private static final Objective LOSS = new Objective("loss", Direction.MINIMIZE, Report.LAST);
    private static final OutcomeConstraint FAST = OutcomeConstraint.parse("ms <= 20");
    private static final OutcomeConstraint GOOD = OutcomeConstraint.parse("score >= 0.5");

    static Stream<Goals> goals() {
        return Stream.of(
                Goals.of(SCORE),
                Goals.of(LOSS),
                new Goals(List.of(SCORE), List.of(FAST, GOOD)),
                new Goals(List.of(LOSS), List.of(FAST)),
                new Goals(List.of(SCORE, LOSS), List.of(FAST, GOOD)));
    }

    @ParameterizedTest
    @MethodSource("goals")
    void showsTheValuesThatTheStudyGoesBy(Goals goals) {
        var random = new SplittableRandom(1);
        for (int life = 0; life < 50; life++) {
            var trial = begun(goals);
            var row = row();
            for (int step = 1; step <= 8; step++) {
                var values = new HashMap<String, Double>();
                for (var metric : List.of("score", "loss", "ms", "seen")) {
                    if (random.nextInt(3) > 0) {
                        values.put(metric, random.nextInt(6) == 0 ? Double.NaN : random.nextDouble(40));
                    }
                }
                if (values.isEmpty()) {
                    continue;
                }
                trial = trial.reported(new Measurement(step, values));
                row.measured(new Measurement(step, values), trial, goals);
                for (int i = 0; i < goals.objectives().size(); i++) {
                    assertThat(shown(row, goals.objectives().get(i).metric())).isEqualTo(trial.objectiveValue(i));
                }
                for (int i = 0; i < goals.constraints().size(); i++) {
                    assertThat(shown(row, goals.constraints().get(i).metric())).isEqualTo(trial.constraintValue(i));
                }
            }
            var again = row();
            for (var kept : trial.measurements()) {
                again.measured(kept, trial, goals);
            }
            assertThat(again.values).isEqualTo(row.values);
        }
    }

    @Test
    void showsWhatWasReportedTogetherWithTheBest() {
        var trial = begun(Goals.of(SCORE));
        var row = row();
        for (var measurement : List.of(
                new Measurement(1, Map.of("seen", 1.0)),
                new Measurement(2, Map.of("score", 0.9, "seen", 2.0)),
                new Measurement(3, Map.of("score", 0.8, "seen", 3.0)))) {
            trial = trial.reported(measurement);
            row.measured(measurement, trial, Goals.of(SCORE));
        }
        assertThat(row.values).isEqualTo(Map.of("score", 0.9, "seen", 2.0));
        assertThat(row.step).isEqualTo(3);
    }

    private static OptionalDouble shown(TrialRow row, String metric) {
        var value = row.values.get(metric);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static Trial begun(Goals goals) {
        return Trial.queued(new TrialId(0), goals, ParameterValues.of(Map.of()), 1, "")
                .started(1, Trial.NO_STEP);
    }

    private static TrialRow row() {
        return new TrialRow(new UUID(1, 1), new UUID(1, 2), 0, Map.of(), "", 1, Instant.EPOCH, Optional.empty());
    }
}
