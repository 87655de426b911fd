package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * An MLflow server that no service looks after: on a folder and a port that it keeps when it is killed and started
 * again. Not thread-safe.
 */
public final class OwnMlflow implements AutoCloseable {
    private static final Duration BOOT = Duration.ofMinutes(3);

    private final Path folder;
    private final int port;
    private volatile Optional<Process> process = Optional.empty();

    private OwnMlflow(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts a server with a new and empty store, and waits until it answers. */
    public static OwnMlflow started(String name) {
        var server = new OwnMlflow(Build.folder(name), Service.freePort());
        Runtime.getRuntime().addShutdownHook(new Thread(server::kill, "end-of-" + name));
        server.start();
        return server;
    }

    /** What it answers. */
    public Mlflow mlflow() {
        return Mlflow.at(URI.create("http://127.0.0.1:" + port), folder.resolve("pid"));
    }

    /** Starts it on the store that it had, and waits until it answers. */
    public void start() {
        var builder = new ProcessBuilder(
                        Build.python().toString(),
                        "-m",
                        "mlflow",
                        "server",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--workers",
                        "1",
                        "--backend-store-uri",
                        "sqlite:///" + folder.resolve("mlflow.db"),
                        "--artifacts-destination",
                        folder.resolve("artifacts").toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("server.log").toFile()));
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        try {
            var started = builder.start();
            process = Optional.of(started);
            Files.writeString(folder.resolve("pid"), Long.toString(started.pid()));
            Waiting.until("MLflow to answer", BOOT, () -> answers(started), answers -> answers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers(Process started) {
        if (!started.isAlive()) {
            throw new AssertionError("MLflow ended while it started, see " + folder.resolve("server.log"));
        }
        return mlflow().isWell();
    }

    /** SIGKILL to the server and all of its processes. */
    public void kill() {
        process.ifPresent(server -> {
            var all = new ArrayList<>(server.descendants().toList());
            all.add(server.toHandle());
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(each -> each.onExit().join());
        });
        process = Optional.empty();
    }

    @Override
    public void close() {
        kill();
    }
}
