package dev.sluice.console.alert;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert over REST.
 *
 * @param sweep null: it is about the service
 * @param trial the trial's number; null: about no trial
 */
public record AlertView(
        UUID id,
        String rule,
        Severity severity,
        String message,
        @Nullable UUID sweep,
        @Nullable Integer trial,
        @Nullable Integer attempt,
        Instant at,
        List<Delivery> deliveries) {

    /**
     * How a webhook was told.
     *
     * @param status of the last answer; null: there was none
     * @param answer how that began, or why there was none
     * @param nextAt when it is tried again; null: it is not
     */
    public record Delivery(
            String webhook,
            DeliveryState state,
            int tries,
            @Nullable Integer status,
            String answer,
            @Nullable Instant nextAt,
            @Nullable Instant endedAt) {}

    static AlertView of(AlertEntity alert, List<Delivery> deliveries) {
        boolean ofTrial = alert.trial >= 0;
        return new AlertView(
                alert.id,
                alert.rule,
                Severity.of(alert.rule),
                alert.message,
                alert.sweep,
                ofTrial ? alert.trial : null,
                ofTrial ? alert.attempt : null,
                alert.at,
                deliveries);
    }
}
