package dev.sluice.trainer.callback;

import dev.sluice.trainer.option.Suggestion;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a callback may know of the trial that it is made for.
 *
 * @param folder the trial's folder; files that a callback writes belong there
 * @param objective the metric that the search optimises
 * @param objectiveMode which way that one gets better
 * @param metrics the metrics measured each epoch
 * @param labels words for logs: {@code run_name}, {@code model_name}, {@code task_type}
 * @param secrets what no file, log or tag may hold
 * @param terminal where somebody looks on; empty where nobody does
 */
public record CallbackSetting(
        Path folder,
        String objective,
        Mode objectiveMode,
        List<String> metrics,
        Map<String, String> labels,
        Secrets secrets,
        Optional<Appendable> terminal) {
    /** Copies the collections, keeping their order. */
    public CallbackSetting {
        metrics = List.copyOf(metrics);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    /** A setting without secrets, at which nobody looks on. */
    public CallbackSetting(
            Path folder, String objective, Mode objectiveMode, List<String> metrics, Map<String, String> labels) {
        this(folder, objective, objectiveMode, metrics, labels, Secrets.none(), Optional.empty());
    }

    /**
     * Of one of several trainings of the trial: with a folder and a run's name of its own.
     *
     * @param member its name
     * @param ownMetrics the metrics that it measures each epoch
     */
    public CallbackSetting ofMember(String member, List<String> ownMetrics) {
        Map<String, String> own = new LinkedHashMap<>(labels);
        own.computeIfPresent("run_name", (label, run) -> run + "/" + member);
        return new CallbackSetting(
                folder.resolve(member), objective, objectiveMode, ownMetrics, own, secrets, terminal);
    }

    /**
     * A file or a folder of the trial.
     *
     * @param what asks for it, for the message
     * @param name relative to the trial's folder
     * @throws IllegalArgumentException if it does not lie within that folder
     */
    public Path within(String what, String name) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            Path path = root.resolve(name).normalize();
            if (path.startsWith(root) && !path.equals(root)) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(what + " must be a path, was \"" + name + "\"", e);
        }
        throw new IllegalArgumentException(what + " must lie within the trial's folder, was \"" + name + "\"");
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
