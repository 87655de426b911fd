package dev.sluice.tracker.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.mlflow.LocalMlflow;
import dev.sluice.tracker.mlflow.MlflowServer;
import dev.sluice.tracker.mlflow.MlflowTracker;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of docs/tracking.md, which stand here line by line, against a real MLflow. */
class GuideTest {
    private final URI server = LocalMlflow.shared().uri();

    @TempDir
    private Path folder;

    /** What a snippet calls {@code Path.of("runs")}. */
    private static final Path RUNS = Path.of("runs");

    private void first(Path model) throws IOException {
        try (OutboxTracker tracker =
                        OutboxTracker.builder(server).journals(Path.of("runs")).build();
                Run run = tracker.start("digits")) {
            run.param("lr", 0.1);
            for (int step = 0; step < 100; step++) {
                run.metric("loss", step, 1.0 / (step + 1));
            }
            run.artifact(model);
        }
    }

    private static void second(OutboxTracker tracker) throws IOException {
        Run sweep = tracker.run("digits").name("sweep 7").tag("team", "vision").start();
        sweep.note("Three rates, **one seed**.");
        for (double rate : List.of(0.1, 0.01, 0.001)) {
            Run trial = tracker.run("digits").name("lr " + rate).below(sweep).start();
            trial.params(Map.of("lr", rate, "seed", 42)).metrics(1, Map.of("loss", 0.5, "accuracy", 0.9));
            if (rate > 0.05) {
                trial.kill("its loss does not fall");
            } else {
                trial.close();
            }
        }
        sweep.close();
    }

    private String third() throws IOException {
        JournalSettings settings =
                JournalSettings.defaults().withDurability(Durability.SECOND).withLimit(1L << 30, Duration.ofMinutes(1));
        try (OutboxTracker tracker = OutboxTracker.builder(server)
                .journals(Path.of("runs"))
                .journalSettings(settings)
                .build()) {
            String sentence = tracker.status().sentence(Instant.now());
            return sentence;
        }
    }

    @Test
    void whatTheGuideShowsIsInMlflowAfterwards() throws Exception {
        Path model = Files.writeString(folder.resolve("model.onnx"), "weights");
        try (MlflowTracker direct = MlflowTracker.on(MlflowServer.of(server))) {
            ExperimentId digits = direct.experiment("digits").id();
            first(model);
            try (OutboxTracker tracker = OutboxTracker.builder(server)
                    .journals(folder.resolve("runs"))
                    .build()) {
                second(tracker);
            }

            dev.sluice.tracker.Run sweep = direct.runs(digits, "team", "vision").getFirst();
            assertThat(sweep.status()).isEqualTo(RunStatus.FINISHED);
            assertThat(sweep.tags()).containsEntry("mlflow.note.content", "Three rates, **one seed**.");
            assertThat(direct.runs(digits, "mlflow.parentRunId", sweep.id().value()))
                    .extracting(dev.sluice.tracker.Run::name, dev.sluice.tracker.Run::status)
                    .containsExactlyInAnyOrder(
                            tuple("lr 0.1", RunStatus.KILLED),
                            tuple("lr 0.01", RunStatus.FINISHED),
                            tuple("lr 0.001", RunStatus.FINISHED));
            assertThat(third()).isEqualTo("MLflow up, nothing waiting");
        } finally {
            Files.deleteIfExists(RUNS);
        }
    }

    @Test
    void theGuidesSnippetsStandHereLineByLine() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        Path guide = root.resolve("../docs/tracking.md");
        String here = lines(Files.readString(
                root.resolve("src/test/java/" + GuideTest.class.getName().replace('.', '/') + ".java")));
        List<String> snippets = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(guide))
                .results()
                .map((MatchResult match) -> lines(match.group(1)))
                .toList();

        assertThat(snippets).hasSize(3);
        for (String snippet : snippets) {
            // A test gives back what the last snippet ends with.
            assertThat(here).contains(snippet.replaceAll("\n}$", ""));
        }
    }

    private static String lines(String text) {
        return String.join("\n", text.lines().map(String::strip).toList());
    }
}
