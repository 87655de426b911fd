package dev.sluice.console.specification;

import java.util.OptionalLong;

/**
 * What one trial occupies.
 *
 * @param gpus        GPUs, from 0; a fraction below 1 shares one
 * @param cpus        processors, from 1
 * @param memoryBytes main memory, if said
 * @param sharesGpuByMemory whether others of the kind join it on its one GPU as long as they fit into that one's memory
 */
public record ResourcesSection(double gpus, int cpus, OptionalLong memoryBytes, boolean sharesGpuByMemory) {
    /** One processor, no GPU. */
    public static final ResourcesSection DEFAULT = new ResourcesSection(0, 1, OptionalLong.empty(), false);
}
