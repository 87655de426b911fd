package dev.sluice.search.space;

/** A number with a fraction; finite. */
public record FloatValue(double value) implements ParameterValue {
    public FloatValue {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a parameter's value must be finite, was " + value);
        }
        value += 0.0; // one zero, so that equal values are equal records
    }

    @Override
    public Object plain() {
        return value;
    }

    @Override
    public String toString() {
        return Double.toString(value);
    }
}
