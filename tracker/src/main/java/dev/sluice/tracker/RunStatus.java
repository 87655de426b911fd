package dev.sluice.tracker;

/** The state of a run at the tracking server. Pruned, infeasible and cancelled trials are {@link #KILLED}. */
public enum RunStatus {
    RUNNING,
    SCHEDULED,
    FINISHED,
    FAILED,
    KILLED;

    /** Whether a run in this state has ended. */
    public boolean isEnded() {
        return switch (this) {
            case RUNNING, SCHEDULED -> false;
            case FINISHED, FAILED, KILLED -> true;
        };
    }
}
