package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.Suggestion;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a callback may know of the trial that it is made for.
 *
 * @param folder the trial's folder; files that a callback writes belong there
 * @param objective the metric that the search optimises
 * @param objectiveMode which way that one gets better
 * @param metrics the metrics measured each epoch
 * @param labels words for logs: {@code run_name}, {@code model_name}, {@code task_type}
 */
public record CallbackSetting(
        Path folder, String objective, Mode objectiveMode, List<String> metrics, Map<String, String> labels) {
    /** Copies the collections. */
    public CallbackSetting {
        metrics = List.copyOf(metrics);
        labels = Map.copyOf(labels);
    }

    /**
     * Checks that a metric is measured each epoch.
     *
     * @throws IllegalArgumentException naming {@code what} asks for it, and the metrics there are
     */
    public void requireMeasured(String what, String metric) {
        if (!metrics.contains(metric)) {
            throw new IllegalArgumentException(what + " is \"" + metric + "\", which no epoch measures"
                    + Suggestion.of(metric, metrics) + "; measured are " + String.join(", ", metrics));
        }
    }

    /**
     * Which way a metric gets better: the objective's way for the objective, else by its name.
     *
     * @throws IllegalArgumentException if the name does not tell
     */
    public Mode modeOf(String what, String metric) {
        if (metric.equals(objective)) {
            return objectiveMode;
        }
        String name = metric.toLowerCase(Locale.ROOT);
        if (name.contains("loss") || name.contains("error") || name.contains("seconds")) {
            return Mode.MIN;
        }
        if (name.contains("acc") || name.contains("auc") || name.contains("f1") || name.contains("score")) {
            return Mode.MAX;
        }
        throw new IllegalArgumentException(what + ": whether \"" + metric
                + "\" gets better by falling or rising must be said by mode: min or max");
    }
}
