package dev.sluice.console.launch;

/**
 * How full one GPU is at a moment.
 *
 * @param index its number on this machine
 * @param uuid its id, such as {@code GPU-5f1c}
 * @param usedMebibytes by whomever
 */
record GpuMemory(String index, String uuid, long usedMebibytes) {
    /** Whether this GPU is meant, by an id as {@code CUDA_VISIBLE_DEVICES} takes it. */
    boolean isOf(String id) {
        return index.equals(id) || uuid.equals(id) || (id.startsWith("GPU-") && uuid.startsWith(id));
    }
}
