package dev.sluice.search.space;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of a trial's parameters, in declaration order; inactive parameters are absent. Equal if the same names have equal
 * values, in whatever order. Immutable and thread-safe. Points of one space share the names of their parameters.
 */
public final class ParameterValues {
    private static final ParameterValues EMPTY = new ParameterValues(new Names(new String[0]), new ParameterValue[0]);

    private final Names names;
    private final ParameterValue[] values;
    private final int hash;

    /** Takes the array over, which has a value for each name. */
    ParameterValues(Names names, ParameterValue[] values) {
        this.names = names;
        this.values = values;
        int sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += names.get(i).hashCode() ^ values[i].hashCode();
        }
        this.hash = sum;
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
        return new ParameterValues(
                new Names(values.keySet().toArray(String[]::new)),
                values.values().toArray(ParameterValue[]::new));
    }

    /**
     * These plain values (Number, String, Boolean) as {@link ParameterValue#of} reads them, in the order of the map. Where there
     * is a space, {@link SearchSpace#complete} also gives them the types of its distributions.
     *
     * @throws IllegalArgumentException if one is nothing that a parameter can have
     */
    public static ParameterValues ofPlain(Map<String, ?> plain) {
        var values = LinkedHashMap.<String, ParameterValue>newLinkedHashMap(plain.size());
        plain.forEach((name, value) -> values.put(name, ParameterValue.of(value)));
        return of(values);
    }

    /** The same values with names that are equal, in the same order. */
    ParameterValues with(Names equal) {
        return names.is(equal) ? this : new ParameterValues(equal, values);
    }

    Names names() {
        return names;
    }

    private @Nullable ParameterValue lookUp(@Nullable Object name) {
        int place = names.find(name);
        return place < 0 ? null : values[place];
    }

    public Optional<ParameterValue> find(String name) {
        return Optional.ofNullable(lookUp(name));
    }

    public boolean contains(String name) {
        return names.find(name) >= 0;
    }

    /**
     * The value of a parameter that is known to be active.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ParameterValue get(String name) {
        var value = lookUp(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "parameter %s has no value; there are %s".formatted(name, asMap().keySet()));
        }
        return value;
    }

    /** An unmodifiable view. */
    public Map<String, ParameterValue> asMap() {
        return new View();
    }

    private final class View extends AbstractMap<String, ParameterValue> {
        @Override
        public int size() {
            return values.length;
        }

        @Override
        public boolean containsKey(@Nullable Object name) {
            return names.find(name) >= 0;
        }

        @Override
        public @Nullable ParameterValue get(@Nullable Object name) {
            return lookUp(name);
        }

        @Override
        public Set<Map.Entry<String, ParameterValue>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public int size() {
                    return values.length;
                }

                @Override
                public Iterator<Map.Entry<String, ParameterValue>> iterator() {
                    return new Entries();
                }
            };
        }
    }

    private final class Entries implements Iterator<Map.Entry<String, ParameterValue>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < values.length;
        }

        @Override
        public Map.Entry<String, ParameterValue> next() {
            if (next == values.length) {
                throw new NoSuchElementException("there are %d values".formatted(values.length));
            }
            var entry = Map.entry(names.get(next), values[next]);
            next++;
            return entry;
        }
    }

    /** As Double, Long, String and Boolean; a new map, in the same order. */
    public Map<String, Object> toPlain() {
        var plain = LinkedHashMap.<String, Object>newLinkedHashMap(values.length);
        for (int i = 0; i < values.length; i++) {
            plain.put(names.get(i), values[i].plain());
        }
        return plain;
    }

    public int size() {
        return values.length;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof ParameterValues that) || hash != that.hash || values.length != that.values.length) {
            return false;
        }
        boolean sameNames = names.is(that.names);
        for (int i = 0; i < values.length; i++) {
            var counterpart = sameNames ? that.values[i] : that.lookUp(names.get(i));
            if (!values[i].equals(counterpart)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return asMap().toString();
    }
}
