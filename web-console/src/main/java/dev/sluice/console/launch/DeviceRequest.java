package dev.sluice.console.launch;

/**
 * What one attempt occupies.
 *
 * @param cpus CPU slots, {@code >= 1}
 * @param memoryBytes main memory that it may use, {@code >= 0}; 0: not said, which neither counts nor limits
 */
public record DeviceRequest(int cpus, GpuNeed gpus, long memoryBytes) {
    public DeviceRequest {
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1, was " + cpus);
        }
        if (memoryBytes < 0) {
            throw new IllegalArgumentException("memoryBytes must be >= 0, was " + memoryBytes);
        }
    }

    /** Whole GPUs, and no word about memory. */
    public DeviceRequest(int cpus, int gpus) {
        this(cpus, new GpuNeed.Whole(gpus), 0);
    }

    /**
     * What a sweep file asks for.
     *
     * @param gpus a whole number of GPUs, or the part of one, rounded to 1/10000
     * @param byMemory whether the one GPU is shared by measured memory
     * @throws IllegalArgumentException if the number is above 1 and not whole, or shared by memory and not 1
     */
    public static DeviceRequest of(int cpus, double gpus, boolean byMemory, long memoryBytes) {
        if (!(gpus >= 0 && gpus <= 1024) || (gpus > 1 && gpus != Math.rint(gpus))) {
            throw new IllegalArgumentException(
                    "gpus must be a whole number in [0, 1024] or a part of one GPU, was " + gpus);
        }
        if (byMemory && gpus != 1) {
            throw new IllegalArgumentException("gpus must be 1 where it is shared by memory, was " + gpus);
        }
        return new DeviceRequest(cpus, byMemory ? new GpuNeed.Measured() : need(gpus), memoryBytes);
    }

    private static GpuNeed need(double gpus) {
        if (gpus == Math.rint(gpus)) {
            return new GpuNeed.Whole((int) gpus);
        }
        return new GpuNeed.Part(Math.clamp(Math.round(gpus * GpuNeed.Part.DEVICE), 1, GpuNeed.Part.DEVICE - 1));
    }
}
