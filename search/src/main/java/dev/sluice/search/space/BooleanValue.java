package dev.sluice.search.space;

/** True or false. */
public record BooleanValue(boolean value) implements ParameterValue {
    @Override
    public Object plain() {
        return value;
    }

    @Override
    public String toString() {
        return Boolean.toString(value);
    }
}
