package dev.sluice.trainer.loop;

import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import java.util.Optional;

/** A trial's training from its start, or from a checkpoint, to its end. Confined to one thread. */
public sealed interface Training permits TrainingLoop, JointLoop {
    /** Trains to the end, from the start or from a checkpoint of this trial. Runs once. */
    StopReason run(Optional<Checkpoint> from);

    /**
     * Trains to the end, beginning with what another trial has learnt. Runs once.
     *
     * @throws CheckpointMismatchException if what was trained there does not fit
     */
    StopReason runFromOther(Checkpoint other);

    /** How far training has come. */
    TrainingProgress progress();
}
