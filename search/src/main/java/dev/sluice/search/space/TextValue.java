package dev.sluice.search.space;

import java.util.Objects;

/** A text. */
public record TextValue(String value) implements ParameterValue {
    public TextValue {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public Object plain() {
        return value;
    }

    @Override
    public String toString() {
        return '"' + value + '"';
    }
}
