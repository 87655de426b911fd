package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes event files that TensorBoard shows: the values of logs and epochs over optimizer steps, alerts and the run's
 * labels as texts. Each attempt has a file of its own; that of one which goes on from a checkpoint takes the place of
 * what the one before wrote after it.
 */
public final class TensorBoardLog implements Callback {
    private final String name;
    private final Path folder;
    private final Map<String, String> labels;
    private final int everySteps;
    private final Secrets secrets;
    private @Nullable EventFile file;
    private long begunAt;

    /**
     * A log to a folder.
     *
     * @param name the callback's name
     * @param folder where the event files are put; made when the first one comes
     * @param labels shown as text, e.g. {@code run_name}
     * @param everySteps steps between the values within an epoch; 0: values at the ends of epochs alone
     */
    public TensorBoardLog(String name, Path folder, Map<String, String> labels, int everySteps, Secrets secrets) {
        if (everySteps < 0) {
            throw new IllegalArgumentException("everySteps must be >= 0, was " + everySteps);
        }
        this.name = name;
        this.folder = folder;
        this.labels = new LinkedHashMap<>(labels);
        this.everySteps = everySteps;
        this.secrets = secrets;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "tensorboard",
                "Writes event files for TensorBoard into a folder of the trial.",
                List.of(
                        OptionSpec.text(
                                "folder", "The folder, relative to the trial's folder, within it.", "tensorboard"),
                        OptionSpec.whole(
                                "everySteps",
                                "Steps between the values within an epoch; 0: values at each epoch's end alone.",
                                10,
                                Range.closed(0, 1_000_000_000))),
                (name, options, setting) -> new TensorBoardLog(
                        name,
                        setting.within(name + ".folder", options.text("folder")),
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
    public void trainBegin(TrainingProgress progress, TrainingControl control) {
        begunAt = progress.globalStep();
    }

    @Override
    public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
        scalars(entry.step(), entry.at(), entry.values());
    }

    @Override
    public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
        if (!result.atEpochEnd()) {
            scalars(progress.globalStep(), result.at(), result.values());
        }
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        Map<String, Double> values = new LinkedHashMap<>(result.metrics());
        values.remove("learning_rate"); // the epoch's log has it, at the same step
        values.remove("grad_norm");
        values.put("epoch", (double) result.epoch());
        scalars(progress.globalStep(), result.at(), values);
    }

    @Override
    public void alert(Alert alert, TrainingProgress progress) {
        try {
            opened().text(
                            progress.globalStep(),
                            Instant.now(),
                            "alert/" + alert.callback(),
                            secrets.clean(alert.message()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        close();
    }

    @Override
    public void trainFailed(Throwable cause, TrainingProgress progress) {
        close();
    }

    private void scalars(long step, Instant at, Map<String, Double> values) {
        try {
            opened().scalars(step, at, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EventFile opened() throws IOException {
        EventFile opened = file;
        if (opened == null) {
            Instant now = Instant.now();
            opened = new EventFile(
                    folder.resolve(String.format(
                            Locale.ROOT,
                            "events.out.tfevents.%010d.sluice.%d.%s",
                            now.getEpochSecond(),
                            ProcessHandle.current().pid(),
                            name)),
                    now);
            file = opened;
            opened.begin(begunAt + 1, now);
            for (Map.Entry<String, String> label : labels.entrySet()) {
                opened.text(begunAt, now, label.getKey(), secrets.clean(label.getValue()));
            }
        }
        return opened;
    }

    private void close() {
        try {
            if (file != null) {
                file.close();
                file = null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
