package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.OptionSpec.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Shows on a terminal how far training has come: a bar with the loss, which is redrawn in place, and a line for each
 * epoch. Where nobody looks on it writes nothing.
 */
public final class ProgressBar implements Callback {
    private static final int WIDTH = 30;

    private final String name;
    private final Optional<Appendable> terminal;
    private final int everySteps;
    private final Secrets secrets;
    private int drawn;

    /**
     * A bar.
     *
     * @param name the callback's name
     * @param terminal where it is drawn; empty: nowhere
     * @param everySteps steps between drawings, >= 1
     */
    public ProgressBar(String name, Optional<Appendable> terminal, int everySteps, Secrets secrets) {
        if (everySteps < 1) {
            throw new IllegalArgumentException("everySteps must be >= 1, was " + everySteps);
        }
        this.name = name;
        this.terminal = terminal;
        this.everySteps = everySteps;
        this.secrets = secrets;
    }

    static CallbackType type() {
        return DeclaredType.of(
                "progress",
                "Shows a progress bar where the trial runs in a terminal.",
                List.of(OptionSpec.whole("everySteps", "Steps between drawings.", 10, Range.closed(1, 1_000_000_000))),
                (name, options, setting) ->
                        new ProgressBar(name, setting.terminal(), options.whole("everySteps"), setting.secrets()));
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
        return terminal.isPresent() ? everySteps : -1;
    }

    @Override
    public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
        double share = progress.epochs() == 0 ? 0 : Math.min(1, entry.epoch() / progress.epochs());
        int full = (int) Math.floor(share * WIDTH);
        StringBuilder bar = new StringBuilder("[")
                .append("=".repeat(full))
                .append(" ".repeat(WIDTH - full))
                .append(String.format(Locale.ROOT, "] %3.0f %% step %d", share * 100, entry.step()));
        entry.value("loss").ifPresent(loss -> bar.append(String.format(Locale.ROOT, " loss %.4g", loss)));
        draw(bar.toString());
    }

    @Override
    public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
        StringJoiner values = new StringJoiner(" ");
        for (Map.Entry<String, Double> metric : result.metrics().entrySet()) {
            values.add(metric.getKey() + " " + String.format(Locale.ROOT, "%.4g", metric.getValue()));
        }
        draw("epoch " + result.epoch() + "/" + progress.epochs() + " " + values);
        end();
    }

    @Override
    public void alert(Alert alert, TrainingProgress progress) {
        draw("! " + alert.callback() + ": " + alert.message());
        end();
    }

    @Override
    public void trainEnd(StopReason reason, TrainingProgress progress) {
        draw(reason.reason());
        end();
    }

    private void draw(String line) {
        String cleaned = secrets.clean(line);
        write("\r" + cleaned + " ".repeat(Math.max(0, drawn - cleaned.length())));
        drawn = cleaned.length();
    }

    private void end() {
        write("\n");
        drawn = 0;
    }

    private void write(String text) {
        try {
            if (terminal.isPresent()) {
                terminal.get().append(text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
