package dev.sluice.console.promote;

/** Where a promotion stands. REFUSED: a gate or the state of the trial says no; FAILED: MLflow says no. */
public enum PromotionState {
    RUNNING,
    DONE,
    REFUSED,
    FAILED
}
