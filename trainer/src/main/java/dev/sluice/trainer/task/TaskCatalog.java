package dev.sluice.trainer.task;

import dev.sluice.trainer.option.Installed;
import dev.sluice.trainer.option.OptionSpec;
import dev.sluice.trainer.option.Suggestion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks that a sweep file can name. Immutable. */
public final class TaskCatalog {
    private final Map<String, TrainingTask> tasks = new LinkedHashMap<>();

    /** A catalogue of these tasks. */
    public TaskCatalog(List<TrainingTask> tasks) {
        tasks.forEach(task -> this.tasks.put(task.name(), task));
    }

    /** The tasks that come with the trainer. */
    public static TaskCatalog standard() {
        return new TaskCatalog(List.of(
                new DigitsTask(),
                new ImageClassificationTask(),
                TabularTask.classification(),
                TabularTask.regression(),
                TorchScriptTask.classification(),
                TorchScriptTask.regression()));
    }

    /** The tasks that come with the trainer, and those of other jars on the class path. A name of ours stays ours. */
    public static TaskCatalog installed() {
        return new TaskCatalog(Installed.beside(
                "task", List.copyOf(standard().tasks.values()), TrainingTask.class, TrainingTask::name));
    }

    /**
     * The task of a name.
     *
     * @throws IllegalArgumentException if there is none, with the nearest name
     */
    public TrainingTask find(String name) {
        TrainingTask task = tasks.get(name);
        if (task == null) {
            throw new IllegalArgumentException("task \"" + name + "\" is unknown" + Suggestion.of(name, tasks.keySet())
                    + "; there are " + String.join(", ", tasks.keySet()));
        }
        return task;
    }

    /** The tasks as a JSON tree: {@code [{name, doc, options, epochMetrics, finalMetrics, models: [{name, doc, parameters}]}]}. */
    public List<Map<String, Object>> toTree() {
        List<Map<String, Object>> trees = new ArrayList<>();
        for (TrainingTask task : tasks.values()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", task.name());
            tree.put("doc", task.doc());
            tree.put(
                    "options",
                    task.options().stream().map(OptionSpec::toSchemaTree).toList());
            tree.put("epochMetrics", task.epochMetrics());
            tree.put("finalMetrics", task.finalMetrics());
            List<Object> models = new ArrayList<>();
            for (TrainingTask.Model model : task.models()) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("name", model.name());
                entry.put("doc", model.doc());
                entry.put(
                        "parameters",
                        model.parameters().stream()
                                .map(OptionSpec::toParameterTree)
                                .toList());
                models.add(entry);
            }
            tree.put("models", models);
            trees.add(tree);
        }
        return trees;
    }
}
