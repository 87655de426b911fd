package dev.sluice.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Python that MLflow is installed in: another program than ours, which must get on with what we made. */
public final class Python {
    private Python() {}

    /** A model behind {@code mlflow models serve}, until it is closed. */
    public static final class Served implements AutoCloseable {
        private final Process process;
        private final Path log;
        private final Rest rest;

        private Served(Process process, Path log, Rest rest) {
            this.process = process;
            this.log = log;
            this.rest = rest;
        }

        /** What the model says to these inputs, as JSON. */
        public JsonNode predict(Object inputs) {
            return rest.post("/invocations", Map.of("inputs", inputs))
                    .expect(200)
                    .json()
                    .path("predictions");
        }

        private boolean isReady() {
            if (!process.isAlive()) {
                throw new AssertionError("mlflow models serve has ended, see " + log);
            }
            try {
                return rest.get("/ping").status() == 200;
            } catch (UncheckedIOException notYet) {
                return false;
            }
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Serves a model as a user would, in the environment that MLflow is installed in. */
    public static Served serve(URI mlflow, String model) {
        var log = Build.folder("served").resolve("serve.log");
        try {
            int port;
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }
            var python = Build.python();
            var builder = new ProcessBuilder(
                            python.toString(),
                            "-m",
                            "mlflow",
                            "models",
                            "serve",
                            "--model-uri",
                            model,
                            "--env-manager",
                            "local",
                            "--host",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            var environment = builder.environment();
            environment.put("MLFLOW_TRACKING_URI", mlflow.toString());
            environment.put("MLFLOW_DISABLE_TELEMETRY", "true");
            // It calls programs of its environment by name.
            environment.merge("PATH", "", (path, none) -> python.getParent() + ":" + path);
            var served = new Served(builder.start(), log, Rest.at(URI.create("http://127.0.0.1:" + port)));
            Waiting.until("the model to be served, see " + log, Waiting.LONG, served::isReady, ready -> ready);
            return served;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script against an MLflow server; the last line that it prints is JSON, and the answer. */
    public static JsonNode run(URI mlflow, String script, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Build.python().toString());
        command.add("-c");
        command.add(script);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("MLFLOW_TRACKING_URI", mlflow.toString());
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        try {
            Path errors = Files.createTempFile("python", ".log");
            var process = builder.redirectError(errors.toFile()).start();
            var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("Python failed:\n" + Files.readString(errors));
            }
            Files.delete(errors);
            return Json.read(printed.lines().reduce("", (before, line) -> line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
