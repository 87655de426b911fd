package dev.sluice.trainer.checkpoint;

import java.nio.file.Path;

/**
 * A snapshot on disk.
 *
 * @param folder where it lies, named {@code checkpoint-<step>}
 * @param step the reported step that it was taken after, >= 0
 * @param snapshot what it holds
 */
public record Checkpoint(Path folder, long step, TrainingSnapshot snapshot) {}
