package dev.sluice.console.specification;

import java.util.OptionalLong;

/**
 * What one trial occupies.
 *
 * @param gpus        GPUs, from 0; a fraction below 1 shares one
 * @param cpus        processors, from 1
 * @param memoryBytes main memory, if said
 */
public record ResourcesSection(double gpus, int cpus, OptionalLong memoryBytes) {
    /** One processor, no GPU. */
    public static final ResourcesSection DEFAULT = new ResourcesSection(0, 1, OptionalLong.empty());
}
