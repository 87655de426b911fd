package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Python;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code ./sluice tracking replay} ships journals, which no service is at work on, to a real MLflow: each fact once, and a
 * second replay changes nothing.
 */
@ExtendWith(Shared.class)
class TrackingReplayTest {
    private static final int POINTS = 1_500;
    private static final Instant START = Instant.ofEpochMilli(1_795_357_989_163L);

    /** All runs of an experiment, deleted ones too, as another program than ours sees them. */
    private static final String RUNS = """
            import json, sys
            from mlflow import MlflowClient
            from mlflow.entities import ViewType
            client = MlflowClient()
            experiment = client.get_experiment_by_name(sys.argv[1])
            runs = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)
            print(json.dumps({run.data.tags["sluice.key"]: {
                "id": run.info.run_id, "status": run.info.status, "end": run.info.end_time,
                "params": run.data.params, "tags": run.data.tags} for run in runs} | {"count": len(runs)}))
            """;

    @Test
    void shipsEachFactOnceAndASecondTimeNothing(Mlflow mlflow) throws Exception {
        String experiment = "replayed " + UUID.randomUUID();
        Path folder = Build.folder("replay");
        record(folder, experiment, "parent", Optional.empty());
        record(folder, experiment, "child", Optional.of("parent"));

        replay(folder, mlflow);
        JsonNode first = Python.run(mlflow.uri(), RUNS, experiment);
        assertShown(mlflow, first);

        replay(folder, mlflow);
        assertThat(Python.run(mlflow.uri(), RUNS, experiment)).isEqualTo(first);
        assertShown(mlflow, first);

        // Even where nobody knows any more that all of it is there.
        replay(folder, mlflow, "--again");
        assertThat(Python.run(mlflow.uri(), RUNS, experiment)).isEqualTo(first);
        assertShown(mlflow, first);
    }

    private static void assertShown(Mlflow mlflow, JsonNode runs) {
        assertThat(runs.path("count").asInt()).isEqualTo(2);
        assertThat(runs.path("child").path("tags").path("mlflow.parentRunId"))
                .isEqualTo(runs.path("parent").path("id"));
        for (String key : List.of("parent", "child")) {
            JsonNode run = runs.path(key);
            String id = run.path("id").asText();
            assertThat(run.path("status").asText()).isEqualTo("KILLED");
            assertThat(run.path("params").path("rate").asText()).isEqualTo("0.1");
            assertThat(mlflow.history(id, "loss"))
                    .extracting(Mlflow.Point::step)
                    .containsExactlyElementsOf(
                            LongStream.range(0, POINTS).boxed().toList());
            assertThat(mlflow.artifacts(id, "")).containsExactly("model.txt");
        }
    }

    private static void record(Path root, String experiment, String key, Optional<String> parent) throws IOException {
        Path trial = Files.createDirectories(root.resolve(key));
        Path model = Files.writeString(trial.resolve("model.txt"), key);
        try (JournalWriter journal = JournalWriter.open(RunJournals.service(trial.resolve("journal")))) {
            journal.append(new JournalEntry.RunOpened(key, key, experiment, START, parent, Map.of()));
            journal.append(new JournalEntry.Params(Map.of("rate", "0.1")));
            for (int step = 0; step < POINTS; step++) {
                journal.append(
                        new JournalEntry.Metrics(step, Map.of("loss", 1.0 / (step + 1)), START.plusMillis(step)));
            }
            journal.append(JournalEntry.Artifact.of(trial, model, "model.txt"));
            journal.append(new JournalEntry.RunEnded(RunStatus.KILLED, START.plusSeconds(60)));
        }
    }

    private static void replay(Path folder, Mlflow mlflow, String... options) throws Exception {
        var command = new ArrayList<>(List.of(
                Build.root().resolve("sluice").toString(),
                "tracking",
                "replay",
                folder.toString(),
                "--to",
                mlflow.uri().toString()));
        command.addAll(List.of(options));
        Path output = Build.folder("replay-output").resolve("output");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("SLUICE_NO_BUILD", "1");
        builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
        assertThat(builder.start().waitFor())
                .as(() -> "it said: " + read(output))
                .isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
