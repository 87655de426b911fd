package dev.sluice.console.launch;

import java.util.List;

/**
 * What a {@link DevicePool} has and has lent, at one moment.
 *
 * @param cpus all CPU slots
 * @param cpusLent those lent; more than there are only if attempts were taken up on a machine that has fewer now
 * @param gpus every GPU, in the order in which they are lent
 */
public record DeviceUsage(int cpus, int cpusLent, List<GpuUsage> gpus) {
    public DeviceUsage {
        gpus = List.copyOf(gpus);
    }

    /** One GPU and whether it is lent. */
    public record GpuUsage(Gpu gpu, boolean lent) {}
}
