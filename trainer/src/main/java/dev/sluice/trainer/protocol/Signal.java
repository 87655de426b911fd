package dev.sluice.trainer.protocol;

/** What the service asks of a running trial, as the answer to its report. */
public enum Signal {
    /** Go on. */
    CONTINUE,
    /** Save a checkpoint at the next step's end, then go on. */
    CHECKPOINT,
    /** Save what is worth keeping, then end with exit code 0. */
    STOP
}
