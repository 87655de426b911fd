package dev.sluice.trainer.callback;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** Appends one JSON object a line for each epoch to a file of the trial: for tools that follow a log. */
public final class JsonLinesLog implements Callback {
    private final String name;
    private final Path file;
    private final Map<String, String> labels;

    /**
     * A log to a file.
     *
     * @param name the callback's name
     * @param file appended to; made, with its folder, when the first line comes
     * @param labels put into every line, e.g. {@code run_name}
     */
    public JsonLinesLog(String name, Path file, Map<String, String> labels) {
        this.name = name;
        this.file = file;
        this.labels = Map.copyOf(labels);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", progress.globalStep());
        line.put("epoch", result.epoch());
        line.putAll(result.metrics());
        line.put("timestamp", result.at().toString());
        line.putAll(labels);
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, JsonText.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
