package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads a promoted model back in Python, with the MLflow of the tools folder: {@code scripts/read_champion.py}. */
final class ChampionReader {
    private static final String VERSION = "3.17.0";
    private static final long LIMIT_MINUTES = 5;

    private ChampionReader() {}

    /** What the script found; a {@link CommandFailure} where the model is not what it should be. */
    static JsonNode read(CommandContext context, String trackingUri, JsonNode promotion, ProgressLine progress)
            throws IOException, InterruptedException {
        Path python = tools(context).resolve("mlflow-" + VERSION).resolve("bin/python");
        if (!Files.isExecutable(python)) { // the tracking server is not the local one
            progress.update("installing MLflow %s for Python, to read the champion back".formatted(VERSION));
            Process install = new ProcessBuilder(
                            "python3",
                            context.home().resolve("scripts/install_mlflow.py").toString(),
                            tools(context).toString(),
                            VERSION)
                    .inheritIO()
                    .start();
            if (install.waitFor() != 0) {
                throw CommandFailure.failed("the champion cannot be read back: there is no " + python);
            }
        }
        progress.update("reading the champion back in Python");
        Path errors = Files.createTempFile("read-champion", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            python.toString(),
                            context.home().resolve("scripts/read_champion.py").toString(),
                            promotion.path("model").asText(),
                            promotion.path("alias").asText(),
                            promotion.path("version").asText()))
                    .redirectError(errors.toFile());
            builder.environment().put("MLFLOW_TRACKING_URI", trackingUri);
            builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
            builder.environment().put("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false");
            Process process = builder.start();
            process.getOutputStream().close();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw CommandFailure.failed("Python did not read the champion within %d min".formatted(LIMIT_MINUTES));
            }
            if (process.exitValue() != 0) {
                List<String> said = Files.readAllLines(errors);
                throw CommandFailure.of(
                        CommandFailure.FAILED,
                        "the champion could not be read back in Python:",
                        said.subList(Math.max(0, said.size() - 15), said.size()));
            }
            return new ObjectMapper().readTree(answer);
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    /** The folder for tools that Sluice installs, shared by all its working trees. */
    private static Path tools(CommandContext context) {
        return context.variable("SLUICE_TOOLS")
                .map(Path::of)
                .orElseGet(() -> context.variable("XDG_CACHE_HOME")
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("sluice"));
    }
}
