package dev.sluice.tracker.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.memory.InMemoryTracker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTrackerTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private Path root;

    private InMemoryTracker server;

    @BeforeEach
    void serve() {
        server = new InMemoryTracker(root.resolve("artifacts"));
    }

    private Path runs() {
        return root.resolve("runs");
    }

    private OutboxTracker tracker() throws IOException {
        return OutboxTracker.builder(server).journals(runs()).build();
    }

    private ExperimentId digits() {
        return server.experiment("digits").id();
    }

    private dev.sluice.tracker.Run shown(String key) {
        RunId id = server.findRun(digits(), key).orElseThrow();
        return server.run(id).orElseThrow();
    }

    @Test
    void shipsWhatARunRecordsAndLeavesNothingBehind() throws Exception {
        Path folder = Files.createDirectories(root.resolve("model/data"));
        Files.writeString(folder.resolve("weights"), "w");
        Files.writeString(root.resolve("model/MLmodel"), "m");
        String key;
        try (OutboxTracker tracker = tracker();
                Run run = tracker.start("digits")) {
            key = run.key();
            run.param("lr", 0.1).metric("loss", 1, Double.NaN).tag("a", "b").artifact(root.resolve("model"), "best");
            Files.writeString(folder.resolve("weights"), "changed afterwards");
            assertThat(run.awaitId(SOON)).isEqualTo(server.findRun(digits(), key));
        }

        dev.sluice.tracker.Run run = shown(key);
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.params()).containsEntry("lr", "0.1");
        assertThat(run.metrics()).containsEntry("loss", Double.NaN);
        assertThat(server.artifacts(run.id())
                        .digest(ArtifactPath.of("best/model/data/weights"))
                        .sizeBytes())
                .isEqualTo(1);
        assertThat(filesBelow(runs())).isEmpty();
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aRunEndsAsItIsToldAndTakesNothingMore() throws Exception {
        Run failed;
        try (OutboxTracker tracker = tracker()) {
            failed = tracker.start("digits");
            failed.fail("out of memory");
            failed.close();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> failed.metric("loss", 1, 1));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> tracker.start("digits").artifact(root.resolve("nothing")))
                    .withMessageContaining("does not exist");
        }

        assertThat(shown(failed.key()).status()).isEqualTo(RunStatus.FAILED);
        assertThat(shown(failed.key()).tags()).containsEntry("sluice.reason", "out of memory");
    }

    @Test
    void whatAServerThatIsAwayMissesTheNextTrackerShips() throws Exception {
        String key;
        try (OutboxTracker tracker = OutboxTracker.builder(URI.create("http://127.0.0.1:9"))
                        .journals(runs())
                        .farewell(Duration.ZERO)
                        .build();
                Run run = tracker.start("digits")) {
            key = run.key();
            run.metric("loss", 1, 0.5);
            assertThat(run.id()).isEmpty();
        }
        tracker().close();

        assertThat(shown(key).status()).isEqualTo(RunStatus.FINISHED);
        assertThat(server.metricHistory(shown(key).id(), "loss")).hasSize(1);
        assertThat(filesBelow(runs())).isEmpty();
    }

    @Test
    void aProgramThatIsGoneLosesNothingAndItsRunIsClosed() throws Exception {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbandonedProgram.class.getName(),
                        runs().toString())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("program.log").toFile())
                .start();
        assertThat(program.waitFor()).isEqualTo(9);
        tracker().close();

        dev.sluice.tracker.Run run =
                server.runs(digits(), "mlflow.runName", "abandoned").getFirst();
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.tags()).containsKey("sluice.reason");
        assertThat(server.metricHistory(run.id(), "loss")).hasSize(500);
    }

    @Test
    void leavesTheRunsOfALivingTrackerAlone() throws Exception {
        try (OutboxTracker one = tracker();
                Run run = one.start("digits")) {
            run.metric("loss", 1, 1);
            tracker().close();
            run.metric("loss", 2, 2);
            assertThat(one.drain(SOON)).isTrue();
            assertThat(shown(run.key()).status()).isEqualTo(RunStatus.RUNNING);
            assertThat(server.metricHistory(shown(run.key()).id(), "loss")).hasSize(2);
        }
    }
}
