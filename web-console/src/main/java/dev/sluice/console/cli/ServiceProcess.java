package dev.sluice.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A service of the demo's own: {@code ./sluice serve} as a child process, ended with this one. Its output goes to
 * {@code service.out} in the data folder.
 */
final class ServiceProcess implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(90);
    private static final int LINES_SHOWN = 15;

    private final Process process;
    private final Path log;
    /** Where this service's output begins in the log. */
    private final long logBegin;

    private final Thread endWithUs;
    private volatile Runnable beforeStop = () -> {};

    private ServiceProcess(Process process, Path log, long logBegin) {
        this.process = process;
        this.log = log;
        this.logBegin = logBegin;
        this.endWithUs = new Thread(this::stop, "stop-service");
        Runtime.getRuntime().addShutdownHook(endWithUs);
    }

    static ServiceProcess start(Path home, int port, Path data) throws IOException {
        Path log = data.resolve("service.out");
        // Appended to: another service may be serving this very folder, and writing there.
        long logBegin = Files.exists(log) ? Files.size(log) : 0;
        // In a session of its own, so that a Ctrl-C reaches this process alone, which then ends the service in order.
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(List.of(
                home.resolve("sluice").toString(),
                "serve",
                "--port",
                Integer.toString(port),
                "--data",
                data.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process.getOutputStream().close();
        return new ServiceProcess(process, log, logBegin);
    }

    void awaitReady(ServiceClient client, ProgressLine progress, Duration limit) throws InterruptedException {
        Instant begun = Instant.now();
        while (true) {
            Duration waited = Duration.between(begun, Instant.now());
            progress.update("starting the service (%s)".formatted(Figures.of(waited)));
            if (process.waitFor(300, TimeUnit.MILLISECONDS)) {
                progress.close();
                throw ended();
            }
            if (client.isReady()) {
                return;
            }
            if (waited.compareTo(limit) > 0) {
                throw CommandFailure.failed(
                        "the service was not ready within %s; its output is %s".formatted(Figures.of(limit), log));
            }
        }
    }

    /** Waits until the service ends by itself, which is not what was asked for. */
    int awaitEnd() throws InterruptedException {
        process.waitFor();
        throw ended();
    }

    private CommandFailure ended() {
        List<String> lines;
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(logBegin);
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        // The start script's own sentence says it best.
        if (!lines.isEmpty() && lines.get(lines.size() - 1).startsWith("sluice: ")) {
            return CommandFailure.failed(lines.get(lines.size() - 1).substring("sluice: ".length()));
        }
        return CommandFailure.of(
                CommandFailure.FAILED,
                "the service ended with exit code %d; the last lines of %s:".formatted(process.exitValue(), log),
                lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
    }

    /** Asks the service to end, and waits for it: it ends its local MLflow last. */
    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(endWithUs);
        } catch (IllegalStateException alreadyEnding) {
            // then the hook did the same
        }
    }

    /** What is done while the service still answers, before it is ended for whatever reason. */
    void beforeStop(Runnable action) {
        beforeStop = action;
    }

    private void stop() {
        if (process.isAlive()) {
            beforeStop.run();
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
