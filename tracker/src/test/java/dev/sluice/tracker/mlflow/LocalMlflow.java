package dev.sluice.tracker.mlflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A real MLflow server in a folder, on a port of its own that it keeps when it is killed and started again. */
public final class LocalMlflow implements AutoCloseable {
    private static final String VERSION = "3.17.0";
    private static final Duration BOOT = Duration.ofMinutes(3);

    private static @Nullable LocalMlflow shared;

    private final String version;
    private final List<String> options;
    private final Map<String, String> environment;
    private final Path folder;
    private final int port;
    private @Nullable Process process;

    public LocalMlflow(Path folder) throws IOException {
        this(folder, VERSION, List.of());
    }

    /**
     * A server of a certain version.
     *
     * @param options further words of {@code mlflow server}
     */
    public LocalMlflow(Path folder, String version, List<String> options) throws IOException {
        this(folder, version, options, Map.of());
    }

    /**
     * A server of a certain version.
     *
     * @param options further words of {@code mlflow server}
     * @param environment variables beside those of this process
     */
    LocalMlflow(Path folder, String version, List<String> options, Map<String, String> environment) throws IOException {
        this.environment = Map.copyOf(environment);
        this.version = version;
        this.options = List.copyOf(options);
        this.folder = Files.createDirectories(folder);
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = socket.getLocalPort();
        }
    }

    /** One server for all tests of this Java process that do not kill it. */
    public static synchronized LocalMlflow shared() {
        if (shared == null) {
            try {
                Path folder = Files.createTempDirectory("sluice-mlflow-");
                LocalMlflow server = new LocalMlflow(folder);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    server.kill();
                    deleteFolder(folder);
                }));
                server.start();
                shared = server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return shared;
    }

    private static void deleteFolder(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // It lies in the system's folder for temporary files.
        }
    }

    /** The Python of the virtual environment that {@code ./sluice test} installs. */
    public static Path python() {
        return python(VERSION);
    }

    static Path python(String version) {
        String name = "mlflow-" + version;
        Path python = tool(name).resolve("bin/python");
        if (!Files.isExecutable(python)) {
            throw new AssertionError("These tests need a real MLflow server, and there is no " + python
                    + ". Run ./sluice test, which installs that of the everyday suite, or: python3 scripts/install_mlflow.py "
                    + tool(name).getParent() + " " + version);
        }
        return python;
    }

    /** Where something that tests need is installed. */
    static Path tool(String name) {
        Path cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".cache"));
        Path tools =
                Optional.ofNullable(System.getenv("SLUICE_TOOLS")).map(Path::of).orElse(cache.resolve("sluice"));
        return tools.resolve(name);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    public Path folder() {
        return folder;
    }

    /** Starts the server and waits until it answers. */
    public void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                python(version).toString(),
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--workers",
                "1",
                "--backend-store-uri",
                "sqlite:///" + folder.resolve("mlflow.db"),
                "--artifacts-destination",
                folder.resolve("artifacts").toString()));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        Path log = folder.resolve("server.log");
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .directory(folder.toFile());
        Process started = builder.start();
        process = started;
        long deadline = System.nanoTime() + BOOT.toNanos();
        while (!isHealthy()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                kill();
                throw new AssertionError("MLflow did not start: " + Files.readString(log));
            }
        }
    }

    private boolean isHealthy() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri().resolve("/health"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            if (http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
                return true;
            }
            Thread.sleep(200);
            return false;
        } catch (IOException e) {
            try {
                Thread.sleep(200);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the server and its workers as {@code kill -9} does. */
    public synchronized void kill() {
        Process running = process;
        if (running == null) {
            return;
        }
        List<ProcessHandle> all = new ArrayList<>(running.descendants().toList());
        all.add(running.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
        process = null;
    }

    @Override
    public void close() {
        kill();
    }
}
