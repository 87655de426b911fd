package dev.sluice.trainer.callback;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/*
 * Order of a step: stepBegin, forward and backward pass, backwardEnd, preOptimizerStep, optimizer, optimizerStep,
 * stepEnd, and then what was asked for: log, evaluateBegin, evaluateEnd, roll-back, checkpoint. Order at an epoch's end:
 * log, evaluateBegin, evaluateEnd, epochEnd, checkpoint. Of a checkpoint is told once it is there. Every event is told to all callbacks before the next one.
 */
/**
 * Something that reacts to training. Callbacks are told in the order in which they were listed, on the training
 * thread, unless they ask for a thread of their own. One that throws is logged and counted; training and the other
 * callbacks go on, and after some failures that one is told nothing more. So it goes, at once, with one that hangs.
 *
 * <p>A callback that decides by what it has seen keeps that in {@link #saveState}: a trial that was interrupted and
 * goes on from a checkpoint must decide as one that was not.
 */
public interface Callback {
    /** The name of this callback, unique within a trial: the key of its state in checkpoints. */
    String name();

    /**
     * True if it only looks on, and may lag behind: it is then told on a thread of its own, so that a disk or a network
     * that hangs does not hold up training. Such a callback's wishes come too late to count for a certain step, and its
     * state is not saved. What does not fit into its queue is left out and counted.
     */
    default boolean isOnlooker() {
        return false;
    }

    /**
     * How often it wants a {@link #log}: after every so many steps and at the end of each epoch; 0: at the end of each
     * epoch alone; negative: it does not care. The gradients' norm is measured for each log that somebody wants.
     */
    default int logEverySteps() {
        return -1;
    }

    /** True if it may ask to roll back: then the very start is remembered until there is a best checkpoint. */
    default boolean mayRollBack() {
        return false;
    }

    /**
     * True if {@link #checkpointSaved} may come some steps after the checkpoint was asked for. False: training waits until
     * the checkpoint lies on disk, so that what this callback does then, it does after the same step however slow the disk
     * is; training that was interrupted comes to the same end only so. Callbacks that do not listen have no say.
     */
    default boolean mayHearOfCheckpointsLater() {
        return isOnlooker();
    }

    /**
     * How long one event may take on the training thread; one that takes longer hangs: it is interrupted, and told nothing
     * more. Of no meaning for onlookers.
     */
    default Duration deadline() {
        return Duration.ofSeconds(30);
    }

    /** Everything is set up; no state has been restored yet. */
    default void initEnd(TrainingProgress progress, TrainingControl control) {}

    /** Training begins, or goes on after {@code progress.epoch()} epochs; the state has been restored. */
    default void trainBegin(TrainingProgress progress, TrainingControl control) {}

    /** An epoch begins. */
    default void epochBegin(TrainingProgress progress, TrainingControl control) {}

    /** A step begins. */
    default void stepBegin(TrainingProgress progress, TrainingControl control) {}

    /** The gradients of a step are there. Here a step can be given up: {@link TrainingControl#skipStep}. */
    default void backwardEnd(StepView step, TrainingProgress progress, TrainingControl control) {}

    /** The optimizer is about to use the gradients. Here they can be made smaller. */
    default void preOptimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {}

    /** The optimizer has moved the weights; not told of a step that was given up. */
    default void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {}

    /** An optimizer step is done, or was given up. */
    default void stepEnd(TrainingProgress progress, TrainingControl control) {}

    /** What training came to since the last log. */
    default void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {}

    /** The validation part is about to be looked at. */
    default void evaluateBegin(TrainingProgress progress, TrainingControl control) {}

    /** The validation part was looked at, at the end of an epoch or because somebody asked for it. */
    default void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {}

    /** An epoch is done and evaluated. */
    default void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {}

    /** A checkpoint lies on disk: by a writer of its own, so perhaps some steps after the one that it was taken at. */
    default void checkpointSaved(Checkpoint checkpoint) {}

    /** A callback has seen something that a person should know. */
    default void alert(Alert alert, TrainingProgress progress) {}

    /** A checkpoint that was asked for could not be written: the disk may be full. What was there before still is. */
    default void checkpointFailed(CheckpointName name, IOException cause) {}

    /** Training is over; the last checkpoint has been saved, or that was tried. */
    default void trainEnd(StopReason reason, TrainingProgress progress) {}

    /** The trained model was looked at on the test part: its metrics, {@code test_…}. Comes after {@link #trainEnd}. */
    default void predictEnd(Map<String, Double> values, TrainingProgress progress) {}

    /** Training broke. */
    default void trainFailed(Throwable cause, TrainingProgress progress) {}

    /** What this callback needs to go on after a restart, as a JSON tree. */
    default Map<String, Object> saveState() {
        return Map.of();
    }

    /** Takes back what {@link #saveState} gave, perhaps in another process; called before {@link #trainBegin}. */
    default void restoreState(Map<String, Object> state) {}
}
