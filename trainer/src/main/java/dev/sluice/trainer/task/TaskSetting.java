package dev.sluice.trainer.task;

import dev.sluice.trainer.data.DataRoot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a task is given besides a trial's values: the same for all trials of a sweep.
 *
 * @param options of the task, by name, as the sweep file has them
 * @param dataRoot the operator's data sets; empty: there are none
 */
public record TaskSetting(Map<String, Object> options, Optional<DataRoot> dataRoot) {
    /** Neither options nor data sets. */
    public static final TaskSetting NONE = new TaskSetting(Map.of(), Optional.empty());

    /** Copies the options. */
    public TaskSetting {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * The operator's data sets.
     *
     * @throws IllegalArgumentException if there are none, saying what the operator has to set
     */
    public DataRoot requiredDataRoot() {
        return dataRoot.orElseThrow(() -> new IllegalArgumentException(
                "this service has no folder of data sets; its operator names one by the setting sluice.trainer.data"));
    }
}
