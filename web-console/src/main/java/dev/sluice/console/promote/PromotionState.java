package dev.sluice.console.promote;

/**
 * Where a promotion stands. REFUSED: a gate, a constraint on results or the state of the trial says no; FAILED: MLflow says no, or what came back from it is another model; ROLLED_BACK: it was
 * done, and then its alias was put back to where it had been.
 */
public enum PromotionState {
    RUNNING,
    DONE,
    REFUSED,
    FAILED,
    ROLLING_BACK,
    ROLLED_BACK
}
