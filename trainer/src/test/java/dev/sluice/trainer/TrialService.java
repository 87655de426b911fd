package dev.sluice.trainer;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialObjective;
import dev.sluice.trainer.protocol.TrialReport;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** A service of a few lines: starts attempts of one trial as real processes in a folder, and takes their reports. */
final class TrialService implements AutoCloseable {
    static final String TOKEN = "lease-secret-1";

    private static final int MOST_MINUTES = "1".equals(System.getenv("SLUICE_LONG")) ? 20 : 2;

    final List<TrialReport> reports = new CopyOnWriteArrayList<>();
    volatile Function<TrialReport, ReportReply> verdict = report -> ReportReply.PROCEED;
    volatile int status = 200;

    private final Path folder;
    private final HttpServer server;

    TrialService(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/reports", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            TrialReport report = TrialReport.ofTree(JsonText.readObject(body));
            reports.add(report);
            byte[] answer = JsonText.write(verdict.apply(report).toTree()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** A trial of the digits with an MLP. */
    TrialSpec spec(
            int attempt,
            Map<String, Object> params,
            Optional<Path> resumeFrom,
            List<Map<String, Object>> callbacks,
            Map<String, Object> checkpoints) {
        return spec(
                attempt,
                params,
                resumeFrom,
                Map.of(
                        "trainer",
                        Map.of(
                                "task", "digits",
                                "model", "mlp",
                                "callbacks", callbacks),
                        "checkpoints",
                        checkpoints),
                Optional.empty());
    }

    /** A trial of any task. */
    TrialSpec spec(
            int attempt,
            Map<String, Object> params,
            Optional<Path> resumeFrom,
            Map<String, Object> section,
            Optional<Path> dataRoot) {
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new TrialSpec(
                "0199",
                "digits " + TOKEN, // which must not get into any file
                UUID.fromString("01890000-0000-7000-8000-000000000001"),
                0,
                attempt,
                params,
                42,
                List.of(new TrialObjective("val_accuracy", true, true)),
                section,
                resumeFrom,
                folder.resolve("checkpoints"),
                base.resolve("/reports"),
                base.resolve("/heartbeat"),
                20,
                folder.resolve("journal/attempt-" + attempt + ".journal"),
                folder.resolve("reports-" + attempt + ".jsonl"),
                folder,
                "",
                1,
                dataRoot);
    }

    /** A process that runs this attempt; what it says goes to the file {@code log}. */
    Process launch(TrialSpec spec) throws IOException {
        return launch(spec, List.of());
    }

    private Process launch(TrialSpec spec, List<Path> jars) throws IOException {
        Path file = folder.resolve("trial.json");
        Files.writeString(file, JsonText.write(spec.toTree()));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(TrialCommandLine.javaOptions());
        command.add("-Djava.io.tmpdir=" + folder); // libraries unpacked there go with the folder
        command.add("-cp");
        StringBuilder classPath = new StringBuilder(System.getProperty("java.class.path"));
        jars.forEach(jar -> classPath.append(File.pathSeparator).append(jar));
        command.add(classPath.toString());
        command.add(TrialCommandLine.MAIN_CLASS);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put(TrialSpec.FILE_VARIABLE, file.toString());
        builder.environment().put(TrialSpec.TOKEN_VARIABLE, TOKEN);
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    /** Runs this attempt to its end; gives the exit code. */
    int run(TrialSpec spec) throws IOException, InterruptedException {
        return run(spec, List.of());
    }

    /** Runs this attempt to its end with more jars on its class path; gives the exit code. */
    int run(TrialSpec spec, List<Path> jars) throws IOException, InterruptedException {
        Process process = launch(spec, jars);
        if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("the trial did not end: " + log());
        }
        return process.exitValue();
    }

    /** What the last attempt said. */
    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    List<JournalEntry> journal(int attempt) throws IOException {
        return JournalReader.of(folder.resolve("journal/attempt-" + attempt + ".journal")).read(0, 10_000).stream()
                .map(Numbered::value)
                .toList();
    }

    Map<String, Object> json(String file) throws IOException {
        return JsonText.readObject(Files.readString(folder.resolve(file)));
    }

    /** The complete checkpoints, as the service finds them: by their names, rising. */
    List<Path> checkpoints() throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.filter(entry -> CheckpointName.of(entry).isPresent())
                    .sorted(Comparator.comparing(
                            entry -> CheckpointName.of(entry).orElseThrow()))
                    .toList();
        }
    }

    /** What was reported of a step and does not depend on the machine's speed. */
    static Map<String, Double> timeless(TrialReport.Point point) {
        Map<String, Double> values = new LinkedHashMap<>(point.values());
        values.keySet().removeIf(name -> name.endsWith("_seconds") || name.endsWith("_second") || name.endsWith("_mb"));
        return values;
    }
}
