package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialReport;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials as real processes, against a service of a few lines. */
class TrialMainTest {
    @TempDir
    Path folder;

    private TrialService service;

    @BeforeEach
    void start() throws IOException {
        service = new TrialService(folder);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private TrialSpec spec(int attempt, Map<String, Object> params, Optional<Path> resumeFrom) {
        return spec(
                attempt,
                params,
                resumeFrom,
                List.of(
                        Map.of("type", "early-stopping", "monitor", "val_loss", "patience", 50),
                        Map.of("type", "json-lines")));
    }

    private TrialSpec spec(
            int attempt, Map<String, Object> params, Optional<Path> resumeFrom, List<Map<String, Object>> callbacks) {
        return service.spec(attempt, params, resumeFrom, callbacks, Map.of("every", 1, "keepLast", 1, "keepBest", 1));
    }

    @Test
    void trainsReportsJournalsAndPackages() throws Exception {
        int code = service.run(spec(1, Map.of("learning_rate", 0.005, "hidden", 64, "epochs", 6), Optional.empty()));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports).extracting(TrialReport::seq).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        TrialReport.Point last = service.reports.get(5).points().get(0);
        assertThat(last.step()).isEqualTo(6);
        assertThat(last.values())
                .containsOnlyKeys("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");
        assertThat(last.values().get("val_accuracy")).isGreaterThan(0.9);
        assertThat(folder.resolve("model")).isDirectoryContaining("glob:**/MLmodel");
        assertThat(service.json("model/holdout.json"))
                .hasEntrySatisfying(
                        "accuracy", accuracy -> assertThat((Double) accuracy).isGreaterThan(0.9));
        assertThat(service.journal(1).getFirst()).isInstanceOfSatisfying(JournalEntry.Inputs.class, inputs -> {
            assertThat(inputs.datasets())
                    .extracting(Dataset::name)
                    .containsExactly("digits/training", "digits/validation", "digits/test");
            assertThat(inputs.datasets()).extracting(Dataset::digest).doesNotHaveDuplicates();
            assertThat(inputs.datasets().getFirst().profile())
                    .hasValueSatisfying(profile -> assertThat(profile).contains("\"num_rows\":1149"));
        });
        assertThat(service.journal(1).stream()
                        .filter(JournalEntry.Metrics.class::isInstance)
                        .map(JournalEntry.Metrics.class::cast)
                        .filter(metrics -> metrics.values().containsKey("test_accuracy")))
                .singleElement()
                .satisfies(metrics -> assertThat(metrics.values().get("test_accuracy"))
                        .isEqualTo(service.json("model/holdout.json").get("accuracy")));
        assertThat(service.journal(1))
                .filteredOn(JournalEntry.Artifact.class::isInstance)
                .isNotEmpty();
        assertThat(Files.readAllLines(folder.resolve("logging.jsonl")))
                .hasSize(6)
                .allSatisfy(line -> assertThat(JsonText.readObject(line))
                        .containsEntry("run_name", "digits ***/0")
                        .containsKeys("step", "loss", "learning_rate", "grad_norm", "gpu_memory_mb", "timestamp")
                        .containsKeys("model_name", "task_type"));
        assertThat(service.json("result.json")).containsEntry("end", "TRAINED").containsEntry("lastStep", 6L);
    }

    @Test
    void stopsAsToldAndPackagesTheBestSoFar() throws Exception {
        service.verdict =
                report -> report.seq() < 3 ? ReportReply.PROCEED : new ReportReply(Signal.STOP, "below median");

        int code = service.run(spec(1, Map.of("epochs", 5000), Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports).hasSize(3);
        assertThat(service.checkpoints()).last().asString().endsWith("checkpoint-3");
        assertThat(folder.resolve("model/MLmodel")).exists();
        assertThat(service.json("result.json"))
                .containsEntry("end", "TOLD_TO_STOP")
                .containsEntry("reason", "below median");
    }

    @Test
    void leavesEverythingAloneOnceTheLeaseIsLost() throws Exception {
        service.status = 409;

        int code = service.run(spec(1, Map.of("epochs", 5000), Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports).hasSize(1);
        assertThat(service.checkpoints()).isEmpty();
        assertThat(folder.resolve("model")).doesNotExist();
    }

    @Test
    void refusesAnUnknownParameterInOneSentence() throws Exception {
        int code = service.run(spec(1, Map.of("learningrate", 0.1), Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(Files.readAllLines(folder.resolve("log")))
                .last()
                .asString()
                .startsWith("invalid trial: task digits, model mlp has no \"learningrate\""
                        + " (did you mean \"learning_rate\"?)");
    }

    @Test
    void endsInOrderAtSigtermAndGoesOnWithTheSameNumbers() throws Exception {
        Map<String, Object> params = Map.of("epochs", 60, "dropout", 0.2);
        Process process = service.launch(spec(1, params, Optional.empty()));
        await().atMost(Duration.ofMinutes(1)).until(() -> service.reports.size() >= 5);
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(TrialCommandLine.EXIT_TERMINATED);
        assertThat(folder.resolve("model")).doesNotExist();
        Path newest = service.checkpoints().getLast();
        assertThat(CheckpointName.of(newest).orElseThrow().step())
                .isEqualTo(service.reports.getLast().points().get(0).step())
                .isLessThan(60);

        int code = service.run(spec(2, params, Optional.of(newest)));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        List<TrialReport> resumed = List.copyOf(service.reports);
        assertThat(resumed)
                .as(service.log())
                .extracting(report -> report.points().get(0).step())
                .doesNotHaveDuplicates()
                .hasSize(60);
        service.reports.clear();
        assertThat(service.run(spec(3, params, Optional.empty()))).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(resumed.stream().map(TrialMainTest::losses))
                .containsExactlyElementsOf(
                        service.reports.stream().map(TrialMainTest::losses).toList());
    }

    @Test
    void beginsWithAnotherTrialsWeightsUnderItsOwnParameters() throws Exception {
        Path donor = folder.resolve("donor");
        try (TrialService other = new TrialService(donor)) {
            Map<String, Object> params = Map.of("epochs", 3, "learning_rate", 0.003, "hidden", 32);
            assertThat(other.run(other.spec(1, params, Optional.empty(), List.of(), Map.of())))
                    .isEqualTo(TrialCommandLine.EXIT_DONE);
        }
        Optional<Path> from = Optional.of(donor.resolve("checkpoints/checkpoint-3"));

        int misfit = service.run(spec(1, Map.of("epochs", 5, "hidden", 48), from));

        assertThat(misfit).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(Files.readAllLines(folder.resolve("log")))
                .last()
                .asString()
                .startsWith("invalid trial: the checkpoint " + from.get() + " is of another network: the parameter")
                .contains("has shape");

        int code = service.run(spec(
                2,
                Map.of("epochs", 5, "learning_rate", 0.0001, "hidden", 32, "optimizer", "sgd", "momentum", 0.9),
                from));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.log()).contains("optimizer=afresh");
        assertThat(service.reports)
                .extracting(report -> report.points().get(0).step())
                .containsExactly(4L, 5L);
        assertThat(service.reports.getFirst().points().get(0).values())
                .containsEntry("learning_rate", 0.0001)
                .hasEntrySatisfying(
                        "val_accuracy",
                        accuracy -> assertThat(accuracy).isGreaterThan(0.7)); // afresh, at that rate, it would be 0.1
    }

    @Test
    void keepsRunningWhateverItsCallbacksDoAndPackagesTheAverage() throws Exception {
        int code = service.run(spec(
                1,
                Map.of("learning_rate", 0.005, "epochs", 6),
                Optional.empty(),
                List.of(
                        Map.of("type", "weight-average", "decay", 0.9),
                        Map.of("type", "gradient-clipping", "maxNorm", 0.5),
                        Map.of("type", "divergence-guard"),
                        Map.of("type", "json-lines", "file", "checkpoints", "maxFailures", 2),
                        Map.of("type", "tensorboard"),
                        Map.of("type", "progress"),
                        Map.of("type", "throughput"))));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports)
                .hasSize(6)
                .last()
                .satisfies(report -> assertThat(report.points().get(0).values())
                        .containsKeys("grad_norm", "clipped_share", "samples_per_second", "heap_mb"));
        assertThat(service.journal(1).stream()
                        .filter(JournalEntry.Tags.class::isInstance)
                        .flatMap(entry -> ((JournalEntry.Tags) entry).values().entrySet().stream())
                        .map(Map.Entry::toString))
                .contains("sluice.callback_off.json-lines=after 2 failures", "sluice.callback_failures.json-lines=2");
        assertThat(folder.resolve("tensorboard")).isNotEmptyDirectory();
        assertThat(service.log()).contains("state=off").doesNotContain("lease-secret-1");
        double judged = service.reports.stream()
                .mapToDouble(report -> report.points().get(0).values().getOrDefault("val_accuracy", 0.0))
                .max()
                .orElse(0);
        assertThat(judged).isGreaterThan(0.9);
        assertThat(service.json("model/holdout.json"))
                .hasEntrySatisfying(
                        "accuracy", accuracy -> assertThat((Double) accuracy).isGreaterThan(0.9));
    }

    private static List<Object> losses(TrialReport report) {
        TrialReport.Point point = report.points().get(0);
        return List.of(
                point.step(),
                point.values().getOrDefault("train_loss", -1.0),
                point.values().getOrDefault("val_loss", -1.0));
    }
}
