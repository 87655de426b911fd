package dev.sluice.console.launch;

/**
 * One GPU of this machine.
 *
 * @param id what {@code CUDA_VISIBLE_DEVICES} takes: its UUID, or an index where a person gave that
 * @param name the maker's name for it; empty if not known
 * @param memoryMebibytes its memory in MiB; 0 if not known
 */
public record Gpu(String id, String name, long memoryMebibytes) {
    public Gpu {
        if (id.isBlank() || id.indexOf(',') >= 0) {
            throw new IllegalArgumentException("id must name one GPU, was \"" + id + "\"");
        }
    }
}
