package dev.sluice.trainer.checkpoint;

import java.nio.file.Path;

/**
 * A snapshot on disk.
 *
 * @param folder where it lies
 * @param name where in training it was taken
 * @param snapshot what it holds
 */
public record Checkpoint(Path folder, CheckpointName name, TrainingSnapshot snapshot) {
    /** The reported step that it was taken after, >= 0. */
    public long step() {
        return name.step();
    }
}
