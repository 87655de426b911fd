package dev.sluice.console.study;

/** Where one launch of a trial stands. LAUNCHING is the intent, written before the act. */
public enum AttemptState {
    LAUNCHING,
    RUNNING,
    SUCCEEDED,
    STOPPED,
    FAILED,
    LOST,
    PREEMPTED;

    public boolean isOver() {
        return this != LAUNCHING && this != RUNNING;
    }
}
