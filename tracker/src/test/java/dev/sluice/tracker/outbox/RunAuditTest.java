package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.mlflow.LocalMlflow;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalEntry.Inputs;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that lost what it had confirmed, and how it gets it back. */
class RunAuditTest {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    Path root;

    private MlflowTracker tracker;
    private JournalShipper shipper;
    private String experiment;

    @BeforeEach
    void start() {
        tracker = MlflowTracker.on(MlflowServer.of(LocalMlflow.shared().uri()));
        experiment = "audit " + System.nanoTime();
        shipper = shipper(Duration.ofHours(1));
    }

    private JournalShipper shipper(Duration auditInterval) {
        return JournalShipper.to(tracker)
                .pollInterval(Duration.ofMillis(50))
                .auditInterval(auditInterval)
                .start();
    }

    @AfterEach
    void stop() {
        shipper.close();
        tracker.close();
    }

    /** What happens to a database that is put back to an older copy, in small. */
    private static void sql(String... statements) throws Exception {
        String script = """
                import sqlite3, sys
                with sqlite3.connect(sys.argv[1], timeout=30) as db:
                    for statement in sys.argv[2:]:
                        db.execute(statement)
                """;
        List<String> command = new ArrayList<>(List.of(
                LocalMlflow.python().toString(),
                "-c",
                script,
                LocalMlflow.shared().folder().resolve("mlflow.db").toString()));
        command.addAll(List.of(statements));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private void awaitEnded(RunFolder folder) {
        await().atMost(SOON)
                .until(() -> shipper.progress(folder.folder).orElseThrow().ended() && shipper.isDrained(folder.folder));
    }

    private static Dataset dataset(String name) {
        return new Dataset(name, "d1", "code", "{}", Optional.empty(), Optional.empty(), "training");
    }

    private RunFolder ended(String key) throws Exception {
        RunFolder trial = new RunFolder(root, key).open(experiment, Optional.empty());
        trial.params(Map.of("lr", "0.1", "a@b", "2"));
        trial.append(new Tags(Map.of("sluice.state", "COMPLETE", "mine", "1")));
        trial.append(new Metrics(1, Map.of("zero", -0.0, "up", Double.POSITIVE_INFINITY), RunFolder.START));
        trial.append(new Inputs(List.of(dataset("digits"), dataset("letters"))));
        trial.metrics(0, 1500);
        trial.artifact("checkpoints/a/weights", "w");
        trial.artifact("gone", "g");
        trial.end(RunStatus.KILLED);
        shipper.follow(trial.folder, trial.trial);
        awaitEnded(trial);
        return trial;
    }

    @Test
    void givesBackToTheServerWhatItLost() throws Exception {
        RunFolder trial = ended("lost");
        RunId id = shipper.runId(trial.folder).orElseThrow();
        List<?> history = tracker.metricHistory(id, "loss");
        assertThat(shipper.audit(trial.folder, trial.trial)).isEqualTo(AuditFindings.NONE);
        sql(
                "delete from metrics where run_uuid='%s' and key='loss' and (step between 100 and 150 or step=1499)"
                        .formatted(id),
                "delete from metrics where run_uuid='%s' and key='up'".formatted(id),
                "delete from params where run_uuid='%s' and key='a_x0040_b'".formatted(id),
                "delete from tags where run_uuid='%s' and key='mine'".formatted(id),
                "delete from inputs where destination_id='%s' and source_id in (select dataset_uuid from datasets where name='letters')"
                        .formatted(id),
                "update tags set value='another' where run_uuid='%s' and key='dataset'".formatted(id),
                "update runs set status='RUNNING', end_time=null where run_uuid='%s'".formatted(id));
        tracker.artifacts(id).delete(ArtifactPath.of("checkpoints"));
        tracker.artifacts(id).delete(ArtifactPath.of("gone"));
        Files.delete(trial.trial.resolve("gone"));

        AuditFindings findings = shipper.audit(trial.folder, trial.trial);

        assertThat(findings).isEqualTo(new AuditFindings(53, 1, 1, 1, 1, 0, true, false));
        assertThat(shipper.audit(trial.folder, trial.trial)).isEqualTo(AuditFindings.NONE);
        Run run = tracker.run(id).orElseThrow();
        assertThat(tracker.metricHistory(id, "loss")).isEqualTo(history);
        assertThat(run.status()).isEqualTo(RunStatus.KILLED);
        assertThat(run.endTime()).contains(RunFolder.START.plusSeconds(3600));
        assertThat(run.params()).containsEntry("a_x0040_b", "2");
        assertThat(run.tags()).containsEntry("mine", "1").containsEntry("dataset", "another");
        assertThat(run.datasets()).extracting(Dataset::name).containsExactlyInAnyOrder("digits", "letters");
        assertThat(shipper.status().repairs()).isEqualTo(new ShipperStatus.Repairs(57, 0, 1, 0));
    }

    @Test
    void auditsALivingRunByItself() throws Exception {
        shipper.close();
        shipper = shipper(Duration.ofMillis(200));
        RunFolder trial = new RunFolder(root, "living").open(experiment, Optional.empty());
        trial.metrics(0, 100);
        shipper.follow(trial.folder, trial.trial);
        RunId id = shipper.awaitRunId(trial.folder, SOON).orElseThrow();
        await().atMost(SOON).until(() -> shipper.isDrained(trial.folder));
        sql("delete from metrics where run_uuid='%s' and key='loss' and step < 10".formatted(id));
        trial.metrics(100, 101);

        await().atMost(SOON).until(() -> tracker.metricHistory(id, "loss").size() == 101);
    }

    @Test
    void takesTheIdByWhichTheServerKnowsTheRun() throws Exception {
        RunFolder trial = ended("adopted");
        RunId id = shipper.runId(trial.folder).orElseThrow();
        Run held = tracker.run(id).orElseThrow();
        sql(
                "delete from metrics where run_uuid='%s'".formatted(id),
                "delete from latest_metrics where run_uuid='%s'".formatted(id),
                "delete from params where run_uuid='%s'".formatted(id),
                "delete from tags where run_uuid='%s'".formatted(id),
                "delete from runs where run_uuid='%s'".formatted(id));
        RunId other = tracker.openRun(
                new RunRequest(held.experiment(), "adopted", "again", RunFolder.START, Optional.empty(), Map.of()));

        assertThat(shipper.audit(trial.folder, trial.trial).adopted()).isTrue();
        shipper.follow(trial.folder, trial.trial);
        awaitEnded(trial);

        assertThat(shipper.runId(trial.folder)).contains(other);
        assertThat(tracker.metricHistory(other, "loss")).hasSize(1500);
        assertThat(tracker.run(other).orElseThrow().status()).isEqualTo(RunStatus.KILLED);
    }

    @Test
    void ofAGroupTwinsAreDeletedAndOrphansEnded() throws Exception {
        RunFolder trial = ended("ours");
        RunId id = shipper.runId(trial.folder).orElseThrow();
        Experiment in = tracker.experiment(experiment);
        tracker.setTags(id, Map.of("sluice.sweep", "s"));
        RunId twin = open(in, "ours", "s");
        RunId orphan = open(in, "orphan", "s");
        RunId stranger = open(in, "stranger", "t");
        Map<String, RunId> ours = Map.of("ours", id);

        GroupFindings living = shipper.reconcile(in.id(), "sluice.sweep", "s", ours, false);
        GroupFindings over = shipper.reconcile(in.id(), "sluice.sweep", "s", ours, true);

        assertThat(living).isEqualTo(new GroupFindings(1, 0));
        assertThat(over).isEqualTo(new GroupFindings(0, 1));
        assertThat(shipper.reconcile(in.id(), "sluice.sweep", "s", ours, true)).isEqualTo(new GroupFindings(0, 0));
        assertThat(tracker.run(twin).orElseThrow().deleted()).isTrue();
        assertThat(tracker.run(orphan).orElseThrow().status()).isEqualTo(RunStatus.FAILED);
        assertThat(tracker.run(stranger).orElseThrow().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(tracker.run(id).orElseThrow().status()).isEqualTo(RunStatus.KILLED);
    }

    private RunId open(Experiment in, String key, String sweep) {
        return tracker.openRun(new RunRequest(
                in.id(), key, key, RunFolder.START, Optional.empty(), Map.of("sluice.sweep", sweep), true));
    }
}
