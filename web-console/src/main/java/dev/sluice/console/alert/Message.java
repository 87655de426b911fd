package dev.sluice.console.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert with all that its receivers may want to be told.
 *
 * @param sweepName empty: about the service
 * @param trial the trial's number; null: about no trial
 * @param link where a person looks next; empty: it is not known how people open the console
 */
record Message(
        UUID id,
        String rule,
        Severity severity,
        String message,
        Instant at,
        Optional<UUID> sweep,
        String sweepName,
        @Nullable Integer trial,
        int attempt,
        String source,
        Optional<String> link) {

    /** What happened where, in a few words: `nan: trial 17 of digits-cnn`. */
    String title() {
        return rule + where().map(": "::concat).orElse("");
    }

    private Optional<String> where() {
        return sweep.map(id -> trial == null ? "sweep " + sweepName : "trial %d of %s".formatted(trial, sweepName));
    }

    /** What a template may name. */
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("id", id.toString());
        fields.put("rule", rule);
        fields.put("severity", severity.name());
        fields.put("title", title());
        fields.put("message", message);
        fields.put("at", at.toString());
        fields.put("sweep", sweep.map(UUID::toString).orElse(""));
        fields.put("sweepName", sweepName);
        fields.put("trial", trial == null ? "" : trial.toString());
        fields.put("attempt", trial == null ? "" : Integer.toString(attempt));
        fields.put("source", source);
        fields.put("link", link.orElse(""));
        return fields;
    }
}
