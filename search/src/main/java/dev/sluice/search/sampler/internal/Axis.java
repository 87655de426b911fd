package dev.sluice.search.sampler.internal;

import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.Scale;
import java.util.random.RandomGenerator;

/**
 * One parameter as samplers reckon with it: numbers and ordered choices as coordinates in [0, 1] as their scale sees them, unordered
 * choices as their index.
 *
 * <p>What comes in steps, and an ordered choice, lies on a grid: each value owns a cell of [0, 1], and a coordinate stands for the value in
 * whose cell it lies. The cells are those that {@link FloatDistribution#lowerEdge} describes, so that a uniform coordinate gives what
 * {@link dev.sluice.search.sampler.RandomSampler} draws. Immutable and thread-safe.
 */
public final class Axis {
    /** How a parameter's values lie. */
    public enum Kind {
        /** One value alone; its coordinate is 0. */
        CONSTANT,
        /** Any coordinate in [0, 1]. */
        CONTINUOUS,
        /** Cells in [0, 1]. */
        GRID,
        /** An index in [0, {@link Axis#choices}), without order. */
        CHOICE
    }

    private final Distribution distribution;
    private final Kind kind;
    private final boolean log;
    private final double low;
    private final double high;
    private final double halfStep;
    private final int choices;

    private Axis(Distribution distribution) {
        this.distribution = distribution;
        boolean isConstant =
                distribution.size().isPresent() && distribution.size().getAsLong() == 1;
        switch (distribution) {
            case FloatDistribution floats -> {
                this.log = floats.scale() == Scale.LOG;
                this.low = scaled(floats.lowerEdge());
                this.high = scaled(floats.upperEdge());
                this.halfStep = floats.step().orElse(0) / 2;
                this.choices = 0;
                this.kind = isConstant ? Kind.CONSTANT : floats.step().isPresent() ? Kind.GRID : Kind.CONTINUOUS;
            }
            case IntDistribution ints -> {
                this.log = ints.scale() == Scale.LOG;
                this.low = scaled(ints.lowerEdge());
                this.high = scaled(ints.upperEdge());
                this.halfStep = ints.step() / 2.0;
                this.choices = 0;
                this.kind = isConstant ? Kind.CONSTANT : Kind.GRID;
            }
            case CategoricalDistribution categories -> {
                this.log = false;
                this.low = 0;
                this.high = categories.values().size();
                this.halfStep = 0.5;
                this.choices = categories.values().size();
                this.kind = isConstant ? Kind.CONSTANT : categories.ordered() ? Kind.GRID : Kind.CHOICE;
            }
        }
    }

    public static Axis of(Distribution distribution) {
        return new Axis(distribution);
    }

    public Kind kind() {
        return kind;
    }

    /** How many choices there are; 0 for numbers. */
    public int choices() {
        return choices;
    }

    /** The coordinate, or the index, of a value of the distribution. */
    public double encode(ParameterValue value) {
        return switch (kind) {
            case CONSTANT -> 0;
            case CONTINUOUS, GRID -> unit(number(value));
            case CHOICE -> ((CategoricalDistribution) distribution).indexOf(value);
        };
    }

    /** The value at a coordinate in [0, 1], or of an index. */
    public ParameterValue decode(double coordinate) {
        return switch (distribution) {
            case FloatDistribution floats -> floats.nearest(raw(coordinate));
            case IntDistribution ints -> ints.nearest(raw(coordinate));
            case CategoricalDistribution categories ->
                categories
                        .values()
                        .get(
                                kind == Kind.GRID
                                        ? Math.clamp((int) (coordinate * choices), 0, choices - 1)
                                        : (int) coordinate);
        };
    }

    /** The coordinate that stands for the same value as this one: of a grid cell always the same. */
    public double snap(double coordinate) {
        return kind == Kind.GRID ? encode(decode(coordinate)) : coordinate;
    }

    /** Where the cell of the value at this coordinate begins. Only on a grid. */
    public double cellBegin(double coordinate) {
        double edge = number(decode(coordinate)) - halfStep;
        // on a log scale half a step below the lowest value may be no number on it
        return log && (edge <= 0 || Math.log(edge) <= low) ? 0 : unit(edge);
    }

    /** Where the cell of the value at this coordinate ends. Only on a grid. */
    public double cellEnd(double coordinate) {
        return unit(number(decode(coordinate)) + halfStep);
    }

    /** A coordinate, or an index, so that each value has the chance that its scale gives it. */
    public double drawUniform(RandomGenerator random) {
        return switch (kind) {
            case CONSTANT -> 0;
            case CONTINUOUS -> random.nextDouble();
            case GRID -> snap(random.nextDouble());
            case CHOICE -> random.nextInt(choices);
        };
    }

    /** The number that is laid on the axis: of an ordered choice the middle of its place in the list. */
    private double number(ParameterValue value) {
        return distribution instanceof CategoricalDistribution categories
                ? categories.indexOf(value) + 0.5
                : value.asDouble();
    }

    private double unit(double number) {
        return Math.clamp((scaled(number) - low) / (high - low), 0, 1);
    }

    private double raw(double coordinate) {
        double scaled = low + coordinate * (high - low);
        return log ? Math.exp(scaled) : scaled;
    }

    private double scaled(double number) {
        return log ? Math.log(number) : number;
    }
}
