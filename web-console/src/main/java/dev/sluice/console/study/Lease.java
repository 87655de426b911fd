package dev.sluice.console.study;

import java.util.Map;
import java.util.UUID;

/** The right of one worker to run one attempt. */
public record Lease(Attempt attempt, Map<String, Object> params, long seed) {
    public UUID id() {
        return attempt.id();
    }
}
