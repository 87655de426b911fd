package dev.sluice.trainer.callback;

import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends one JSON object a line to a file of the trial, for each epoch and each log within it: for tools that follow a
 * log. Every line has {@code step}, {@code epoch}, {@code timestamp} and the labels ({@code run_name},
 * {@code model_name}, {@code task_type}); those of logs and epochs also {@code loss}, {@code learning_rate},
 * {@code grad_norm} and {@code gpu_memory_mb}.
 */
public final class JsonLinesLog implements Callback {
    private final String name;
    private final Path file;
    private final Map<String, String> labels;
    private final int everySteps;
    private final Secrets secrets;
    private Map<String, Double> ofEpoch = Map.of();

    /**
     * A log to a file.
     *
     * @param name the callback's name
     * @param file appended to; made, with its folder, when the first line comes
     * @param labels put into every line, e.g. {@code run_name}
     * @param everySteps steps between the lines within an epoch; 0: lines at the ends of epochs alone
     */
    public JsonLinesLog(String name, Path file, Map<String, String> labels, int everySteps, Secrets secrets) {
        if (everySteps < 0) {
            throw new IllegalArgumentException("everySteps must be >= 0, was " + everySteps);
        }
        this.name = name;
        this.file = file;
        this.labels = new LinkedHashMap<>(labels);
        this.everySteps = everySteps;
        this.secrets = secrets;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "json-lines",
                "Appends one JSON object a line to a file in the trial's folder, for each epoch and, if asked, for steps.",
                List.of(
                        OptionSpec.text(
                                "file", "The file, relative to the trial's folder, within it.", "logging.jsonl"),
                        OptionSpec.whole(
                                "everySteps",
                                "Steps between the lines within an epoch; 0: a line at each epoch's end alone.",
                                0,
                                Range.closed(0, 1_000_000_000))),
                (name, options, setting) -> new JsonLinesLog(
                        name,
                        setting.within(name + ".file", options.text("file")),
                        setting.labels(),
                        options.whole("everySteps"),
                        setting.secrets()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isOnlooker() {
        return true;
    }

    @Override
    public int logEverySteps() {
        return everySteps;
    }

    @Override
    public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
        if (entry.atEpochEnd()) {
            ofEpoch = entry.values(); // part of the epoch's line
            return;
        }
        Map<String, Object> line = line(progress, entry.epoch());
        line.putAll(entry.values());
        append(line, entry.at());
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (!result.atEpochEnd()) {
            Map<String, Object> line =
                    line(progress, progress.epoch() + (double) progress.batch() / progress.batchesPerEpoch());
            line.putAll(result.values());
            append(line, result.at());
        }
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        Map<String, Object> line = line(progress, result.epoch());
        line.putAll(ofEpoch);
        result.metric("train_loss").ifPresent(loss -> line.put("loss", loss));
        line.putAll(result.metrics());
        ofEpoch = Map.of();
        append(line, result.at());
    }

    @Override
    public void alert(Alert alert, TrainingProgress progress) {
        Map<String, Object> line =
                line(progress, progress.epoch() + (double) progress.batch() / progress.batchesPerEpoch());
        line.put("alert", alert.callback() + ": " + alert.message());
        append(line, Instant.now());
    }

    private static Map<String, Object> line(TrainingProgress progress, Object epoch) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", progress.globalStep());
        line.put("epoch", epoch);
        return line;
    }

    private void append(Map<String, Object> line, Instant at) {
        line.put("timestamp", at.toString());
        line.putAll(labels);
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(
                    file,
                    JsonText.write(secrets.cleanTree(line)) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
