package dev.sluice.tracker.outbox;

/** What came of one step of shipping a run. */
enum Step {
    /** Something was shipped: there may be more. */
    MORE,
    /** There is more, for which the time has not come. */
    LATER,
    /** Nothing is left for now. */
    DONE
}
