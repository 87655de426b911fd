package dev.sluice.endtoend.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Python that MLflow is installed in: another program than ours, which must get on with what we made. */
public final class Python {
    private Python() {}

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
