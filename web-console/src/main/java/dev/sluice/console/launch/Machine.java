package dev.sluice.console.launch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one machine has to lend to trials.
 *
 * @param cpus CPU slots, {@code >= 1}
 * @param memoryBytes main memory, {@code >= 1}
 * @param gpus GPUs with different ids, in the order in which they are lent; may be empty
 */
public record Machine(int cpus, long memoryBytes, List<Gpu> gpus) {
    public Machine {
        gpus = List.copyOf(gpus);
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1, was " + cpus);
        }
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes must be >= 1, was " + memoryBytes);
        }
        Set<String> ids = new HashSet<>();
        for (Gpu gpu : gpus) {
            if (!ids.add(gpu.id())) {
                throw new IllegalArgumentException("gpus must have different ids, was " + gpu.id() + " twice");
            }
        }
    }

    /** Why a request can never be granted here, as a sentence; empty if it can. */
    public Optional<String> impossible(DeviceRequest request) {
        List<String> missing = new ArrayList<>();
        int needed = request.gpus().devices();
        if (needed > gpus.size()) {
            missing.add(needed + (needed == 1 ? " GPU" : " GPUs") + " of " + gpus.size());
        }
        if (request.cpus() > cpus) {
            missing.add(request.cpus() + (request.cpus() == 1 ? " CPU" : " CPUs") + " of " + cpus);
        }
        if (request.memoryBytes() > memoryBytes) {
            missing.add(SizeWords.of(request.memoryBytes()) + " of memory of " + SizeWords.of(memoryBytes));
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("a trial asks for more than this machine has: " + String.join(" and ", missing));
    }
}
