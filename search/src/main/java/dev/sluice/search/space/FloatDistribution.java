package dev.sluice.search.space;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Floats in [low, high], or with a step the grid {@code low + k * step} as far as it stays within: where the step does not
 * divide the range, {@code high} itself is not a value. Grid values are reckoned in decimal, so that 0.1 + 2 * 0.1 is 0.3.
 *
 * @param low finite, at most {@code high}; above 0 on a {@link Scale#LOG} scale
 * @param high finite
 * @param step above 0 and at most {@code high - low}, with at most 2^53 values
 */
public record FloatDistribution(double low, double high, Scale scale, OptionalDouble step) implements Distribution {
    public FloatDistribution {
        Objects.requireNonNull(scale, "scale");
        Ranges.check(low, high, scale);
        low += 0.0;
        high += 0.0;
        if (step.isPresent()) {
            Ranges.checkStep(low, high, step.getAsDouble());
        }
        if (!Double.isFinite(high - low)) {
            throw new IllegalArgumentException("the range [%s, %s] is too wide".formatted(low, high));
        }
    }

    public static FloatDistribution of(double low, double high) {
        return new FloatDistribution(low, high, Scale.LINEAR, OptionalDouble.empty());
    }

    public static FloatDistribution log(double low, double high) {
        return new FloatDistribution(low, high, Scale.LOG, OptionalDouble.empty());
    }

    public static FloatDistribution stepped(double low, double high, double step) {
        return new FloatDistribution(low, high, Scale.LINEAR, OptionalDouble.of(step));
    }

    /** The largest value: {@code high}, or the last of the grid. */
    public double last() {
        return step.isPresent() ? valueAt(lastIndex()) : high;
    }

    /**
     * Where the cell of the lowest value begins: {@code low} without a step; with one, half a step below, though on a LOG scale
     * never below {@code low / 2}. Drawing evenly (as the scale sees it) from [lowerEdge, upperEdge) and taking the
     * {@link #nearest} gives each grid value its due.
     */
    public double lowerEdge() {
        return step.isPresent() ? Ranges.lowerEdge(low, step.getAsDouble(), scale) : low;
    }

    /** Where the cell of the largest value ends: half a step above it; {@code high} without a step. */
    public double upperEdge() {
        return step.isPresent() ? last() + step.getAsDouble() / 2 : high;
    }

    /** The value closest to any number; NaN is an error. */
    public FloatValue nearest(double number) {
        if (Double.isNaN(number)) {
            throw new IllegalArgumentException("NaN has no nearest value");
        }
        if (step.isEmpty()) {
            return new FloatValue(Math.clamp(number, low, high));
        }
        double index = Math.rint((Math.clamp(number, low, high) - low) / step.getAsDouble());
        return new FloatValue(valueAt(Math.min((long) index, lastIndex())));
    }

    /** The grid value with this index, from 0 to size - 1. Only where there is a step. */
    public double valueAt(long index) {
        return BigDecimal.valueOf(step.orElseThrow())
                .multiply(BigDecimal.valueOf(index))
                .add(BigDecimal.valueOf(low))
                .doubleValue();
    }

    private long lastIndex() {
        return BigDecimal.valueOf(high)
                .subtract(BigDecimal.valueOf(low))
                .divide(BigDecimal.valueOf(step.orElseThrow()), 0, RoundingMode.FLOOR)
                .longValueExact();
    }

    @Override
    public boolean contains(ParameterValue value) {
        return value instanceof FloatValue(double number)
                && number >= low
                && number <= high
                && (step.isEmpty() || nearest(number).value() == number);
    }

    @Override
    public OptionalLong size() {
        if (low == high) {
            return OptionalLong.of(1);
        }
        return step.isPresent() ? OptionalLong.of(lastIndex() + 1) : OptionalLong.empty();
    }

    /** A number that misses the grid by a billionth of a step, as arithmetic on floats does, is taken for the grid's. */
    @Override
    public FloatValue typed(ParameterValue value) {
        if (value.isNumber()) {
            double number = value.asDouble();
            if (number >= low && number <= high && step.isEmpty()) {
                return new FloatValue(number);
            }
            if (step.isPresent()) {
                var nearest = nearest(number);
                if (Math.abs(nearest.value() - number) <= 1e-9 * step.getAsDouble()) {
                    return nearest;
                }
            }
        }
        throw new IllegalArgumentException("must be %s, was %s".formatted(describe(), value));
    }

    @Override
    public FloatValue middle() {
        return nearest(Ranges.middle(low, last(), scale));
    }

    @Override
    public String describe() {
        return "a float in [%s, %s]%s"
                .formatted(low, high, step.isPresent() ? " in steps of " + step.getAsDouble() : "");
    }
}
