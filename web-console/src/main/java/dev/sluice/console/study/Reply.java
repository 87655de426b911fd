package dev.sluice.console.study;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answer to a report or heartbeat. `expiresAt` is null for attempts that do not expire (our own processes). */
public record Reply(
        String directive, String reason, @Nullable Instant expiresAt) {
    public static final String CONTINUE = "CONTINUE";
    public static final String STOP = "STOP";
}
