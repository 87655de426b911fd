package dev.sluice.console.machine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one GPU was doing at a moment.
 *
 * @param index its number on this machine
 * @param uuid its id, such as {@code GPU-5f1c}
 * @param metrics by the names that MLflow has for them behind {@code gpu_N_}; what it does not say is left out
 */
public record GpuReading(String index, String uuid, Map<String, Double> metrics) {
    /** The metric that says which share of its time the GPU was used, in percent. */
    public static final String USED_PERCENTAGE = "utilization_percentage";

    public GpuReading {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Whether this GPU is meant, by an id as {@code CUDA_VISIBLE_DEVICES} takes it. */
    public boolean isOf(String id) {
        return index.equals(id) || uuid.equals(id) || (id.startsWith("GPU-") && uuid.startsWith(id));
    }
}
