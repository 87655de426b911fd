package dev.sluice.search.terminator;

import java.util.Objects;

/**
 * That no new trial should be begun, and why; those that run or wait go on.
 *
 * @param reason in words for people
 */
public record Termination(Kind kind, String reason) {
    /** What brought it about. */
    public enum Kind {
        /** What was allowed is used up. */
        BUDGET,
        /** Nothing better has come for long. */
        STAGNATION,
        /** Too much has failed: the sweep itself has. */
        FAILURE
    }

    public Termination {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reason, "reason");
    }
}
