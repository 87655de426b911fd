package dev.sluice.trainer.loop;

/** A part of a data set. */
public enum Split {
    /** What weights are fitted to. */
    TRAIN,
    /** What the search and the callbacks judge by. */
    VALIDATION,
    /** What is looked at once, at the end. */
    TEST
}
