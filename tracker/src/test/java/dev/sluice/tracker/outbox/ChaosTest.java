package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.mlflow.FaultProxy;
import dev.sluice.tracker.mlflow.LocalMlflow;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything at once: a real MLflow behind a proxy that spoils 30 % of the calls in every way, and {@code kill -9} of
 * the process that records and of the process that ships, at random points; with {@code SLUICE_LONG=1} 30 rounds in
 * place of 3, and MLflow itself is killed in every fifth. Afterwards each fact is there once.
 */
class ChaosTest {
    private static final int RUNS = 4;
    private static final int KILLS = 2;
    private static final boolean LONG = "1".equals(System.getenv("SLUICE_LONG"));

    @TempDir
    Path root;

    static IntStream rounds() {
        return IntStream.rangeClosed(1, LONG ? 30 : 3);
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void eachFactArrivesOnceWhateverIsKilled(int round) throws Exception {
        if (LONG && round % 5 == 0) {
            try (LocalMlflow mlflow = new LocalMlflow(root.resolve("mlflow"))) {
                mlflow.start();
                play(round, mlflow, true);
            }
        } else {
            play(round, LocalMlflow.shared(), false);
        }
    }

    private void play(int round, LocalMlflow mlflow, boolean killMlflow) throws Exception {
        SplittableRandom random = new SplittableRandom(round);
        String experiment = "chaos " + round + " " + System.nanoTime();
        try (FaultProxy proxy = new FaultProxy(mlflow.uri(), 0.3, round, Duration.ofMillis(1300));
                MlflowTracker direct = MlflowTracker.on(MlflowServer.of(mlflow.uri()))) {
            ChildJvm writer = new ChildJvm(
                    root,
                    List.of("-Xmx256m"),
                    ChaosWriter.class,
                    root.toString(),
                    experiment,
                    String.valueOf(RUNS),
                    "5");
            ChildJvm shipper = new ChildJvm(
                    root,
                    List.of("-Xmx256m"),
                    ChaosShipper.class,
                    proxy.uri().toString(),
                    root.toString(),
                    experiment,
                    String.valueOf(RUNS));
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    writer.start();
                    shipper.start();
                    writer.awaitLine("ready");
                    shipper.awaitLine("ready");
                    Thread.sleep(random.nextInt(50, 1200));
                    if (kill == 1) {
                        proxy.refuse();
                        if (killMlflow) {
                            mlflow.kill();
                            mlflow.start();
                        }
                    }
                    writer.kill();
                    shipper.kill();
                    if (kill == 1) {
                        proxy.accept();
                    }
                }
                writer.start();
                shipper.start();
                writer.awaitLine("done");
                shipper.awaitLine("done");
            } finally {
                writer.kill();
                shipper.kill();
            }
            assertEachFactIsThereOnce(direct, experiment);
        }
    }

    private void assertEachFactIsThereOnce(MlflowTracker direct, String experiment) throws IOException {
        ExperimentId id = direct.experiment(experiment).id();
        List<Run> shown = direct.runs(id, "sluice.sweep", experiment).stream()
                .filter(run -> !run.deleted())
                .toList();
        assertThat(shown).hasSize(RUNS);
        for (int number = 0; number < RUNS; number++) {
            ChaosRun recorded = new ChaosRun(root, experiment, number);
            Run run = shown.stream()
                    .filter(candidate -> recorded.key.equals(candidate.tags().get("sluice.key")))
                    .findFirst()
                    .orElseThrow();
            assertThat(run.status()).isEqualTo(recorded.end);
            assertThat(run.params().keySet()).containsExactlyInAnyOrder("key", "rate_x0040_0", "layers");
            assertThat(run.params()).containsEntry("key", recorded.key);
            assertThat(run.tags()).containsEntry("phase", "350");
            for (String metric : List.of("loss", "acc(%)")) {
                assertThat(direct.metricHistory(run.id(), metric))
                        .as("%s of %s", metric, recorded.key)
                        .isEqualTo(recorded.points(metric));
            }
            ArtifactStore artifacts = direct.artifacts(run.id());
            Path whole = root.resolve("whole.txt");
            artifacts.get(ArtifactPath.of("sluice/params/layers.txt"), whole);
            assertThat(whole).hasContent(ChaosRun.LONG);
            for (JournalEntry entry : recorded.entries()) {
                if (entry instanceof JournalEntry.Artifact artifact) {
                    assertThat(artifacts
                                    .digest(ArtifactPath.of(artifact.artifactPath()))
                                    .sha256())
                            .isEqualTo(artifact.sha256());
                }
            }
            Path quarantine = recorded.folder.resolve(RunJournals.QUARANTINE);
            assertThat(Files.exists(quarantine) ? Files.readString(quarantine) : "")
                    .as("what was set aside")
                    .isEmpty();
        }
    }
}
