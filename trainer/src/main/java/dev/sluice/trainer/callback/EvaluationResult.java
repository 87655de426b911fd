package dev.sluice.trainer.callback;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a look at the validation part came to.
 *
 * @param values by metric name, {@code val_…}; may be NaN or infinite
 * @param atEpochEnd true if the epoch's result follows
 * @param at when
 */
public record EvaluationResult(Map<String, Double> values, boolean atEpochEnd, Instant at) {
    /** Copies the values, keeping their order. */
    public EvaluationResult {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The value of a metric; empty if it was not measured. */
    public OptionalDouble metric(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
