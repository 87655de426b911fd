package dev.sluice.search.space;

/** A whole number within [-2^53, 2^53], where every one has a double of its own. */
public record IntValue(long value) implements ParameterValue {
    /** The largest whole number, 2^53; the smallest is its negative. */
    public static final long LARGEST = 1L << 53;

    public IntValue {
        if (value < -LARGEST || value > LARGEST) {
            throw new IllegalArgumentException("a whole number must be within [-2^53, 2^53], was " + value);
        }
    }

    @Override
    public Object plain() {
        return value;
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
