package dev.sluice.console.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Trials as columns and as CSV, and the curves that a page is given. */
final class TrialTableTest {
    private static final Goals SCORE = Goals.of(new Objective("score", Direction.MAXIMIZE, Report.BEST));
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void csvQuotesWhatNeedsIt() {
        var csv = TrialTable.csv(
                List.of(trial(0, Map.of("x", 0.5), Map.of("score", 1.0), "said \"no\", then\nleft")),
                List.of("x"),
                SCORE);
        assertThat(csv)
                .isEqualTo("number,id,state,attempt,step,started_at,ended_at,reason,params.x,metrics.score\r\n" + "0,"
                        + id(0) + ",COMPLETE,1,3,2026-01-01T00:00:00Z,,\"said \"\"no\"\", then\nleft\",0.5,1.0\r\n");
    }

    @Test
    void csvLeavesWhatIsMissingEmptyAndSaysNaN() {
        var csv = TrialTable.csv(
                List.of(
                        trial(0, Map.of(), Map.of("a", Double.NaN), ""),
                        trial(1, Map.of("x", true), Map.of("b", Double.NEGATIVE_INFINITY), "")),
                List.of("x"),
                SCORE);
        assertThat(csv.lines().map(line -> line.substring(line.lastIndexOf("Z,") + 1)))
                .containsExactly(
                        "number,id,state,attempt,step,started_at,ended_at,reason,params.x,metrics.a,metrics.b",
                        ",,,,NaN,",
                        ",,,true,,-Infinity");
    }

    @Test
    void csvSaysWhichConstraintsAreBrokenWhereThereAreAny() {
        var goals = new Goals(
                SCORE.objectives(), List.of(OutcomeConstraint.parse("ms <= 20"), OutcomeConstraint.parse("mb <= 5")));
        var csv = TrialTable.csv(
                List.of(
                        trial(0, Map.of(), Map.of("score", 1.0, "ms", 30.0, "mb", 5.0), ""),
                        trial(1, Map.of(), Map.of("score", 2.0, "ms", 30.0, "mb", 6.0), ""),
                        trial(2, Map.of(), Map.of("score", 3.0, "ms", 20.0, "mb", 5.0), "")),
                List.of(),
                goals);
        assertThat(csv.lines().map(line -> line.substring(line.lastIndexOf(',') + 1)))
                .containsExactly("breaks", "ms <= 20", "ms <= 20; mb <= 5", "");
    }

    @Test
    void noCellIsAFormula() {
        for (var text : List.of("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")) {
            var cells = TrialTable.csv(
                    List.of(trial(0, Map.of("x", text), Map.of("score", -1.5), text)), List.of("x"), SCORE);
            assertThat(cells)
                    .contains("'" + text)
                    .doesNotContain("," + text + ",")
                    .doesNotContain("\"" + text);
            assertThat(cells).endsWith(",-1.5\r\n");
        }
    }

    @Test
    void columnsHoldExactNumbersAndIndexesIntoTexts() {
        var table = TrialTable.columns(
                9,
                List.of(
                        trial(0, Map.of("x", 0.1, "o", "sgd"), Map.of("score", Double.NaN), ""),
                        trial(1, Map.of("x", 0.2, "o", "adam", "m", 3L), Map.of(), "")),
                List.of("x", "o", "m"),
                SCORE,
                Set.of());
        assertThat(table).containsEntry("revision", 9L).containsEntry("count", 2);
        assertThat(table.get("number")).isEqualTo(List.of(0, 1));
        var params = (Map<?, ?>) table.getOrDefault("params", Map.of());
        assertThat(params.get("x")).isEqualTo(List.of(0.1, 0.2));
        assertThat(params.get("o")).isEqualTo(new TrialTable.Categories(List.of("sgd", "adam"), List.of(0, 1)));
        var sparse = new ArrayList<Object>();
        sparse.add(null);
        sparse.add(3L);
        assertThat(params.get("m")).isEqualTo(sparse);
    }

    @Test
    void onlyTheColumnsThatWereAskedForAreThere() {
        var table = TrialTable.columns(1, List.of(trial(0, Map.of(), Map.of(), "")), List.of(), SCORE, Set.of("value"));
        assertThat(table.keySet()).containsExactly("revision", "count", "value");
    }

    @Test
    void aTrialHasTheConstraintsThatItBreaks() {
        var goals = new Goals(SCORE.objectives(), List.of(OutcomeConstraint.parse("ms <= 20")));
        var table = TrialTable.columns(
                1,
                List.of(
                        trial(0, Map.of(), Map.of("score", 0.5, "ms", 20.0), ""),
                        trial(1, Map.of(), Map.of("score", 0.9, "ms", 20.5), ""),
                        trial(2, Map.of(), Map.of("score", 0.9), "")),
                List.of(),
                goals,
                Set.of("breaks"));
        assertThat(table.get("breaks"))
                .isEqualTo(new TrialTable.Categories(List.of(List.of(), List.of("ms <= 20")), List.of(0, 1, 1)));
    }

    @Test
    void aLongCurveIsThinnedOutAndKeepsItsPeaksAndItsEnd() {
        var points = new ArrayList<Measurement>();
        for (int step = 0; step < 10_000; step++) {
            points.add(Measurement.of(step, "score", step == 5_432 ? 100 : step % 7 == 0 ? Double.NaN : step % 10));
        }
        var curve = curves(Map.of(0, points), List.of(trial(0, Map.of(), Map.of("score", 100.0), "")), 10, 50)
                .curves()
                .getFirst();
        assertThat(curve.steps())
                .hasSizeLessThanOrEqualTo(50)
                .contains(5_432L, 9_999L)
                .isSorted();
        assertThat(curve.values()).hasSameSizeAs(curve.steps()).contains(100.0);
    }

    @Test
    void ofManyTrialsTheBestAndASampleOfTheRestAreChosen() {
        var trials = new ArrayList<TrialSnapshot>();
        var measurements = new HashMap<Integer, List<Measurement>>();
        for (int number = 0; number < 100; number++) {
            trials.add(trial(number, Map.of(), Map.of("score", number == 3 ? Double.NaN : (double) number), ""));
            measurements.put(number, List.of(Measurement.of(1, "score", number)));
        }
        var curves = curves(measurements, trials, 10, 50);
        assertThat(curves.total()).isEqualTo(100);
        assertThat(curves.curves()).hasSize(10);
        assertThat(curves.curves())
                .extracting(Curves.Curve::number)
                .contains(99, 98, 97, 96, 95)
                .isSorted();
    }

    @Test
    void noCurveOfATrialThatBreaksAConstraintIsAheadOfOneThatKeepsThem() {
        var goals = new Goals(SCORE.objectives(), List.of(OutcomeConstraint.parse("ms <= 20")));
        var measurements = new HashMap<Integer, List<Measurement>>();
        var trials = new ArrayList<TrialSnapshot>();
        for (int i = 0; i < 20; i++) {
            // the better the slower
            trials.add(trial(i, Map.of(), Map.of("score", (double) i, "ms", 2.0 * i, "train_score", 100.0 - i), ""));
            measurements.put(i, List.of(new Measurement(1, Map.of("score", (double) i, "train_score", 100.0 - i))));
        }
        for (var metric : List.of("score", "train_score")) {
            assertThat(Curves.of(1, metric, trials, measurements, 6, 50, Set.of(), goals)
                            .curves())
                    .extracting(Curves.Curve::number)
                    .contains(10, 9, 8);
        }
    }

    private static Curves curves(
            Map<Integer, List<Measurement>> measurements, List<TrialSnapshot> trials, int top, int points) {
        return Curves.of(1, "score", trials, measurements, top, points, Set.of(), SCORE);
    }

    private static TrialSnapshot trial(
            int number, Map<String, Object> params, Map<String, Double> values, String reason) {
        return new TrialSnapshot(
                id(number),
                new UUID(1, 1),
                number,
                TrialState.COMPLETE,
                params,
                values,
                3,
                reason,
                "",
                1,
                1,
                BEGIN,
                Optional.of(BEGIN),
                Optional.empty(),
                1,
                Optional.empty());
    }

    private static UUID id(int number) {
        return new UUID(2, number);
    }
}
