package dev.sluice.trainer.callback;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one epoch came to.
 *
 * @param epoch its number, from 1; the step under which it is reported
 * @param metrics values by metric name; may be NaN or infinite
 * @param at when it ended
 */
public record EpochResult(int epoch, Map<String, Double> metrics, Instant at) {
    /** Copies the metrics, keeping their order. */
    public EpochResult {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** The value of a metric; empty if it was not measured. */
    public OptionalDouble metric(String name) {
        Double value = metrics.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
