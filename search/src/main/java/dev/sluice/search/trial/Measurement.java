package dev.sluice.search.trial;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a trial reported at a step.
 *
 * @param step at least 0
 * @param values by metric, at least one; NaN and infinities are values like others
 */
public record Measurement(long step, Map<String, Double> values) {
    public Measurement {
        if (step < 0) {
            throw new IllegalArgumentException("step must be >= 0, was " + step);
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException(
                    "a measurement needs at least one value, at step %d was none".formatted(step));
        }
        values.forEach((metric, value) -> {
            Objects.requireNonNull(metric, "metric");
            Objects.requireNonNull(value, metric);
        });
        values = values.size() == 1 ? Map.copyOf(values) : Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** One metric's value at a step. */
    public static Measurement of(long step, String metric, double value) {
        return new Measurement(step, Map.of(metric, value));
    }

    public OptionalDouble value(String metric) {
        Double value = values.get(metric);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
