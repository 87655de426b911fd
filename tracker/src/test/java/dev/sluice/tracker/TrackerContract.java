package dev.sluice.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every tracker does, with a server behind it or none. */
public abstract class TrackerContract {
    protected static final Instant START = Instant.ofEpochMilli(1_795_357_989_163L);

    private Tracker tracker;
    private Experiment experiment;

    /** The tracker to be tried; the same one all the time will do. */
    protected abstract Tracker tracker();

    @BeforeEach
    void openExperiment() {
        tracker = tracker();
        experiment = tracker.experiment("contract");
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    private RunRequest request(String key) {
        return new RunRequest(experiment.id(), key, "trial 7", START, Optional.empty(), Map.of("team", "vision"));
    }

    private RunId open() {
        return tracker.openRun(request(newKey()));
    }

    private Run shown(RunId run) {
        return tracker.run(run).orElseThrow();
    }

    @Test
    void showsADataSetThatWasReadOnce() {
        RunId run = open();
        Dataset digits = new Dataset(
                "digits",
                "d1a2b3c4",
                "local",
                "{\"uri\":\"digits.csv\"}",
                Optional.of("{\"mlflow_colspec\":[]}"),
                Optional.of("{\"num_rows\":1797}"),
                "training");

        tracker.logInputs(run, List.of(digits));
        tracker.logInputs(run, List.of(digits));
        tracker.logInputs(run, List.of());

        assertThat(shown(run).datasets()).containsExactly(digits);
    }

    @Test
    void givesTheSameExperimentForTheSameName() {
        String name = "experiment " + newKey();

        assertThat(tracker.experiment(name)).isEqualTo(tracker.experiment(name));
        assertThat(tracker.experiment(name).id()).isNotEqualTo(experiment.id());
    }

    @Test
    void opensARunThatShowsWhatItWasOpenedWith() {
        String key = newKey();
        Run run = shown(tracker.openRun(request(key)));

        assertThat(run.name()).isEqualTo("trial 7");
        assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(run.startTime()).isEqualTo(START);
        assertThat(run.endTime()).isEmpty();
        assertThat(run.experiment()).isEqualTo(experiment.id());
        assertThat(run.deleted()).isFalse();
        assertThat(run.tags()).containsEntry("team", "vision").containsEntry("sluice.key", key);
    }

    @Test
    void opensNoSecondRunForAKey() {
        String key = newKey();
        RunId first = tracker.openRun(request(key));

        assertThat(tracker.openRun(request(key))).isEqualTo(first);
        assertThat(tracker.findRun(experiment.id(), key)).contains(first);
        assertThat(tracker.findRun(experiment.id(), newKey())).isEmpty();
    }

    @Test
    void deletesTwinsAndKeepsTheOneNamed() {
        String key = newKey();
        RunRequest fresh = new RunRequest(experiment.id(), key, "twin", START, Optional.empty(), Map.of(), true);
        RunId first = tracker.openRun(fresh);
        RunId second = tracker.openRun(fresh);

        assertThat(second).isNotEqualTo(first);
        assertThat(tracker.deleteTwins(experiment.id(), key, second)).isEqualTo(1);
        assertThat(tracker.deleteTwins(experiment.id(), key, second)).isZero();
        assertThat(tracker.findRun(experiment.id(), key)).contains(second);
        assertThat(shown(first).deleted()).isTrue();
    }

    @Test
    void findsAllRunsWithATag() {
        String sweep = newKey();
        String first = newKey();
        List<RunId> opened = new ArrayList<>();
        for (String key : List.of(first, newKey(), newKey())) {
            opened.add(tracker.openRun(
                    new RunRequest(experiment.id(), key, "t", START, Optional.empty(), Map.of("sweep's", sweep))));
        }
        open();
        tracker.deleteTwins(experiment.id(), first, opened.getLast());

        assertThat(tracker.runs(experiment.id(), "sweep's", sweep))
                .extracting(Run::id)
                .containsExactlyInAnyOrderElementsOf(opened);
        assertThat(tracker.runs(experiment.id(), "sweep's", "another")).isEmpty();
    }

    @Test
    void aDeletedRunIsNotOpenedAgainAndTakesNoWrites() {
        String key = newKey();
        RunId run = tracker.openRun(request(key));
        tracker.deleteTwins(experiment.id(), key, new RunId("0".repeat(32)));

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.openRun(request(key)))
                .satisfies(e -> assertThat(e.retryable()).isFalse())
                .withMessageContaining("deleted");
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.logMetrics(run, List.of(new MetricPoint("x", 1, 1, 1))))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.REFUSED));
    }

    @Test
    void namesTheParent() {
        RunId parent = open();
        RunId child = tracker.openRun(
                new RunRequest(experiment.id(), newKey(), "child", START, Optional.of(parent), Map.of()));

        assertThat(shown(child).tags()).containsEntry("mlflow.parentRunId", parent.value());
    }

    @Test
    void storesParamsOfAnyNumberAndTakesThemTwice() {
        Map<String, String> params = new LinkedHashMap<>();
        for (int i = 0; i < 250; i++) {
            params.put("p" + i, "value " + i);
        }
        params.put("empty", "");
        RunId run = open();
        tracker.logParams(run, params);
        tracker.logParams(run, params);

        assertThat(shown(run).params()).isEqualTo(params);
    }

    @Test
    void refusesAnotherValueForAParam() {
        RunId run = open();
        tracker.logParams(run, Map.of("lr", "0.1"));

        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.logParams(run, Map.of("lr", "0.2")))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.REFUSED));
        assertThat(shown(run).params()).containsExactlyEntriesOf(Map.of("lr", "0.1"));
    }

    @Test
    void cutsLongValuesVisiblyAndMakesKeysLegal() {
        RunId run = open();
        tracker.logParams(run, Map.of("a@b", "x".repeat(7000)));
        tracker.setTags(run, Map.of("long", "y".repeat(9000), "/t", "1"));
        tracker.logMetrics(run, List.of(new MetricPoint("m(1)", 2, 1, 1)));

        assertThat(shown(run).params().get("a_x0040_b")).hasSize(6000).endsWith("[cut: 7000 characters]");
        assertThat(shown(run).tags().get("long")).hasSize(8000).endsWith("[cut: 9000 characters]");
        assertThat(shown(run).tags()).containsEntry("_x002F_t", "1");
        assertThat(tracker.metricHistory(run, "m(1)")).containsExactly(new MetricPoint("m(1)", 2, 1, 1));
        assertThat(shown(run).metrics()).containsKey("m_x0028_1_x0029_");
    }

    @Test
    void keepsEveryPointOnceHoweverOftenItIsSent() {
        List<MetricPoint> points = new ArrayList<>();
        for (int step = 0; step < 2300; step++) {
            points.add(new MetricPoint("loss", 1.0 / (step + 1), START.toEpochMilli() + step, step));
        }
        RunId run = open();
        tracker.logMetrics(run, points);
        tracker.logMetrics(run, points.subList(500, 1700));

        assertThat(tracker.metricHistory(run, "loss")).isEqualTo(points);
    }

    @Test
    void keepsNotANumberAndTheEndsOfTheLine() {
        List<MetricPoint> points = List.of(
                new MetricPoint("m", 0.5, 1000, 0),
                new MetricPoint("m", Double.NaN, 1001, 1),
                new MetricPoint("m", Double.POSITIVE_INFINITY, 1002, 2),
                new MetricPoint("m", Double.NEGATIVE_INFINITY, 1003, 3),
                new MetricPoint("m", 1e-300, 1004, 4));
        RunId run = open();
        tracker.logMetrics(run, points);

        assertThat(tracker.metricHistory(run, "m"))
                .extracting(MetricPoint::value)
                .containsExactly(0.5, Double.NaN, Double.MAX_VALUE, -Double.MAX_VALUE, 1e-300);
        assertThat(tracker.metricHistory(run, "m"))
                .extracting(MetricPoint::timestampMillis)
                .containsExactly(1000L, 1001L, 1002L, 1003L, 1004L);
    }

    @Test
    void showsTheLastValueByStep() {
        RunId run = open();
        tracker.logMetrics(run, List.of(new MetricPoint("m", 5, 1000, 5), new MetricPoint("m", 3, 2000, 3)));

        assertThat(shown(run).metrics()).containsEntry("m", 5.0);
    }

    @Test
    void aMetricNobodyLoggedHasNoHistory() {
        assertThat(tracker.metricHistory(open(), "nothing")).isEmpty();
    }

    @Test
    void replacesTags() {
        RunId run = open();
        tracker.setTags(run, Map.of("sluice.state", "RUNNING", "sluice.key", "mine", "ü€😀", "x"));
        tracker.setTags(run, Map.of("sluice.state", "PRUNED"));

        assertThat(shown(run).tags()).containsEntry("sluice.state", "PRUNED");
    }

    @Test
    void endsARunAndOpensItAgain() {
        RunId run = open();
        tracker.endRun(run, RunStatus.KILLED, START.plusSeconds(60));
        tracker.endRun(run, RunStatus.KILLED, START.plusSeconds(60));
        Run ended = shown(run);
        tracker.logMetrics(run, List.of(new MetricPoint("late", 1, 1, 1)));
        tracker.reopenRun(run);

        assertThat(ended.status()).isEqualTo(RunStatus.KILLED);
        assertThat(ended.endTime()).contains(START.plusSeconds(60));
        assertThat(shown(run).status()).isEqualTo(RunStatus.RUNNING);
        assertThat(shown(run).endTime()).isEmpty();
        assertThat(shown(run).metrics()).containsEntry("late", 1.0);
    }

    @Test
    void saysThatARunIsMissing() {
        RunId nobody = new RunId("0123456789abcdef0123456789abcdef");

        assertThat(tracker.run(nobody)).isEmpty();
        assertThatExceptionOfType(TrackingException.class)
                .isThrownBy(() -> tracker.logMetrics(nobody, List.of(new MetricPoint("x", 1, 1, 1))))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.MISSING))
                .satisfies(e -> assertThat(e.retryable()).isFalse());
    }

    @Test
    void answersAProbe() {
        tracker.probe();
    }
}
