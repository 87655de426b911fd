package dev.sluice.console.promote;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A promotion over REST. While it is RUNNING, `reason` says what it waits for. */
public record PromotionView(
        UUID id,
        UUID sweep,
        @Nullable UUID trialId,
        PromotionState state,
        String model,
        @Nullable String version,
        @Nullable String alias,
        String reason,
        Instant createdAt,
        @Nullable Instant endedAt) {}
