package dev.sluice.trainer.task;

import dev.sluice.trainer.data.Fold;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Options;
import dev.sluice.trainer.option.Suggestion;
import java.util.List;
import java.util.Map;

/**
 * Something that can be trained: data, and models for it with their parameters. Tasks beside those that come with the trainer
 * are found by {@link java.util.ServiceLoader}: a class with a public constructor without parameters, named in
 * {@code META-INF/services/dev.sluice.trainer.task.TrainingTask} of a jar on the trial's class path. Thread-safe.
 */
public interface TrainingTask {
    /** The word for it in a sweep file. */
    String name();

    /** What it is, in one sentence. */
    String doc();

    /** What a sweep file can say of it, the same for all trials; e.g. which data set. */
    default List<OptionSpec> options() {
        return List.of();
    }

    /** The models that can be trained on it. */
    List<Model> models();

    /** Metrics measured at each epoch; where nothing else is said, those of a classification. */
    default List<String> epochMetrics() {
        return List.of("train_loss", "learning_rate", "val_loss", "val_accuracy", "epoch_seconds");
    }

    /** Metrics measured once, on the best checkpoint, at the end; where nothing else is said, those of a classification. */
    default List<String> finalMetrics() {
        return List.of("test_accuracy", "test_loss");
    }

    /**
     * Reads a trial's values into a plan.
     *
     * @param model one of {@link #models()}
     * @param params by parameter name; those left out take their defaults
     * @param setting what the sweep and the operator say
     * @throws IllegalArgumentException naming the parameter or the option that is unknown or out of its range, or what is wrong
     *     with the data
     */
    TrainingPlan plan(String model, Map<String, ?> params, TaskSetting setting);

    /**
     * The plans of a cross-validation. Left as it is, it shares out the rows of {@link #plan(String, Map, TaskSetting)} that
     * are not for testing, prepared as they are there; a task that prepares rows by what it finds in the training rows makes
     * a plan of its own for each fold.
     *
     * @return by fold
     */
    default List<TrainingPlan> plans(String model, Map<String, ?> params, TaskSetting setting, List<Fold> folds) {
        TrainingPlan whole = plan(model, params, setting);
        return folds.stream().map(whole::fold).toList();
    }

    /** As {@link #plan(String, Map, TaskSetting)} does, of a task that needs neither options nor data sets. */
    default TrainingPlan plan(String model, Map<String, ?> params) {
        return plan(model, params, TaskSetting.NONE);
    }

    /**
     * A trial's values for a model of this task; those left out take their defaults.
     *
     * @throws IllegalArgumentException naming the model or the parameter that is unknown, or out of its range
     */
    default Options parameters(String model, Map<String, ?> params) {
        List<String> names = models().stream().map(Model::name).toList();
        Model chosen = models().stream()
                .filter(candidate -> candidate.name().equals(model))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("task " + name() + " has no model \"" + model + "\""
                        + Suggestion.of(model, names) + "; it has " + String.join(", ", names)));
        return Options.read("task " + name() + ", model " + model, chosen.parameters(), params);
    }

    /**
     * What the sweep file says of this task; what it leaves out takes its default.
     *
     * @throws IllegalArgumentException naming the option that is unknown, or out of its range
     */
    default Options options(TaskSetting setting) {
        return Options.read("task " + name() + ", options", options(), setting.options());
    }

    /**
     * A model of a task.
     *
     * @param name the word for it in a sweep file
     * @param doc what it is, in one sentence
     * @param parameters what a trial can set
     */
    record Model(String name, String doc, List<OptionSpec> parameters) {
        /** Copies the parameters. */
        public Model {
            parameters = List.copyOf(parameters);
        }
    }
}
