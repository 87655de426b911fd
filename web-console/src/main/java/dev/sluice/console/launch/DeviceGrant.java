package dev.sluice.console.launch;

import java.util.List;
import java.util.Optional;

/**
 * The devices that are or were lent to one attempt, as a value to store.
 *
 * @param cpus CPU slots, {@code >= 0}
 * @param memoryBytes main memory that the attempt may use; 0: no limit
 * @param need how much of each of the GPUs is the attempt's
 * @param gpus the ids of GPUs, as {@code CUDA_VISIBLE_DEVICES} takes them
 */
public record DeviceGrant(int cpus, long memoryBytes, GpuNeed need, List<String> gpus) {
    public DeviceGrant {
        gpus = List.copyOf(gpus);
        if (cpus < 0) {
            throw new IllegalArgumentException("cpus must be >= 0, was " + cpus);
        }
        if (memoryBytes < 0) {
            throw new IllegalArgumentException("memoryBytes must be >= 0, was " + memoryBytes);
        }
    }

    /** CPUs and whole GPUs, and no word about memory. */
    public DeviceGrant(int cpus, List<String> gpus) {
        this(cpus, 0, new GpuNeed.Whole(gpus.size()), gpus);
    }

    /** Why an attempt must not run with this, as a sentence: it has not the GPUs that it needs. Empty if it may. */
    Optional<String> lacks() {
        return need.devices() == gpus.size()
                ? Optional.empty()
                : Optional.of("it needs %s and was given %d".formatted(need.inWords(), gpus.size()));
    }
}
