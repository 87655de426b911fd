package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.mlflow.FaultProxy;
import dev.sluice.tracker.mlflow.LocalMlflow;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.RunEnded;
import dev.sluice.tracker.outbox.JournalEntry.RunOpened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What 20 runs recorded while the server was away is drained by a process with so little memory that it cannot hold it:
 * out of memory, it ends at once.
 */
class DrainTest {
    private static final int RUNS = 20;

    @TempDir
    Path root;

    static String key(int run) {
        return "drained-" + run;
    }

    @Test
    void runsDrainCompletelyAfterAnOutageInLittleMemory() throws Exception {
        int points = 2_000;
        record("drained", points);
        ChildJvm shipper = shipper("-Xmx24m", "drained", points, List.of());
        try {
            shipper.start();
            shipper.awaitLine("away");
            Files.createFile(root.resolve("up"));
            shipper.awaitLine("done");
        } finally {
            shipper.kill();
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "SLUICE_LONG", matches = "1")
    void longRunsDrainIntoMlflowInLittleMemory() throws Exception {
        int points = 20_000;
        String experiment = "drained " + System.nanoTime();
        record(experiment, points);
        try (FaultProxy proxy = new FaultProxy(LocalMlflow.shared().uri(), 0, 1, Duration.ofSeconds(1));
                MlflowTracker direct =
                        MlflowTracker.on(MlflowServer.of(LocalMlflow.shared().uri()))) {
            proxy.refuse();
            ChildJvm shipper =
                    shipper("-Xmx64m", experiment, points, List.of(proxy.uri().toString()));
            try {
                shipper.start();
                shipper.awaitLine("away");
                proxy.accept();
                shipper.awaitLine("done");
            } finally {
                shipper.kill();
            }
            ExperimentId id = direct.experiment(experiment).id();
            for (int run = 0; run < RUNS; run++) {
                RunId shown = direct.findRun(id, key(run)).orElseThrow();
                assertThat(direct.metricHistory(shown, "loss"))
                        .extracting(MetricPoint::step)
                        .containsExactlyElementsOf(
                                LongStream.range(0, points).boxed().toList());
                assertThat(direct.run(shown).orElseThrow().status()).isEqualTo(RunStatus.FINISHED);
            }
        }
    }

    private ChildJvm shipper(String heap, String experiment, int points, List<String> server) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(root.toString(), experiment, String.valueOf(RUNS), String.valueOf(points)));
        arguments.addAll(server);
        return new ChildJvm(
                root,
                List.of(heap, "-XX:+ExitOnOutOfMemoryError"),
                DrainShipper.class,
                arguments.toArray(String[]::new));
    }

    private void record(String experiment, int points) throws IOException {
        for (int run = 0; run < RUNS; run++) {
            Path journal = RunJournals.service(root.resolve(key(run)).resolve("journal"));
            try (JournalWriter writer = JournalWriter.open(journal)) {
                writer.append(
                        new RunOpened(key(run), key(run), experiment, RunFolder.START, Optional.empty(), Map.of()));
                for (int step = 0; step < points; step++) {
                    writer.append(new Metrics(step, Map.of("loss", 1.0 * step), RunFolder.START.plusMillis(step)));
                }
                writer.append(new RunEnded(RunStatus.FINISHED, RunFolder.START.plusSeconds(60)));
            }
        }
    }
}
