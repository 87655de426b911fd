package dev.sluice.console.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.AttemptState;
import dev.sluice.console.study.Committed;
import dev.sluice.console.study.EarlierSweep;
import dev.sluice.console.study.SweepEvent;
import dev.sluice.console.study.SweepFiles;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From events to journals: each fact once, whatever happens between. */
final class SweepFeedTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID SWEEP = new UUID(0x7000, 1);
    private static final String LOG_SCALE = """
            parameters: {lr: {min: 0.001, max: 1.0, log: true}, x: {min: 0.0, max: 1.0}}
            budget: {trials: 9}
            """;

    @TempDir
    private Path root;

    private final Map<Path, Path> shipped = new LinkedHashMap<>();
    private final List<Committed.Recorded> log = new ArrayList<>();

    @Test
    void aTrialOfAWorkerBecomesARunWithItsParametersMetricsAndEnd() throws IOException {
        life(SweepFiles.external(LOG_SCALE));
        var trial = entries(trial(0));
        assertThat(trial.getFirst()).isInstanceOfSatisfying(JournalEntry.RunOpened.class, opened -> {
            assertThat(opened.name()).isEqualTo("trial-0000");
            assertThat(opened.parentKey()).contains(SWEEP.toString());
            assertThat(opened.tags())
                    .containsEntry("sluice.suggested_by", "drawn")
                    .containsEntry("sluice.state", "RUNNING");
        });
        assertThat(only(trial, JournalEntry.Params.class).getFirst().values())
                .containsEntry("lr", "0.01")
                .containsEntry("seed", "100");
        var metrics = only(trial, JournalEntry.Metrics.class);
        assertThat(metrics.get(0).values()).containsEntry("log10_lr", -2.0);
        assertThat(metrics.get(1).step()).isEqualTo(1);
        assertThat(metrics.get(1).values()).containsEntry("score", 0.5);
        assertThat(metrics.get(1).at()).isEqualTo(BEGIN.plusSeconds(4));
        assertThat(trial.getLast())
                .isInstanceOfSatisfying(
                        JournalEntry.RunEnded.class,
                        end -> assertThat(end.status()).isEqualTo(RunStatus.FINISHED));
    }

    @Test
    void theDataSetOfTheFileIsAnInputOfEveryRun() throws IOException {
        life(SweepFiles.external(LOG_SCALE + "tracking: {dataset: {name: iris, source: 's3://data/iris.csv'}}\n"));
        for (var folder : List.of(trial(0), folder().sweepRun(SWEEP))) {
            assertThat(only(entries(folder), JournalEntry.Inputs.class))
                    .singleElement()
                    .satisfies(inputs -> {
                        assertThat(inputs.datasets()).singleElement().satisfies(dataset -> {
                            assertThat(dataset.name()).isEqualTo("iris");
                            assertThat(dataset.digest()).hasSize(36);
                            assertThat(dataset.source()).isEqualTo("{\"uri\":\"s3://data/iris.csv\"}");
                        });
                    });
        }
    }

    @Test
    void theParentHasTheFileTheStateAndTheBestSoFar() throws IOException {
        life(SweepFiles.external(LOG_SCALE));
        var parent = entries(folder().sweepRun(SWEEP));
        assertThat(parent.getFirst()).isInstanceOf(JournalEntry.RunOpened.class);
        assertThat(only(parent, JournalEntry.Artifact.class))
                .extracting(JournalEntry.Artifact::artifactPath)
                .containsExactly("sweep.json");
        var progress = only(parent, JournalEntry.Metrics.class);
        assertThat(progress).hasSize(2);
        assertThat(progress.get(0).values()).containsEntry("best_score", 0.5).containsEntry("trials_finished", 1.0);
        assertThat(progress.get(1).values())
                .containsEntry("best_score", 0.5)
                .containsEntry("trials_finished", 2.0)
                .containsEntry("trials_failed", 1.0);
        assertThat(only(parent, JournalEntry.Tags.class).getLast().values()).containsEntry("sluice.state", "COMPLETED");
    }

    @Test
    void aSweepThatGoesOnOpensItsRunAgainWithTheEditedFile() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        life(file);
        var parent = folder().sweepRun(SWEEP);
        long end = log.size();
        try (var feed = feed(file)) {
            feed.feed(log);
            // its end lies in the journal under the position that the next event will have
            feed.end(BEGIN, RunStatus.FINISHED, end + 1, Map.of("mlflow.note.content", "done"));
            add(new SweepEvent.Steered(-1, "ada", "extend", "{}", "{}"));
            add(new SweepEvent.StateChanged(SweepState.RUNNING, "extended by a user"));
            feed.becomes(SweepFiles.external(LOG_SCALE.replace("trials: 9", "trials: 12") + "labels: {more: 'yes'}\n"));
            feed.feed(log.subList((int) end, log.size()));
            assertThat(feed.isOver()).isFalse();
            assertThat(feed.ended(log.size() + 1)).isFalse();
        }
        var entries = entries(parent);
        assertThat(only(entries, JournalEntry.RunOpened.class)).hasSize(2);
        assertThat(only(entries, JournalEntry.Artifact.class))
                .extracting(JournalEntry.Artifact::artifactPath)
                .containsExactly("sweep.json", "sweep-%d.json".formatted(end + 2));
        assertThat(Files.readString(parent.resolve("sweep-%d.json".formatted(end + 2))))
                .contains("\"trials\" : 12");
        assertThat(only(entries, JournalEntry.Tags.class).getLast().values()).containsEntry("sluice.state", "RUNNING");

        feed(file, log);
        assertThat(entries(parent)).isEqualTo(entries);
    }

    @Test
    void anEditedFileLiesBesideTheFirst() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(new SweepEvent.Steered(-1, "ada", "pause", "RUNNING", "PAUSED"));
        add(new SweepEvent.Steered(-1, "ada", "edit", "{}", "{}"));
        feed(file, log);

        assertThat(only(entries(folder().sweepRun(SWEEP)), JournalEntry.Artifact.class))
                .extracting(JournalEntry.Artifact::artifactPath)
                .containsExactly("sweep.json", "sweep-3.json");
    }

    @Test
    void anOwnTrainerKeepsItsMetricsByItself() throws IOException {
        life(SweepFiles.trainer(LOG_SCALE));
        assertThat(only(entries(trial(0)), JournalEntry.Metrics.class))
                .allSatisfy(m -> assertThat(m.values()).doesNotContainKey("score"));
        assertThat(only(entries(trial(0)), JournalEntry.RunEnded.class)).hasSize(1);
    }

    @Test
    void aCommandsLogsAndCheckpointsAreArtifacts() throws IOException {
        var files = folder().trial(trialId(0));
        Files.createDirectories(files.attempt(1));
        Files.writeString(files.stdout(1), "hello\n");
        Files.createDirectories(files.checkpoints().resolve("checkpoint-1"));
        Files.writeString(files.checkpoints().resolve("checkpoint-1/weights"), "w");
        life(SweepFiles.command(LOG_SCALE));
        assertThat(only(entries(trial(0)), JournalEntry.Artifact.class))
                .extracting(JournalEntry.Artifact::artifactPath)
                .containsExactly("logs/attempt-1.stdout.log", "checkpoints/checkpoint-1/weights");
        assertThat(shipped.get(trial(0))).isEqualTo(files.path());
    }

    @Test
    void feedingTheSameEventsTwiceWritesThemOnce() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        life(file);
        var before = List.of(entries(trial(0)), entries(trial(1)), entries(folder().sweepRun(SWEEP)));
        feed(file, log);
        assertThat(List.of(entries(trial(0)), entries(trial(1)), entries(folder().sweepRun(SWEEP))))
                .isEqualTo(before);
    }

    @Test
    void whatIsThereAlreadyIsNotReadFromFilesAgain() throws IOException {
        var files = folder().trial(trialId(0));
        Files.createDirectories(files.checkpoints().resolve("checkpoint-1"));
        Files.writeString(files.checkpoints().resolve("checkpoint-1/weights"), "w");
        var file = SweepFiles.command(LOG_SCALE);
        life(file);
        var before = entries(trial(0));
        Files.writeString(files.checkpoints().resolve("checkpoint-1/weights"), "changed meanwhile");
        feed(file, log);
        assertThat(entries(trial(0))).isEqualTo(before);
    }

    @Test
    void aCrashBetweenAnyTwoEntriesLosesAndChangesNothing() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        life(file);
        for (var run : List.of(trial(0), trial(1), folder().sweepRun(SWEEP))) {
            var journal = RunJournals.service(run);
            var whole = entries(run);
            for (int kept = 0; kept < whole.size(); kept++) {
                Files.delete(journal);
                try (var writer = JournalWriter.open(journal)) {
                    for (var entry : whole.subList(0, kept)) {
                        writer.append(entry);
                    }
                }
                feed(file, log);
                assertThat(new LinkedHashSet<>(entries(run)))
                        .as("%d entries of %s", kept, run)
                        .containsExactlyInAnyOrderElementsOf(new LinkedHashSet<>(whole));
                assertThat(entries(run).getLast()).isEqualTo(whole.getLast());
            }
        }
    }

    @Test
    void aTrialThatIsRunAgainOpensItsRunAgain() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        life(file);
        add(new StudyEvent.TrialRequeued(new TrialId(1), "run again by a user"));
        add(new StudyEvent.AttemptStarted(new TrialId(1), 2, -1));
        add(new SweepEvent.AttemptEnded(1, 2, AttemptState.SUCCEEDED, ""));
        add(new StudyEvent.TrialTold(new TrialId(1), new Outcome.Completed(Map.of("score", 0.9))));
        feed(file, log);
        var entries = entries(trial(1));
        assertThat(only(entries, JournalEntry.RunOpened.class))
                .hasSize(2)
                .allSatisfy(o -> assertThat(o.key()).isEqualTo(trialId(1).toString()));
        assertThat(only(entries, JournalEntry.RunEnded.class))
                .extracting(JournalEntry.RunEnded::status)
                .containsExactly(RunStatus.FAILED, RunStatus.FINISHED);
        assertThat(only(entries, JournalEntry.Params.class)).hasSize(1);
    }

    @Test
    void aProcessThatOutlivesItsTrialLeavesItsLogInARunThatIsClosed() throws IOException {
        var file = SweepFiles.command(LOG_SCALE);
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(asked(0));
        add(new StudyEvent.AttemptStarted(new TrialId(0), 1, -1));
        add(new StudyEvent.TrialTold(new TrialId(0), new Outcome.Pruned("it said so")));
        add(new SweepEvent.AttemptEnded(0, 1, AttemptState.STOPPED, "it said so"));
        feed(file, log);
        assertThat(entries(trial(0)).getLast())
                .isInstanceOfSatisfying(
                        JournalEntry.RunEnded.class,
                        end -> assertThat(end.status()).isEqualTo(RunStatus.KILLED));
        assertThat(only(entries(trial(0)), JournalEntry.Tags.class).getLast().values())
                .containsEntry("sluice.attempt.1", "STOPPED: it said so");
    }

    @Test
    void aTrialThatNeverRanHasNoRun() throws IOException {
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(asked(0));
        add(new StudyEvent.TrialTold(new TrialId(0), new Outcome.Cancelled("stopped by a user")));
        feed(SweepFiles.external(LOG_SCALE), log);
        assertThat(trial(0)).doesNotExist();
    }

    @Test
    void aTrialThatWasTakenOverHasNoRunAndTheParentSaysWhereItIsFrom() throws IOException {
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(new SweepEvent.WarmStarted(List.of(new EarlierSweep(new UUID(0, 9), "digits", 1, 2, List.of("why")))));
        add(new StudyEvent.TrialImported(
                new TrialId(0),
                ParameterValues.ofPlain(params()),
                new Outcome.Completed(Map.of("score", 0.5)),
                "digits, trial 3"));
        feed(SweepFiles.external(LOG_SCALE), log);
        assertThat(trial(0)).doesNotExist();
        assertThat(only(entries(folder().sweepRun(SWEEP)), JournalEntry.Tags.class)
                        .getLast()
                        .values())
                .containsEntry(
                        "sluice.warm_start", "digits (00000000-0000-0000-0000-000000000009): 1 trials, 2 points");
    }

    @Test
    void aPrunedTrialSaysAtWhichStep() throws IOException {
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(asked(0));
        add(new StudyEvent.AttemptStarted(new TrialId(0), 1, -1));
        add(new StudyEvent.MeasurementReported(new TrialId(0), Measurement.of(3, "score", Double.NaN), true, "poor"));
        add(new StudyEvent.TrialTold(new TrialId(0), new Outcome.Pruned("poor")));
        feed(SweepFiles.external(LOG_SCALE), log);
        assertThat(only(entries(trial(0)), JournalEntry.Tags.class).getLast().values())
                .containsEntry("sluice.pruned_at_step", "3")
                .containsEntry("sluice.state", "PRUNED");
        assertThat(only(entries(trial(0)), JournalEntry.Metrics.class).getLast().values())
                .containsEntry("score", Double.NaN);
    }

    @Test
    void aGapInTheEventsIsRefused() {
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(asked(0));
        add(new StudyEvent.AttemptStarted(new TrialId(0), 1, -1));
        assertThatThrownBy(() -> feed(SweepFiles.external(LOG_SCALE), List.of(log.get(0), log.get(2))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("event 3");
    }

    @Test
    void theEndOfTheParentIsWrittenOnce() throws IOException {
        var file = SweepFiles.external(LOG_SCALE);
        life(file);
        for (int i = 0; i < 2; i++) {
            try (var feed = feed(file)) {
                feed.feed(log);
                assertThat(feed.isOver()).isTrue();
                assertThat(feed.ended(log.size() + 1L)).isEqualTo(i == 1);
                feed.end(BEGIN, RunStatus.FINISHED, log.size() + 1L, Map.of("mlflow.note.content", "note"));
            }
        }
        assertThat(only(entries(folder().sweepRun(SWEEP)), JournalEntry.RunEnded.class))
                .hasSize(1);
    }

    // ---- arrangement ----------------------------------------------------------------------------------------------

    /** One trial that completes, one that fails, and the sweep's end. */
    private void life(SweepSpecification file) throws IOException {
        add(new SweepEvent.StateChanged(SweepState.RUNNING, "started"));
        add(asked(0));
        add(new StudyEvent.AttemptStarted(new TrialId(0), 1, -1));
        add(new StudyEvent.MeasurementReported(new TrialId(0), Measurement.of(1, "score", 0.5), false, ""));
        add(new StudyEvent.MeasurementReported(new TrialId(0), Measurement.of(2, "score", 0.4), false, ""));
        add(new SweepEvent.AttemptEnded(0, 1, AttemptState.SUCCEEDED, ""));
        add(new StudyEvent.TrialTold(new TrialId(0), new Outcome.Completed(Map.of("score", 0.5))));
        add(asked(1));
        add(new StudyEvent.AttemptStarted(new TrialId(1), 1, -1));
        add(new SweepEvent.AttemptEnded(1, 1, AttemptState.FAILED, "broken"));
        add(new StudyEvent.TrialTold(new TrialId(1), new Outcome.Failed("broken")));
        add(new SweepEvent.StateChanged(SweepState.COMPLETED, "all 2 trials are done"));
        feed(file, log);
    }

    private static StudyEvent asked(int number) {
        return new StudyEvent.TrialAsked(
                new TrialId(number), ParameterValues.ofPlain(params()), 100 + number, 0, "drawn");
    }

    private static Map<String, Object> params() {
        return Map.of("lr", 0.01, "x", 0.5);
    }

    private void add(StudyEvent event) {
        add(new SweepEvent.Studied(event));
    }

    private void add(SweepEvent event) {
        int pos = log.size() + 1;
        log.add(new Committed.Recorded(pos, BEGIN.plusSeconds(pos), event));
    }

    private void feed(SweepSpecification file, List<Committed.Recorded> events) throws IOException {
        try (var feed = feed(file)) {
            feed.feed(events);
        }
    }

    private SweepFeed feed(SweepSpecification file) {
        var sweep = new SweepSnapshot(
                SWEEP,
                "test",
                SweepState.RUNNING,
                Optional.empty(),
                "",
                file.toJson().toString(),
                BEGIN,
                Optional.empty(),
                1,
                new SweepSnapshot.Counts(0, 0, 0, 0, 0, 0, 0, 0),
                Optional.empty(),
                Optional.empty());
        return new SweepFeed(sweep, file, folder(), SweepFeedTest::snapshot, shipped::put);
    }

    private static TrialSnapshot snapshot(int number) {
        return new TrialSnapshot(
                trialId(number),
                SWEEP,
                number,
                TrialState.QUEUED,
                params(),
                Map.of(),
                -1,
                "",
                "drawn",
                100 + number,
                0,
                BEGIN,
                Optional.empty(),
                Optional.empty(),
                1,
                Optional.empty());
    }

    private DataFolder folder() {
        return () -> root;
    }

    private static UUID trialId(int number) {
        return new UUID(0x7000, 100 + number);
    }

    private Path trial(int number) {
        return Tracking.runFolder(folder().trial(trialId(number)));
    }

    private static List<JournalEntry> entries(Path run) throws IOException {
        return JournalReader.of(RunJournals.service(run)).read(0, 10_000).stream()
                .map(Numbered::value)
                .toList();
    }

    private static <E extends JournalEntry> List<E> only(List<JournalEntry> entries, Class<E> kind) {
        return entries.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
