package dev.sluice.search.space;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Whole numbers {@code low + k * step} in [low, high]; where the step does not divide the range, {@code high} itself is not a
 * value.
 *
 * @param low within [-2^53, 2^53], at most {@code high}; above 0 on a {@link Scale#LOG} scale
 * @param high within [-2^53, 2^53]
 * @param step at least 1, at most {@code high - low} (or 1)
 */
public record IntDistribution(long low, long high, Scale scale, long step) implements Distribution {
    public IntDistribution {
        Objects.requireNonNull(scale, "scale");
        if (low < -IntValue.LARGEST || high > IntValue.LARGEST || high < -IntValue.LARGEST || low > IntValue.LARGEST) {
            throw new IllegalArgumentException(
                    "whole numbers must be within [-2^53, 2^53], was [%d, %d]".formatted(low, high));
        }
        if (low > high) {
            throw new IllegalArgumentException("low must be <= high, was [%d, %d]".formatted(low, high));
        }
        if (scale == Scale.LOG && low <= 0) {
            throw new IllegalArgumentException("low must be > 0 on a log scale, was [%d, %d]".formatted(low, high));
        }
        if (step < 1) {
            throw new IllegalArgumentException("step must be >= 1, was " + step);
        }
        if (step > 1 && step > high - low) {
            throw new IllegalArgumentException(
                    "step must be <= high - low, was %d for [%d, %d]".formatted(step, low, high));
        }
    }

    public static IntDistribution of(long low, long high) {
        return new IntDistribution(low, high, Scale.LINEAR, 1);
    }

    public static IntDistribution log(long low, long high) {
        return new IntDistribution(low, high, Scale.LOG, 1);
    }

    public static IntDistribution stepped(long low, long high, long step) {
        return new IntDistribution(low, high, Scale.LINEAR, step);
    }

    /** How many values there are. */
    public long count() {
        return (high - low) / step + 1;
    }

    /** The value with this index, from 0 to count - 1. */
    public long valueAt(long index) {
        return low + index * step;
    }

    /** The largest value: {@code high}, or the last of the grid. */
    public long last() {
        return valueAt(count() - 1);
    }

    /** As {@link FloatDistribution#lowerEdge}, for whole numbers: the cell of each is a step wide. */
    public double lowerEdge() {
        return Ranges.lowerEdge((double) low, (double) step, scale);
    }

    /** Where the cell of the largest value ends: half a step above it. */
    public double upperEdge() {
        return last() + step / 2.0;
    }

    /** The value closest to any number; NaN is an error. */
    public IntValue nearest(double number) {
        if (Double.isNaN(number)) {
            throw new IllegalArgumentException("NaN has no nearest value");
        }
        double index = Math.rint((Math.clamp(number, (double) low, (double) high) - low) / step);
        return new IntValue(valueAt(Math.min((long) index, count() - 1)));
    }

    @Override
    public boolean contains(ParameterValue value) {
        return value instanceof IntValue(long number) && isOnGrid(number);
    }

    private boolean isOnGrid(long number) {
        return number >= low && number <= high && (number - low) % step == 0;
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(count());
    }

    @Override
    public IntValue typed(ParameterValue value) {
        if (value.isNumber()) {
            double number = value.asDouble();
            if (number == Math.rint(number) && Math.abs(number) <= IntValue.LARGEST && isOnGrid((long) number)) {
                return new IntValue((long) number);
            }
        }
        throw new IllegalArgumentException("must be %s, was %s".formatted(describe(), value));
    }

    @Override
    public IntValue middle() {
        return nearest(Ranges.middle((double) low, (double) last(), scale));
    }

    @Override
    public String describe() {
        return "an int in [%d, %d]%s".formatted(low, high, step > 1 ? " in steps of " + step : "");
    }
}
