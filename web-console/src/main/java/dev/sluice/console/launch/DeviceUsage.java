package dev.sluice.console.launch;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DevicePool} has and has lent, and who waits for it, at one moment.
 *
 * @param cpus all CPU slots
 * @param cpusLent those lent; more than there are only if attempts were taken up on a machine that has fewer now
 * @param memoryBytes all main memory that is lent
 * @param memoryLentBytes of it what trials were promised
 * @param gpus every GPU, in the order in which they are lent
 * @param queue the sweeps whose next trial waits
 */
public record DeviceUsage(
        int cpus, int cpusLent, long memoryBytes, long memoryLentBytes, List<GpuUsage> gpus, List<Queued> queue) {
    public DeviceUsage {
        gpus = List.copyOf(gpus);
        queue = List.copyOf(queue);
    }

    /**
     * One GPU.
     *
     * @param index its place in the order, by which calls name it
     * @param lent whether anybody has it or a part of it
     * @param drained whether a person has it drained: nothing new is put on it
     * @param gone whether {@code nvidia-smi} no longer shows it
     * @param memoryUsedMebibytes what is in its memory, by whomever; null: not known
     * @param free the part that is not lent, {@code [0, 1]}
     */
    public record GpuUsage(
            int index,
            Gpu gpu,
            boolean lent,
            boolean drained,
            boolean gone,
            @Nullable Long memoryUsedMebibytes,
            double free,
            List<Used> users) {
        public GpuUsage {
            users = List.copyOf(users);
        }
    }

    /**
     * Who has a device or a part of it; the trial is null for the moment in which it is chosen.
     *
     * @param share how much of it, in words
     */
    public record Used(
            UUID sweep,
            @Nullable UUID trialId,
            @Nullable Integer number,
            @Nullable UUID attemptId,
            String share) {}

    /**
     * A sweep whose next trial waits.
     *
     * @param gpus in words
     * @param reason why it waits, as a sentence
     */
    public record Queued(UUID sweep, int priority, int cpus, String gpus, long memoryBytes, String reason) {}
}
