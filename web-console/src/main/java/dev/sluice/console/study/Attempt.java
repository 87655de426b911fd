package dev.sluice.console.study;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One launch of a trial as the outside may know it. `id` is the lease's id and the fencing token.
 *
 * @param launch what the launcher needs to find the process again, as JSON; empty for external workers
 * @param stopReason why it was asked to end, where it was
 */
public record Attempt(
        UUID id,
        UUID sweep,
        UUID trial,
        int trialNumber,
        int number,
        String worker,
        AttemptState state,
        Optional<String> resumeFrom,
        Instant startedAt,
        Optional<Instant> expiresAt,
        Optional<Instant> endedAt,
        String reason,
        long lastSeq,
        String directive,
        String directiveReason,
        Optional<String> stopReason,
        boolean reported,
        boolean completed,
        Optional<String> launch) {
    /** The worker name of attempts that this service launches by itself. */
    public static final String LOCAL = "local";

    public boolean isLocal() {
        return worker.equals(LOCAL);
    }
}
