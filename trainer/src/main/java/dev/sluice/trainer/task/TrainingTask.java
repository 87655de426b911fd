package dev.sluice.trainer.task;

import dev.sluice.trainer.option.OptionSpec;
import java.util.List;
import java.util.Map;

/** Something that can be trained: data, and models for it with their parameters. Thread-safe. */
public interface TrainingTask {
    /** The word for it in a sweep file. */
    String name();

    /** What it is, in one sentence. */
    String doc();

    /** The models that can be trained on it. */
    List<Model> models();

    /** Metrics measured at each epoch. */
    List<String> epochMetrics();

    /** Metrics measured once, on the best checkpoint, at the end. */
    List<String> finalMetrics();

    /**
     * Reads a trial's values into a plan.
     *
     * @param model one of {@link #models()}
     * @param params by parameter name; those left out take their defaults
     * @throws IllegalArgumentException naming the parameter that is unknown or out of its range
     */
    TrainingPlan plan(String model, Map<String, ?> params);

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
