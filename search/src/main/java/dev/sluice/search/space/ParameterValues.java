package dev.sluice.search.space;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The values of a trial's parameters, in declaration order; inactive parameters are absent. Equal if the same names have equal
 * values, in whatever order. Immutable and thread-safe.
 */
public final class ParameterValues {
    private static final ParameterValues EMPTY = new ParameterValues(Map.of());

    private final Map<String, ParameterValue> values;
    private final int hash;

    /** Takes the map over. */
    private ParameterValues(Map<String, ParameterValue> owned) {
        this.values = Collections.unmodifiableMap(owned);
        this.hash = owned.hashCode();
    }

    /** No values at all. */
    public static ParameterValues empty() {
        return EMPTY;
    }

    /** These values, in the order of the map. */
    public static ParameterValues of(Map<String, ParameterValue> values) {
        values.forEach((name, value) -> {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(value, name);
        });
        return new ParameterValues(new LinkedHashMap<>(values));
    }

    /**
     * These plain values (Number, String, Boolean) as {@link ParameterValue#of} reads them, in the order of the map. Where there
     * is a space, {@link SearchSpace#complete} also gives them the types of its distributions.
     *
     * @throws IllegalArgumentException if one is nothing that a parameter can have
     */
    public static ParameterValues ofPlain(Map<String, ?> plain) {
        var values = new LinkedHashMap<String, ParameterValue>();
        plain.forEach((name, value) -> values.put(name, ParameterValue.of(value)));
        return new ParameterValues(values);
    }

    public Optional<ParameterValue> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    public boolean contains(String name) {
        return values.containsKey(name);
    }

    /**
     * The value of a parameter that is known to be active.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ParameterValue get(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "parameter %s has no value; there are %s".formatted(name, values.keySet()));
        }
        return value;
    }

    /** An unmodifiable view. */
    public Map<String, ParameterValue> asMap() {
        return values;
    }

    /** As Double, Long, String and Boolean; a new map, in the same order. */
    public Map<String, Object> toPlain() {
        var plain = LinkedHashMap.<String, Object>newLinkedHashMap(values.size());
        values.forEach((name, value) -> plain.put(name, value.plain()));
        return plain;
    }

    public int size() {
        return values.size();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterValues that && hash == that.hash && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
