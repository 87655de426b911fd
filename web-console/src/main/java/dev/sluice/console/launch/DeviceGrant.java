package dev.sluice.console.launch;

import java.util.List;

/**
 * The devices that are or were lent to one attempt, as a value to store.
 *
 * @param cpus CPU slots, {@code >= 0}
 * @param gpus the ids of GPUs, as {@code CUDA_VISIBLE_DEVICES} takes them
 */
public record DeviceGrant(int cpus, List<String> gpus) {
    public DeviceGrant {
        gpus = List.copyOf(gpus);
        if (cpus < 0) {
            throw new IllegalArgumentException("cpus must be >= 0, was " + cpus);
        }
    }
}
