package dev.sluice.console.promote;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A promotion over REST. While it is RUNNING or ROLLING_BACK, `reason` says what it waits for.
 *
 * @param previousVersion what the alias pointed to before; empty: nothing; null: not known, or the alias was not moved
 * @param verification how what came back from MLflow was compared with what was trained; null: not yet
 */
public record PromotionView(
        UUID id,
        UUID sweep,
        @Nullable UUID trialId,
        PromotionState state,
        String model,
        @Nullable String version,
        @Nullable String alias,
        @Nullable String previousVersion,
        @Nullable String verification,
        String reason,
        Instant createdAt,
        @Nullable Instant endedAt) {}
