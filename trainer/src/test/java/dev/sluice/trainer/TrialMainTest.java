package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialObjective;
import dev.sluice.trainer.protocol.TrialReport;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials as real processes, against a service of a few lines. */
class TrialMainTest {
    @TempDir
    Path folder;

    private HttpServer service;
    private final List<TrialReport> reports = new CopyOnWriteArrayList<>();
    private volatile Function<TrialReport, ReportReply> verdict = report -> ReportReply.PROCEED;
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/reports", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            TrialReport report = TrialReport.ofTree(JsonText.readObject(body));
            reports.add(report);
            byte[] answer = JsonText.write(verdict.apply(report).toTree()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
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
        URI base = URI.create("http://127.0.0.1:" + service.getAddress().getPort());
        return new TrialSpec(
                "0199",
                "digits lease-secret-1", // which must not get into any file
                UUID.fromString("01890000-0000-7000-8000-000000000001"),
                0,
                attempt,
                params,
                42,
                List.of(new TrialObjective("val_accuracy", true, true)),
                Map.of(
                        "trainer",
                        Map.of(
                                "task", "digits",
                                "model", "mlp",
                                "callbacks", callbacks),
                        "checkpoints",
                        Map.of("every", 1, "keepLast", 1, "keepBest", 1)),
                resumeFrom,
                folder.resolve("checkpoints"),
                base.resolve("/reports"),
                base.resolve("/heartbeat"),
                20,
                folder.resolve("journal/attempt-" + attempt + ".journal"),
                folder.resolve("reports-" + attempt + ".jsonl"),
                folder,
                "",
                1);
    }

    private Process launch(TrialSpec spec) throws IOException {
        Path file = folder.resolve("trial.json");
        Files.writeString(file, JsonText.write(spec.toTree()));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(TrialCommandLine.javaOptions());
        command.add("-Djava.io.tmpdir=" + folder); // libraries unpacked there go with the folder
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(TrialCommandLine.MAIN_CLASS);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put(TrialSpec.FILE_VARIABLE, file.toString());
        builder.environment().put(TrialSpec.TOKEN_VARIABLE, "lease-secret-1");
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private int run(TrialSpec spec) throws IOException, InterruptedException {
        Process process = launch(spec);
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the trial did not end: " + Files.readString(folder.resolve("log")));
        }
        return process.exitValue();
    }

    private List<JournalEntry> journal(int attempt) throws IOException {
        return JournalReader.of(folder.resolve("journal/attempt-" + attempt + ".journal")).read(0, 10_000).stream()
                .map(Numbered::value)
                .toList();
    }

    private Map<String, Object> json(String file) throws IOException {
        return JsonText.readObject(Files.readString(folder.resolve(file)));
    }

    @Test
    void trainsReportsJournalsAndPackages() throws Exception {
        int code = run(spec(1, Map.of("learning_rate", 0.005, "hidden", 64, "epochs", 6), Optional.empty()));

        assertThat(code).as(Files.readString(folder.resolve("log"))).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(reports).extracting(TrialReport::seq).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        TrialReport.Point last = reports.get(5).points().get(0);
        assertThat(last.step()).isEqualTo(6);
        assertThat(last.values())
                .containsOnlyKeys("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");
        assertThat(last.values().get("val_accuracy")).isGreaterThan(0.9);
        assertThat(folder.resolve("model")).isDirectoryContaining("glob:**/MLmodel");
        assertThat(json("model/holdout.json"))
                .hasEntrySatisfying(
                        "accuracy", accuracy -> assertThat((Double) accuracy).isGreaterThan(0.9));
        assertThat(journal(1).getFirst()).isInstanceOfSatisfying(JournalEntry.Inputs.class, inputs -> {
            assertThat(inputs.datasets())
                    .extracting(Dataset::name)
                    .containsExactly("digits/training", "digits/validation", "digits/test");
            assertThat(inputs.datasets()).extracting(Dataset::digest).doesNotHaveDuplicates();
            assertThat(inputs.datasets().getFirst().profile())
                    .hasValueSatisfying(profile -> assertThat(profile).contains("\"num_rows\":1149"));
        });
        assertThat(journal(1).stream()
                        .filter(JournalEntry.Metrics.class::isInstance)
                        .map(JournalEntry.Metrics.class::cast)
                        .filter(metrics -> metrics.values().containsKey("test_accuracy")))
                .singleElement()
                .satisfies(metrics -> assertThat(metrics.values().get("test_accuracy"))
                        .isEqualTo(json("model/holdout.json").get("accuracy")));
        assertThat(journal(1))
                .filteredOn(JournalEntry.Artifact.class::isInstance)
                .isNotEmpty();
        assertThat(Files.readAllLines(folder.resolve("logging.jsonl")))
                .hasSize(6)
                .allSatisfy(line -> assertThat(JsonText.readObject(line))
                        .containsEntry("run_name", "digits ***/0")
                        .containsKeys("step", "loss", "learning_rate", "grad_norm", "gpu_memory_mb", "timestamp")
                        .containsKeys("model_name", "task_type"));
        assertThat(json("result.json")).containsEntry("end", "TRAINED").containsEntry("lastStep", 6L);
    }

    @Test
    void stopsAsToldAndPackagesTheBestSoFar() throws Exception {
        verdict = report -> report.seq() < 3 ? ReportReply.PROCEED : new ReportReply(Signal.STOP, "below median");

        int code = run(spec(1, Map.of("epochs", 5000), Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(reports).hasSize(3);
        assertThat(CheckpointStore.open(folder.resolve("checkpoints")).steps()).contains(3L);
        assertThat(folder.resolve("model/MLmodel")).exists();
        assertThat(json("result.json")).containsEntry("end", "TOLD_TO_STOP").containsEntry("reason", "below median");
    }

    @Test
    void leavesEverythingAloneOnceTheLeaseIsLost() throws Exception {
        status = 409;

        int code = run(spec(1, Map.of("epochs", 5000), Optional.empty()));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(reports).hasSize(1);
        assertThat(CheckpointStore.open(folder.resolve("checkpoints")).steps()).isEmpty();
        assertThat(folder.resolve("model")).doesNotExist();
    }

    @Test
    void refusesAnUnknownParameterInOneSentence() throws Exception {
        int code = run(spec(1, Map.of("learningrate", 0.1), Optional.empty()));

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
        Process process = launch(spec(1, params, Optional.empty()));
        await().atMost(Duration.ofMinutes(1)).until(() -> reports.size() >= 5);
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(TrialCommandLine.EXIT_TERMINATED);
        assertThat(folder.resolve("model")).doesNotExist();
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
        long step = store.steps().getLast();
        assertThat(step).isEqualTo(reports.getLast().points().get(0).step()).isLessThan(60);

        int code = run(spec(2, params, Optional.of(store.folder(step))));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_DONE);
        List<TrialReport> resumed = List.copyOf(reports);
        assertThat(resumed)
                .as(Files.readString(folder.resolve("log")))
                .extracting(report -> report.points().get(0).step())
                .doesNotHaveDuplicates()
                .hasSize(60);
        reports.clear();
        assertThat(run(spec(3, params, Optional.empty()))).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(resumed.stream().map(TrialMainTest::losses))
                .containsExactlyElementsOf(
                        reports.stream().map(TrialMainTest::losses).toList());
    }

    @Test
    void keepsRunningWhateverItsCallbacksDoAndPackagesTheAverage() throws Exception {
        int code = run(spec(
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

        assertThat(code).as(Files.readString(folder.resolve("log"))).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(reports)
                .hasSize(6)
                .last()
                .satisfies(report -> assertThat(report.points().get(0).values())
                        .containsKeys("grad_norm", "clipped_share", "samples_per_second", "heap_mb"));
        assertThat(journal(1).stream()
                        .filter(JournalEntry.Tags.class::isInstance)
                        .flatMap(entry -> ((JournalEntry.Tags) entry).values().entrySet().stream())
                        .map(Map.Entry::toString))
                .contains("sluice.callback_off.json-lines=after 2 failures", "sluice.callback_failures.json-lines=2");
        assertThat(folder.resolve("tensorboard")).isNotEmptyDirectory();
        assertThat(Files.readString(folder.resolve("log")))
                .contains("state=off")
                .doesNotContain("lease-secret-1");
        double judged = reports.stream()
                .mapToDouble(report -> report.points().get(0).values().getOrDefault("val_accuracy", 0.0))
                .max()
                .orElse(0);
        assertThat(judged).isGreaterThan(0.9);
        assertThat(json("model/holdout.json"))
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
