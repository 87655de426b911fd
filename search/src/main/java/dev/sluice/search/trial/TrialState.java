package dev.sluice.search.trial;

/** Where a trial is in its life. */
public enum TrialState {
    /** Waits for its first or next attempt. */
    QUEUED,
    /** An attempt is under way. */
    RUNNING,
    /** Ran to its end and showed a value. */
    COMPLETE,
    /** Given up early. */
    PRUNED,
    /** Cannot be run: the point itself is at fault. */
    INFEASIBLE,
    /** Went wrong, for what may not be the point's fault. */
    FAILED,
    /** Called off by a person before it showed anything. */
    CANCELLED;

    /** Whether nothing runs or waits to run. */
    public boolean isFinished() {
        return switch (this) {
            case QUEUED, RUNNING -> false;
            case COMPLETE, PRUNED, INFEASIBLE, FAILED, CANCELLED -> true;
        };
    }

    /** Whether it is never left again: a failed or cancelled trial may be run anew. */
    public boolean isFinal() {
        return switch (this) {
            case QUEUED, RUNNING, FAILED, CANCELLED -> false;
            case COMPLETE, PRUNED, INFEASIBLE -> true;
        };
    }

    /** The table of legal transitions. */
    public boolean canBecome(TrialState next) {
        return switch (this) {
            case QUEUED -> next == RUNNING || next == CANCELLED;
            case RUNNING -> next != RUNNING;
            case FAILED, CANCELLED -> next == QUEUED;
            case COMPLETE, PRUNED, INFEASIBLE -> false;
        };
    }
}
