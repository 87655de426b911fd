package dev.sluice.console.study;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who steered a sweep, and how.
 *
 * @param pos its place among the sweep's events
 * @param trial the trial's number; null: it is about the sweep
 * @param before of an edit the changed fields, as JSON; else in a word
 */
public record Audited(
        long pos,
        Instant at,
        String who,
        String action,
        @Nullable Integer trial,
        @JsonRawValue String before,
        @JsonRawValue String after) {
    public Audited {
        before = json(before);
        after = json(after);
    }

    private static String json(String text) {
        return text.startsWith("{") ? text : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
