package dev.sluice.console.study;

import java.util.EnumSet;
import java.util.Set;

/** Where a sweep stands. The legal transitions are {@link #canBecome}; anything else is a conflict. */
public enum SweepState {
    RUNNING,
    /** No new trials; running ones go on. */
    PAUSED,
    /** No new trials ever; ends when the running ones have ended. */
    STOPPING,
    COMPLETED,
    CANCELLED,
    FAILED;

    public boolean isOver() {
        return this == COMPLETED || this == CANCELLED || this == FAILED;
    }

    public boolean canBecome(SweepState next) {
        return successors().contains(next);
    }

    private Set<SweepState> successors() {
        return switch (this) {
            case RUNNING -> EnumSet.of(PAUSED, STOPPING, COMPLETED, CANCELLED, FAILED);
            case PAUSED -> EnumSet.of(RUNNING, STOPPING, COMPLETED, CANCELLED, FAILED);
            case STOPPING -> EnumSet.of(COMPLETED, CANCELLED, FAILED);
            case COMPLETED -> EnumSet.of(RUNNING);
            case CANCELLED, FAILED -> EnumSet.noneOf(SweepState.class);
        };
    }
}
