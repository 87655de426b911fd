package dev.sluice.trainer.callback;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What training came to since the last log.
 *
 * @param step optimizer steps so far
 * @param epoch epochs so far, with the share of the one under way
 * @param values {@code loss} (mean since the last log), {@code learning_rate}, {@code grad_norm} of the last step where
 *     it was measured, {@code gpu_memory_mb}, and what callbacks added; may be NaN or infinite
 * @param atEpochEnd true if the epoch's result follows
 * @param at when
 */
public record LogEntry(long step, double epoch, Map<String, Double> values, boolean atEpochEnd, Instant at) {
    /** Copies the values, keeping their order. */
    public LogEntry {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** One of the values; empty if it is not there. */
    public OptionalDouble value(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
