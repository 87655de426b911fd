package dev.sluice.endtoend.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The packaged service as a process, on a data folder and a port of its own. It may be killed and started again on the
 * same data. What is left of it and of its trials is ended at close, and when this JVM ends. Not thread-safe.
 */
public final class Service implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(4);
    private static final List<String> OURS = List.of("SLUICE_", "MLFLOW_", "QUARKUS_", "JAVA_TOOL_OPTIONS");

    private final Path folder;
    private final int port;
    private final Map<String, String> settings;
    private final Optional<String> token;
    private Optional<Process> process = Optional.empty();
    private int starts;

    private final Optional<Path> programs;

    private Service(
            Path folder, int port, Map<String, String> settings, Optional<String> token, Optional<Path> programs) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
        this.settings = settings;
        this.token = token;
    }

    /** A service that is not started yet, with a new and empty data folder of that name. */
    public static Builder named(String name) {
        return new Builder(Build.folder(name));
    }

    /** What a service is started with. */
    public static final class Builder {
        private final Path folder;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private Optional<String> token = Optional.empty();
        private Optional<Path> programs = Optional.empty();

        private Builder(Path folder) {
            this.folder = folder;
            // More slots than processors: most trials here do nothing but wait.
            settings.put("sluice.devices.cpus", "8");
        }

        /** A property of the service. */
        public Builder with(String property, String value) {
            settings.put(property, value);
            return this;
        }

        /** A folder whose programs come before all others on its path. */
        public Builder programsIn(Path folder) {
            programs = Optional.of(folder);
            return this;
        }

        /** A token, given in the environment as users give it. */
        public Builder token(String secret) {
            token = Optional.of(secret);
            return this;
        }

        public Builder withoutMlflow() {
            return with("sluice.mlflow.enabled", "false");
        }

        /** Ships to a server that somebody else runs. */
        public Builder shippingTo(Mlflow mlflow) {
            return with("sluice.mlflow.uri", mlflow.uri().toString());
        }

        /** Starts it and waits until it is ready. */
        public Service start() {
            var service = new Service(folder, freePort(), Map.copyOf(settings), token, programs);
            Runtime.getRuntime().addShutdownHook(new Thread(service::killAll, "end-of-" + folder.getFileName()));
            service.restart();
            return service;
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    public Path data() {
        return folder.resolve("data");
    }

    /** The folder of a trial: its working directory. */
    public Path trialFolder(String trialId) {
        return data().resolve("trials").resolve(trialId);
    }

    /** Calls the service, with its token where it has one. */
    public Rest rest() {
        return token.map(t -> Rest.at(uri()).with(t)).orElseGet(() -> Rest.at(uri()));
    }

    /** SIGKILL to the service's own process: MLflow and trials live on. */
    public void kill() {
        process.ifPresent(p -> {
            p.destroyForcibly();
            await(p);
        });
        process = Optional.empty();
    }

    /** SIGTERM, and waits for the end. */
    public void terminate() {
        process.ifPresent(p -> {
            p.destroy();
            await(p);
        });
        process = Optional.empty();
    }

    /** Starts it on the same data and port, and waits until it is ready. */
    public void restart() {
        if (process.isPresent()) {
            throw new IllegalStateException("it runs already");
        }
        starts++;
        var log = folder.resolve("service-" + starts + ".log");
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dsluice.data=" + data(),
                "-Dsluice.trainer.home=" + Build.trainer(),
                "-Dquarkus.http.port=" + port));
        settings.forEach((property, value) -> command.add("-D" + property + "=" + value));
        command.add("-jar");
        command.add(Build.service().toString());
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> OURS.stream().anyMatch(name::startsWith) && !name.equals("SLUICE_TOOLS"));
        programs.ifPresent(
                first -> builder.environment().merge("PATH", first.toString(), (path, folder) -> folder + ":" + path));
        token.ifPresent(t -> builder.environment().put("SLUICE_TOKEN", t));
        try {
            var started = builder.start();
            process = Optional.of(started);
            Waiting.until("the service to be ready, see " + log, READY, () -> isReady(started), ready -> ready);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it where a test that failed has left it killed. */
    public void ensureRunning() {
        if (process.isEmpty()) {
            restart();
        }
    }

    /** Waits until the service says that MLflow is up, and gives it. */
    public Mlflow mlflow() {
        var tracking = Waiting.until(
                "MLflow to be up",
                Waiting.LONG,
                () -> rest().get("/api/v1/tracking").expect(200).json(),
                answer -> answer.path("state").asText().equals("UP"));
        return Mlflow.at(URI.create(tracking.path("uri").asText()), data().resolve("mlflow/pid"));
    }

    /** Submits a sweep file in YAML. */
    public Sweep submit(String yaml) {
        var answer =
                rest().send("POST", "/api/v1/sweeps", "application/yaml", yaml).expect(201);
        return new Sweep(this, answer.json().path("id").asText());
    }

    /** Submits a sweep file in JSON. */
    public Sweep submit(Map<String, Object> file) {
        var answer = rest().post("/api/v1/sweeps", file).expect(201);
        return new Sweep(this, answer.json().path("id").asText());
    }

    /** A sweep that somebody else has submitted. */
    public Sweep sweep(String id) {
        return new Sweep(this, id);
    }

    /** How many files and connections its process has open. */
    public int openFiles() {
        try (var open =
                Files.list(Path.of("/proc", Long.toString(process.orElseThrow().pid()), "fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the service has logged since its last start. */
    public String log() {
        try {
            return Files.readString(folder.resolve("service-" + starts + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        terminate();
        killAll();
    }

    private boolean isReady(Process started) {
        if (!started.isAlive()) {
            throw new AssertionError("the service ended while it started:\n" + log());
        }
        try {
            return Rest.at(uri()).get("/q/health/ready").status() != 503;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private void killAll() {
        process.ifPresent(Process::destroyForcibly);
        for (var left = Processes.carrying(data().toString());
                !left.isEmpty();
                left = Processes.carrying(data().toString())) {
            left.forEach(Processes::kill);
            Thread.onSpinWait();
        }
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the service did not end within a minute of being asked to");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
