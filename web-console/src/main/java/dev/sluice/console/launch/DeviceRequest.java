package dev.sluice.console.launch;

/**
 * The devices that one attempt needs.
 *
 * @param cpus CPU slots, {@code >= 1}
 * @param gpus GPUs, a whole number {@code >= 0}
 */
public record DeviceRequest(int cpus, int gpus) {
    public DeviceRequest {
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus must be >= 1, was " + cpus);
        }
        if (gpus < 0) {
            throw new IllegalArgumentException("gpus must be >= 0, was " + gpus);
        }
    }

    /**
     * The request for a number of GPUs as a sweep file says it.
     *
     * @throws IllegalArgumentException if it is not a whole number: shares of a GPU cannot be lent
     */
    public static DeviceRequest of(int cpus, double gpus) {
        if (gpus != Math.rint(gpus) || Math.abs(gpus) > 1024) {
            throw new IllegalArgumentException(
                    "gpus must be a whole number in [0, 1024] (shares of a GPU are not supported), was " + gpus);
        }
        return new DeviceRequest(cpus, (int) gpus);
    }
}
