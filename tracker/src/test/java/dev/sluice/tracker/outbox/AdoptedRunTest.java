package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.memory.InMemoryTracker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that the server knows by another id, as an audit finds out while it is shipped. */
class AdoptedRunTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private interface Server extends Tracker, RunArtifacts {}

    @TempDir
    Path root;

    private final AtomicReference<JournalShipper> shipper = new AtomicReference<>();
    private final AtomicReference<RunFolder> folder = new AtomicReference<>();
    private final AtomicReference<RunId> lost = new AtomicReference<>();

    /** Loses the run at the first such call, while the audit takes place that adopts the other one. */
    private Server losing(String call, InMemoryTracker tracker, RunId other) {
        return (Server) Proxy.newProxyInstance(
                Server.class.getClassLoader(), new Class<?>[] {Server.class}, (self, method, arguments) -> {
                    String name = method.getName();
                    if (name.equals(call) && lost.get() == null) {
                        lost.set((RunId) arguments[0]);
                        audit();
                    }
                    boolean ofTheLost = arguments != null && arguments[0].equals(lost.get());
                    if (ofTheLost && name.equals("run")) {
                        return Optional.empty();
                    }
                    if (ofTheLost) {
                        throw TrackingException.missing("no run " + lost.get());
                    }
                    if (name.equals("findRun")) {
                        return Optional.of(other);
                    }
                    try {
                        return method.invoke(tracker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void audit() {
        try {
            assertThat(shipper.get()
                            .audit(folder.get().folder, folder.get().trial)
                            .adopted())
                    .isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"logMetrics", "logParams", "artifacts"})
    void noRowIsBlamedForTheIdThatItWasSentTo(String call) throws Exception {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        RunId other = tracker.openRun(new RunRequest(
                tracker.experiment("digits").id(),
                "s/0 as it is now",
                "n",
                RunFolder.START,
                Optional.empty(),
                Map.of(),
                true));
        try (RunFolder trial = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper started = JournalShipper.to(losing(call, tracker, other))
                        .pollInterval(Duration.ofMillis(20))
                        .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .start()) {
            shipper.set(started);
            folder.set(trial);
            trial.params(Map.of("lr", "0.1"));
            trial.metrics(0, 5);
            trial.artifact("weights", "1");
            started.follow(trial.folder, trial.trial);
            await().atMost(SOON).until(() -> lost.get() != null && started.isDrained(trial.folder));

            assertThat(started.status().quarantined()).isZero();
            assertThat(started.runId(trial.folder)).contains(other);
            assertThat(tracker.run(other).orElseThrow().params()).isEqualTo(Map.of("lr", "0.1"));
            assertThat(tracker.metricHistory(other, "loss")).hasSize(5);
            ArtifactStore artifacts = tracker.artifacts(other);
            assertThat(artifacts.list(ArtifactPath.ROOT)).hasSize(1);
        }
    }

    /** The first of a journal begins where a run begins that is shipped anew. */
    @Test
    void whatWentToTheLostRunIsNotTakenForShipped() throws Exception {
        try (RunFolder trial = new RunFolder(root, "s/0").open("digits", Optional.empty())) {
            trial.metrics(0, 5);
            FollowedRun run = new FollowedRun(trial.folder, root);
            FollowedRun.Journal journal = run.attempts().getFirst();
            FollowedRun.Place records = run.records(journal);
            FollowedRun.Place artifacts = run.artifacts(journal);
            long end = journal.reader().read(0, 10).getLast().end();

            run.adopt(new RunId("other"));
            run.shipped(journal, records, end, 5, 5);
            run.artifactsShipped(journal, artifacts, end, true);
            run.setEnded(new RunId("lost"), true);

            assertThat(run.records(journal).offset()).isZero();
            assertThat(run.artifacts(journal).offset()).isZero();
            assertThat(run.isEnded()).isFalse();
        }
    }
}
