package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactInfo;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.artifact.LocalArtifactStore;
import dev.sluice.tracker.artifact.UploadNote;
import dev.sluice.tracker.memory.InMemoryTracker;
import dev.sluice.tracker.outbox.JournalEntry.Artifact;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.RunOpened;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipper and a tracker that always answers. */
class JournalShipperTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private final List<RunFolder> folders = new ArrayList<>();
    private InMemoryTracker tracker;
    private JournalShipper shipper;

    @BeforeEach
    void start() {
        tracker = new InMemoryTracker(root.resolve("artifacts"));
        shipper = newShipper();
    }

    private JournalShipper newShipper() {
        return JournalShipper.to(tracker)
                .pollInterval(Duration.ofMillis(100))
                .backOff(Duration.ofMillis(20), Duration.ofMillis(200))
                .serverErrorTries(3)
                .start();
    }

    @AfterEach
    void stop() throws IOException {
        shipper.close();
        for (RunFolder folder : folders) {
            folder.close();
        }
    }

    private RunFolder folder(String key) throws IOException {
        RunFolder folder = new RunFolder(root, key);
        folders.add(folder);
        return folder;
    }

    private RunFolder opened(String key) throws IOException {
        RunFolder folder = folder(key).open("digits", Optional.empty());
        shipper.follow(folder.folder, folder.trial);
        return folder;
    }

    private RunId id(RunFolder folder) throws InterruptedException {
        return shipper.awaitRunId(folder.folder, SOON).orElseThrow();
    }

    private Run shown(RunFolder folder) throws InterruptedException {
        return tracker.run(id(folder)).orElseThrow();
    }

    private void awaitDrained(RunFolder folder) {
        await().atMost(SOON).until(() -> shipper.isDrained(folder.folder));
    }

    private void awaitEnded(RunFolder folder) {
        await().atMost(SOON)
                .until(() -> shipper.progress(folder.folder).orElseThrow().ended() && shipper.isDrained(folder.folder));
    }

    private void awaitParked(RunFolder folder) {
        await().atMost(SOON)
                .until(() ->
                        shipper.progress(folder.folder).orElseThrow().parked().isPresent());
    }

    /** Begins a new shipper, after the last one was closed, with that run. */
    private void ship(RunFolder folder) throws IOException {
        shipper = newShipper();
        shipper.follow(folder.folder, folder.trial);
    }

    @Test
    void shipsARunFromItsOpeningToItsEnd() throws Exception {
        RunFolder trial = opened("s/0");
        trial.params(Map.of("lr", "0.1"));
        trial.metrics(0, 2500);
        Artifact artifact = trial.artifact("checkpoints/checkpoint-1/weights", "w");
        Dataset digits = new Dataset("digits", "d1", "code", "{}", Optional.empty(), Optional.empty(), "training");
        trial.append(new JournalEntry.Inputs(List.of(digits)));
        trial.append(new Tags(Map.of("sluice.state", "COMPLETE")));
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        Run run = shown(trial);
        assertThat(run.name()).isEqualTo("run s/0");
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.endTime()).contains(RunFolder.START.plusSeconds(3600));
        assertThat(run.params()).containsExactlyEntriesOf(Map.of("lr", "0.1"));
        assertThat(run.datasets()).containsExactly(digits);
        assertThat(run.tags())
                .containsEntry("sluice.key", "s/0")
                .containsEntry("dataset", "digits")
                .containsEntry("sluice.state", "COMPLETE");
        assertThat(tracker.metricHistory(run.id(), "loss"))
                .hasSize(2500)
                .element(7)
                .isEqualTo(new MetricPoint("loss", Double.NaN, RunFolder.START.toEpochMilli() + 7, 7));
        assertThat(tracker.artifacts(run.id())
                        .digest(ArtifactPath.of("checkpoints/checkpoint-1/weights"))
                        .sha256())
                .isEqualTo(artifact.sha256());
        assertThat(shipper.status().runs()).isZero();
        assertThat(shipper.status().pointsShipped()).isEqualTo(2500);
    }

    @Test
    void opensTheParentBeforeTheChild() throws Exception {
        RunFolder child = folder("s/1").open("digits", Optional.of("s"));
        shipper.follow(child.folder, child.trial);
        assertThat(shipper.awaitRunId(child.folder, Duration.ofMillis(300))).isEmpty();

        RunFolder parent = opened("s");

        assertThat(shown(child).tags())
                .containsEntry("mlflow.parentRunId", id(parent).value());
    }

    @Test
    void findsAParentThatIsNotFollowedAnyMore() throws Exception {
        RunFolder parent = opened("s");
        parent.end(RunStatus.FINISHED);
        awaitEnded(parent);
        RunFolder child = folder("s/1").open("digits", Optional.of("s"));
        shipper.follow(child.folder, child.trial);

        assertThat(shown(child).tags())
                .containsEntry(
                        "mlflow.parentRunId",
                        shipper.runId(parent.folder).orElseThrow().value());
    }

    @Test
    void opensARunAtOnceWhenSignalled() throws Exception {
        shipper.close();
        shipper = JournalShipper.to(tracker).pollInterval(Duration.ofMinutes(5)).start();
        RunFolder trial = folder("s/2");
        shipper.follow(trial.folder, trial.trial);
        trial.open("digits", Optional.empty());
        shipper.signal(trial.folder);

        assertThat(shipper.awaitRunId(trial.folder, SOON)).isPresent();
    }

    @Test
    void shipsWhatIsAppendedLaterWithoutASignal() throws Exception {
        RunFolder trial = opened("s/3");
        id(trial);
        trial.metrics(0, 3);
        awaitDrained(trial);
        trial.metrics(3, 5);
        awaitDrained(trial);

        assertThat(tracker.metricHistory(id(trial), "loss")).hasSize(5);
    }

    @Test
    void setsAParamAsideThatChangedAndShipsWhatIsBehindIt() throws Exception {
        RunFolder trial = opened("s/4");
        trial.params(Map.of("lr", "0.1"));
        awaitDrained(trial);
        trial.params(Map.of("lr", "0.2", "a", "1", "b", "2"));
        trial.metrics(0, 10);
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        assertThat(shown(trial).params()).isEqualTo(Map.of("lr", "0.1", "a", "1", "b", "2"));
        assertThat(tracker.metricHistory(id(trial), "loss")).hasSize(10);
        assertThat(Files.readString(trial.folder.resolve(RunJournals.QUARANTINE)))
                .contains("param lr")
                .contains("another value");
        assertThat(shipper.status().quarantined()).isEqualTo(1);
    }

    @Test
    void parksARunThatWasDeletedAndSaysWhy() throws Exception {
        RunFolder trial = opened("s/5");
        RunId id = id(trial);
        tracker.deleteRun(id);
        trial.metrics(0, 3);

        awaitParked(trial);
        assertThat(shipper.status().parked().get(trial.folder)).contains("deleted in MLflow");
        assertThat(shipper.status().pointsWaiting()).isEqualTo(3);
        assertThat(trial.folder.resolve(RunJournals.QUARANTINE)).doesNotExist();
    }

    @Test
    void aNewShipperGoesOnWhereTheLastOneStopped() throws Exception {
        RunFolder trial = opened("s/6");
        trial.metrics(0, 1234);
        awaitDrained(trial);
        RunId id = id(trial);
        shipper.close();
        trial.metrics(1234, 2000);
        trial.end(RunStatus.FAILED);
        ship(trial);
        awaitEnded(trial);

        assertThat(id(trial)).isEqualTo(id);
        assertThat(shipper.status().pointsShipped()).isEqualTo(766);
        assertThat(tracker.metricHistory(id, "loss")).hasSize(2000);
    }

    @Test
    void aLostCursorMakesNoSecondRunAndNoSecondPoint() throws Exception {
        RunFolder trial = opened("s/7");
        trial.metrics(0, 100);
        awaitDrained(trial);
        RunId id = id(trial);
        shipper.close();
        Files.writeString(trial.folder.resolve(RunJournals.CURSOR), "");
        ship(trial);
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        assertThat(id(trial)).isEqualTo(id);
        assertThat(tracker.metricHistory(id, "loss")).hasSize(100);
    }

    @Test
    void aRunGoesOnAfterItsEndWhenItIsOpenedAgain() throws Exception {
        RunFolder trial = opened("s/8");
        trial.end(RunStatus.FAILED);
        awaitEnded(trial);
        RunId id = id(trial);
        trial.append(new RunOpened("s/8", "again", "digits", RunFolder.START, Optional.empty(), Map.of()));
        shipper.follow(trial.folder, trial.trial);
        await().atMost(SOON).until(() -> shown(trial).status() == RunStatus.RUNNING);
        trial.metrics(0, 2);
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        assertThat(id(trial)).isEqualTo(id);
        assertThat(shown(trial).status()).isEqualTo(RunStatus.FINISHED);
        assertThat(tracker.metricHistory(id, "loss")).hasSize(2);
    }

    @Test
    void skipsAnArtifactThatIsGoneOrHasChanged() throws Exception {
        RunFolder trial = folder("s/9");
        trial.artifact("gone", "1");
        trial.artifact("changed", "2");
        trial.artifact("there", "3");
        trial.append(new RunOpened("s/9", "n", "digits", RunFolder.START, Optional.empty(), Map.of()));
        trial.append(new Artifact("outside", "../../etc/passwd", 1, "0".repeat(64)));
        Files.delete(trial.trial.resolve("gone"));
        Files.writeString(trial.trial.resolve("changed"), "4");
        trial.end(RunStatus.FINISHED);
        shipper.follow(trial.folder, trial.trial);
        awaitEnded(trial);

        assertThat(tracker.artifacts(id(trial)).list(ArtifactPath.ROOT))
                .extracting(info -> info.path().value())
                .containsExactly("there");
        assertThat(Files.readString(trial.folder.resolve(RunJournals.QUARANTINE)))
                .contains("gone is gone")
                .contains("has changed since")
                .contains("leads out of");
    }

    @Test
    void goesOnWithAnUploadInPartsAndGivesItUpWithItsArtifact() throws Exception {
        HalfwayStore store = new HalfwayStore(new LocalArtifactStore(root.resolve("storage")));
        shipper.close();
        shipper = JournalShipper.to(tracker, run -> store)
                .pollInterval(Duration.ofMillis(100))
                .backOff(Duration.ofMillis(20), Duration.ofMillis(200))
                .start();
        RunFolder trial = folder("s/20");
        trial.artifact("large", "1");
        Artifact removed = trial.artifact("removed", "2");
        trial.append(new RunOpened("s/20", "n", "digits", RunFolder.START, Optional.empty(), Map.of()));
        trial.end(RunStatus.FINISHED);
        shipper.follow(trial.folder, trial.trial);
        await().atMost(SOON).until(() -> store.noted.contains("removed from 0"));
        assertThat(trial.folder.resolve(RunJournals.UPLOAD)).hasContent("removed");
        Files.delete(trial.trial.resolve(removed.localPath()));
        awaitEnded(trial);

        assertThat(store.noted).startsWith("large from 0", "large from half").endsWith("abandoned removed");
        assertThat(store.list(ArtifactPath.ROOT))
                .extracting(info -> info.path().value())
                .containsExactly("large");
        assertThat(trial.folder.resolve(RunJournals.UPLOAD)).doesNotExist();
    }

    @Test
    void clearsAwayWhatAShipperThatWasKilledHasLeftOfANote() throws Exception {
        RunFolder trial = folder("s/21").open("digits", Optional.empty());
        Path left = Files.createFile(trial.folder.resolve(".upload-123.part"));
        assertThat(shipper.progress(trial.folder)).isPresent();
        assertThat(left).as("a look at a folder changes nothing").exists();

        shipper.follow(trial.folder, trial.trial);

        assertThat(left).doesNotExist();
        assertThat(RunJournals.service(trial.folder)).exists();
    }

    @Test
    void whatANewerVersionWroteIsSetAsideAndHoldsTheRunOpenNoLonger() throws Exception {
        RunFolder trial = folder("s/22").open("digits", Optional.empty());
        ByteArrayOutputStream journal = new ByteArrayOutputStream();
        journal.writeBytes(JournalFormat.fileHeader().array());
        journal.writeBytes(newer(new Metrics(1, Map.of("loss", 0.5, "acc", 1.0), RunFolder.START)));
        journal.writeBytes(JournalFormat.encode(new Metrics(2, Map.of("loss", 0.25), RunFolder.START), 5));
        journal.writeBytes(newer(new Tags(Map.of("a", "b"))));
        Files.write(RunJournals.attempt(trial.folder, 2), journal.toByteArray());
        trial.end(RunStatus.FINISHED);
        shipper.follow(trial.folder, trial.trial);
        awaitEnded(trial);

        assertThat(tracker.metricHistory(id(trial), "loss"))
                .extracting(MetricPoint::value)
                .containsExactly(0.25);
        assertThat(shipper.status().quarantined()).isEqualTo(2);
        assertThat(Files.readAllLines(trial.folder.resolve(RunJournals.QUARANTINE)))
                .hasSize(2)
                .allMatch(line -> line.contains("entry at offset") && line.contains("kind 9"))
                .first()
                .asString()
                .contains("offset 16:", "another version of Sluice wrote it");
        await().atMost(SOON).until(() -> shipper.status().runs() == 0);
    }

    @Test
    void aRunWhoseFirstEntryANewerVersionWroteIsParked() throws Exception {
        RunFolder trial = folder("s/23");
        trial.close();
        ByteArrayOutputStream journal = new ByteArrayOutputStream();
        journal.writeBytes(JournalFormat.fileHeader().array());
        journal.writeBytes(newer(new Tags(Map.of("a", "b"))));
        Files.write(RunJournals.service(trial.folder), journal.toByteArray());
        shipper.follow(trial.folder, trial.trial);
        awaitParked(trial);

        assertThat(shipper.status().parked().get(trial.folder)).contains("another version of Sluice");
    }

    /** An entry of a kind that there is not yet. */
    private static byte[] newer(JournalEntry entry) throws IOException {
        byte[] frame = JournalFormat.encode(entry, 5);
        frame[2] = 9;
        JournalFormat.writeAnew(ByteBuffer.wrap(frame), 0, frame.length, 5);
        return frame;
    }

    /** Breaks off every upload half-way, and never gets through with that of "removed". */
    private static final class HalfwayStore implements ArtifactStore {
        private final ArtifactStore held;
        private final List<String> noted = new CopyOnWriteArrayList<>();

        HalfwayStore(ArtifactStore held) {
            this.held = held;
        }

        @Override
        public FileDigest put(Path file, ArtifactPath path, UploadNote note) throws IOException {
            boolean half = note.read().isPresent();
            noted.add(path + " from " + (half ? "half" : "0"));
            if (!half || path.value().equals("removed")) {
                note.write(path.value().getBytes(StandardCharsets.UTF_8));
                throw TrackingException.unreachable("put", new IOException("broken off"));
            }
            note.delete();
            return held.put(file, path);
        }

        @Override
        public void abandon(UploadNote note) throws IOException {
            noted.add("abandoned " + new String(note.read().orElseThrow(), StandardCharsets.UTF_8));
            note.delete();
        }

        @Override
        public FileDigest put(Path file, ArtifactPath path) {
            throw new AssertionError("uploaded without a note");
        }

        @Override
        public List<ArtifactInfo> list(ArtifactPath folder) {
            return held.list(folder);
        }

        @Override
        public FileDigest get(ArtifactPath path, Path target) throws IOException {
            return held.get(path, target);
        }

        @Override
        public FileDigest digest(ArtifactPath path) {
            return held.digest(path);
        }

        @Override
        public void delete(ArtifactPath path) {
            held.delete(path);
        }
    }

    @Test
    void shipsAnEntryWithMorePointsThanARequestTakes() throws Exception {
        RunFolder trial = opened("s/10");
        Map<String, Double> values = new HashMap<>();
        for (int i = 0; i < 2100; i++) {
            values.put("m" + i, (double) i);
        }
        trial.append(new Metrics(1, values, RunFolder.START));
        awaitDrained(trial);

        assertThat(shown(trial).metrics()).hasSize(2100);
    }

    @Test
    void aTornTailOfADeadAttemptDoesNotHoldTheRunOpen() throws Exception {
        RunFolder trial = opened("s/11");
        trial.metrics(0, 5);
        trial.close();
        Path attempt = RunJournals.attempt(trial.folder, 1);
        byte[] bytes = Files.readAllBytes(attempt);
        Files.write(attempt, Arrays.copyOf(bytes, bytes.length - 3));
        try (JournalWriter service = JournalWriter.open(RunJournals.service(trial.folder))) {
            service.append(new JournalEntry.RunEnded(RunStatus.FAILED, RunFolder.START));
        }
        shipper.signal(trial.folder);
        await().atMost(SOON).until(() -> shown(trial).status() == RunStatus.FAILED);

        assertThat(tracker.metricHistory(id(trial), "loss").size()).isBetween(4, 5);
    }

    @Test
    void parksAFolderWhoseJournalDoesNotBeginWithARun() throws Exception {
        RunFolder trial = folder("s/12");
        trial.append(new Tags(Map.of("a", "b")));
        shipper.follow(trial.folder, trial.trial);

        awaitParked(trial);
    }

    @Test
    void keepsWhatIsTooLongWholeAsAnArtifact() throws Exception {
        String param = "p".repeat(6001) + "ü";
        String tag = "t".repeat(8001);
        String first = "f".repeat(9000);
        RunFolder trial = folder("s/14");
        trial.append(new RunOpened(
                "s/14", "n", "digits", RunFolder.START, Optional.empty(), Map.of("first", first, "short", "1")));
        trial.params(Map.of("layers/a@b", param, "just", "j".repeat(6000)));
        trial.append(new Tags(Map.of("note", tag)));
        trial.end(RunStatus.FINISHED);
        shipper.follow(trial.folder, trial.trial);
        awaitEnded(trial);

        Run run = shown(trial);
        assertThat(run.params().get("just")).hasSize(6000).endsWith("jj");
        assertThat(run.params().get("layers/a_x0040_b"))
                .hasSize(6000)
                .endsWith("… [cut: 6002 characters, whole in sluice/params/layers/a_x0040_b.txt]");
        assertThat(run.tags().get("note")).endsWith("… [cut: 8001 characters, whole in sluice/tags/note.txt]");
        assertThat(run.tags().get("first")).endsWith("… [cut: 9000 characters, whole in sluice/tags/first.txt]");
        assertThat(text(run, "sluice/params/layers/a_x0040_b.txt")).isEqualTo(param);
        assertThat(text(run, "sluice/tags/note.txt")).isEqualTo(tag);
        assertThat(text(run, "sluice/tags/first.txt")).isEqualTo(first);
        assertThat(shipper.audit(trial.folder, trial.trial)).isEqualTo(AuditFindings.NONE);
    }

    private String text(Run run, String path) throws IOException {
        Path target = root.resolve("read back");
        tracker.artifacts(run.id()).get(ArtifactPath.of(path), target);
        return Files.readString(target);
    }

    @Test
    void shippedFilesOfAJournalAreDeletedAndNothingIsLost() throws Exception {
        RunFolder trial = opened("s/15");
        id(trial);
        Path journal = segmented(trial.folder);
        assertThat(JournalSegments.list(journal).getLast().base()).isGreaterThan(10 * 4096);
        shipper.signal(trial.folder);
        awaitDrained(trial);
        await().atMost(SOON).until(() -> JournalSegments.list(journal).size() == 1);
        shipper.close();
        Files.delete(trial.folder.resolve(RunJournals.CURSOR));
        ship(trial);
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        assertThat(tracker.metricHistory(id(trial), "loss")).hasSize(2000);
        assertThat(shipper.audit(trial.folder, trial.trial)).isEqualTo(AuditFindings.NONE);
    }

    @Test
    void countsWhatWaitsThoughWhatIsShippedIsDeleted() throws Exception {
        Path journal = segmented(root.resolve("waiting"));
        FollowedRun run = new FollowedRun(root.resolve("waiting"), root);
        FollowedRun.Journal followed = run.attempts().getFirst();
        List<Numbered<JournalEntry>> shipped = followed.reader().read(0, 1500);
        long end = shipped.getLast().end();
        run.shipped(followed, run.records(followed), end, 1500, 1500);
        run.artifactsShipped(followed, run.artifacts(followed), end, false);
        int before = JournalSegments.list(journal).size();
        run.deleteShipped(0);

        assertThat(JournalSegments.list(journal)).hasSizeLessThan(before / 2);
        assertThat(run.progress().pointsWaiting()).isEqualTo(500);
        assertThat(run.progress().entriesWaiting()).isEqualTo(500);
    }

    @Test
    void shippingGoesOnAndMakesRoomWhereTheDiskTakesNoCursor() throws Exception {
        RunFolder trial = opened("s/16");
        id(trial);
        awaitDrained(trial);
        // As on a full disk: the file cannot be written.
        Files.createDirectories(trial.folder.resolve(RunJournals.CURSOR + ".part"));
        Path journal = segmented(trial.folder);
        shipper.signal(trial.folder);
        awaitDrained(trial);
        await().atMost(SOON).until(() -> JournalSegments.list(journal).size() == 1);

        assertThat(tracker.metricHistory(id(trial), "loss")).hasSize(2000);
    }

    /** A journal of 2000 points in many files. */
    private static Path segmented(Path folder) throws IOException {
        Path journal = RunJournals.attempt(folder, 2);
        JournalSettings small = JournalSettings.defaults().withSegmentBytes(4096);
        try (JournalWriter writer = JournalWriter.open(journal, small)) {
            for (int step = 0; step < 2000; step++) {
                writer.append(new Metrics(step, Map.of("loss", 1.0 * step), RunFolder.START.plusMillis(step)));
            }
        }
        return journal;
    }

    @Test
    void aDeletedCursorMakesNoSecondRun() throws Exception {
        RunFolder trial = opened("s/13");
        trial.metrics(0, 100);
        awaitDrained(trial);
        RunId id = id(trial);
        shipper.close();
        Files.delete(trial.folder.resolve(RunJournals.CURSOR));
        ship(trial);
        trial.end(RunStatus.FINISHED);
        awaitEnded(trial);

        assertThat(id(trial)).isEqualTo(id);
        assertThat(tracker.metricHistory(id, "loss")).hasSize(100);
    }

    @Test
    void saysInASentenceHowItFares() {
        Instant now = RunFolder.START;
        ShipperStatus.Repairs none = new ShipperStatus.Repairs(0, 0, 0, 0);
        ShipperStatus up = new ShipperStatus(
                ShipperStatus.State.UP, now, "", 0, 0, 0, Optional.empty(), 7, 0, 0, Map.of(), Map.of(), none);
        ShipperStatus away = new ShipperStatus(
                ShipperStatus.State.AWAY,
                now.minusSeconds(42),
                "no answer",
                2,
                1204,
                30,
                Optional.of(now.minusSeconds(43)),
                7,
                1,
                1,
                Map.of(Path.of("x"), "why"),
                Map.of(Path.of("y"), "503", Path.of("z"), "no answer"),
                none);

        assertThat(up.sentence(now)).isEqualTo("MLflow up, nothing waiting");
        assertThat(away.sentence(now))
                .isEqualTo("MLflow away for 42 s, 1,204 points waiting, oldest 43 s, 1 run parked,"
                        + " artifacts of 2 runs wait for their storage, 1 row set aside");
    }

    @Test
    void manyRunsAreAllShipped() throws Exception {
        opened("s");
        for (int i = 0; i < 60; i++) {
            RunFolder trial = folder("m/" + i).open("digits", Optional.of("s"));
            trial.metrics(0, 300);
            trial.end(RunStatus.FINISHED);
            shipper.follow(trial.folder, trial.trial);
        }
        await().atMost(SOON).until(() -> shipper.status().runs() == 1);

        ExperimentId digits = tracker.experiment("digits").id();
        for (int i = 0; i < 60; i++) {
            RunId id = tracker.findRun(digits, "m/" + i).orElseThrow();
            assertThat(tracker.metricHistory(id, "loss")).hasSize(300);
            assertThat(tracker.run(id).orElseThrow().status()).isEqualTo(RunStatus.FINISHED);
        }
    }
}
