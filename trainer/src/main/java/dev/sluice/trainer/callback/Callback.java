package dev.sluice.trainer.callback;

import dev.sluice.trainer.checkpoint.Checkpoint;
import java.io.IOException;
import java.util.Map;

/**
 * Something that reacts to training. Callbacks are told in the order in which they were listed, on the training
 * thread. One that throws is logged and counted; training and the other callbacks go on.
 *
 * <p>A callback that decides by what it has seen keeps that in {@link #saveState}: a trial that was interrupted and
 * goes on from a checkpoint must decide as one that was not.
 */
public interface Callback {
    /** The name of this callback, unique within a trial: the key of its state in checkpoints. */
    String name();

    /** Training begins, or goes on after {@code progress.epoch()} epochs; the state has been restored. */
    default void trainBegin(TrainingProgress progress, TrainingControl control) {}

    /** An epoch begins. */
    default void epochBegin(TrainingProgress progress, TrainingControl control) {}

    /** An optimizer step is done. */
    default void stepEnd(TrainingProgress progress, TrainingControl control) {}

    /** An epoch is done and evaluated. */
    default void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {}

    /** A checkpoint lies on disk. */
    default void checkpointSaved(Checkpoint checkpoint) {}

    /** A checkpoint that was asked for could not be written: the disk may be full. What was there before still is. */
    default void checkpointFailed(long step, IOException cause) {}

    /** Training is over; the last checkpoint has been saved, or that was tried. */
    default void trainEnd(StopReason reason, TrainingProgress progress) {}

    /** Training broke. */
    default void trainFailed(Throwable cause, TrainingProgress progress) {}

    /** What this callback needs to go on after a restart, as a JSON tree. */
    default Map<String, Object> saveState() {
        return Map.of();
    }

    /** Takes back what {@link #saveState} gave, perhaps in another process; called before {@link #trainBegin}. */
    default void restoreState(Map<String, Object> state) {}
}
