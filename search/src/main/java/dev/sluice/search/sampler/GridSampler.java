package dev.sluice.search.sampler;

import dev.sluice.search.expression.Expression;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.TrialHistory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Tries every point of a finite space once, and then says that there is nothing more.
 *
 * <p>In which order is a choice, see {@link Order}: so that a grid that is broken off has seen a bit of everything, or as the parameters
 * are declared. Each answer is the first point in that order that keeps the constraints and that no trial of the history has, whatever
 * became of the trial; so points from the queue are not run twice, workers may ask in parallel, and a study that is replayed goes on where
 * it was. The random generator of an ask has no part in it.
 *
 * <p>Memory does not grow with the grid; it may have up to {@value #MOST_POINTS} points, so that constraints can be tried on all of them.
 * Not thread-safe.
 */
public final class GridSampler implements Sampler {
    /** The most points that a grid may have before constraints. */
    public static final int MOST_POINTS = 1_000_000;

    private static final int SPREAD_DRAWS = 4;

    private final SearchSpace space;
    private final Order order;
    private final long size;
    private final SobolSequence sequence;
    private final double[] coordinates;

    /*
     * Where the search for a point goes on, which is but a cache: a trial once asked for keeps its values, so that a point that was passed
     * over stays so. A digit a parameter is the index of its value, -1 where it is not active.
     */
    private final Bookmark bookmark = new Bookmark();
    private int drawn;
    private final long[] digits;
    private boolean isAtEnd;
    private long met;
    private final Map<Expression, Integer> broken = new LinkedHashMap<>();

    /** The order in which the points are tried. */
    public enum Order {
        /**
         * Those that a scrambled Sobol sequence meets first, with each value of a parameter equally often, whatever its scale: whenever it
         * is broken off, all values of a parameter have been tried about equally often, in many combinations. The few that the sequence has
         * not met after four times as many points as the grid has follow as they are declared.
         */
        SPREAD,
        /** Values as they are declared or rise, those of the last parameter changing fastest. */
        DECLARED
    }

    private GridSampler(Builder builder) {
        this.space = builder.space;
        this.order = builder.order;
        this.size = requireGrid(space);
        int dimensions =
                (int) space.order().stream().filter(GridSampler::varies).count();
        this.sequence = SobolSequence.scrambled(Math.max(1, dimensions), builder.seed);
        this.coordinates = new double[sequence.dimensions()];
        this.digits = new long[space.order().size()];
    }

    public static Builder builder(SearchSpace space) {
        return new Builder(space);
    }

    private static long requireGrid(SearchSpace space) {
        var endless = space.order().stream()
                .filter(parameter -> parameter.distribution().size().isEmpty())
                .map(parameter -> "%s, which is %s"
                        .formatted(parameter.name(), parameter.distribution().describe()))
                .collect(Collectors.joining("; "));
        if (!endless.isEmpty()) {
            throw new IllegalArgumentException(
                    "a grid needs parameters with finitely many values; give a step, or a list of values, to "
                            + endless);
        }
        if (space.size().isEmpty() || space.size().getAsLong() > MOST_POINTS) {
            throw new IllegalArgumentException("a grid may have %d points, but this one has %s: %s"
                    .formatted(
                            MOST_POINTS,
                            space.size().isEmpty()
                                    ? "more than can be counted"
                                    : "%d".formatted(space.size().getAsLong()),
                            space.order().stream()
                                    .map(parameter -> "%s has %d"
                                            .formatted(
                                                    parameter.name(),
                                                    parameter
                                                            .distribution()
                                                            .size()
                                                            .orElseThrow()))
                                    .collect(Collectors.joining(", "))));
        }
        return space.size().getAsLong();
    }

    private static boolean varies(Parameter parameter) {
        return parameter.distribution().size().orElseThrow() > 1;
    }

    /**
     * The next point of the grid.
     *
     * @return empty when all were tried
     * @throws NoFeasiblePointException if no point of the grid keeps the constraints
     */
    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        if (!bookmark.goesOn(history)) {
            drawn = 0;
            Arrays.fill(digits, -1);
            isAtEnd = false;
            met = 0;
            broken.clear();
        }
        for (; order == Order.SPREAD && drawn < SPREAD_DRAWS * size; drawn++) {
            var values = drawnPoint();
            if (history.occurrences(values) == 0
                    && space.brokenConstraints(values).isEmpty()) {
                return Optional.of(new Suggested(values, "a point of the grid of %d, spread evenly".formatted(size)));
            }
        }
        while (!isAtEnd) {
            var values = declaredPoint();
            var breaks = space.brokenConstraints(values);
            if (breaks.isEmpty() && history.occurrences(values) == 0) {
                return Optional.of(
                        new Suggested(values, "the next point of the grid of %d, as declared".formatted(size)));
            }
            breaks.forEach(constraint -> broken.merge(constraint, 1, Integer::sum));
            met += breaks.isEmpty() ? 1 : 0;
            isAtEnd = !advance();
        }
        if (met == 0) {
            throw new NoFeasiblePointException("no point of the grid satisfies the constraints: "
                    + broken.entrySet().stream()
                            .map(entry -> "'%s' failed for %d of %d"
                                    .formatted(entry.getKey().text(), entry.getValue(), size))
                            .collect(Collectors.joining(", ")));
        }
        return Optional.empty();
    }

    private ParameterValues drawnPoint() {
        sequence.point(drawn, coordinates);
        var values = new HashMap<String, ParameterValue>();
        int at = 0;
        for (Parameter parameter : space.order()) {
            double coordinate = varies(parameter) ? coordinates[at++] : 0;
            if (space.isActive(parameter, values)) {
                var distribution = parameter.distribution();
                long index = (long) (coordinate * distribution.size().orElseThrow());
                values.put(parameter.name(), value(distribution, index));
            }
        }
        return space.inOrder(values);
    }

    /** The point at the digits, of which those that are -1 begin at 0 where they are active. */
    private ParameterValues declaredPoint() {
        var values = new HashMap<String, ParameterValue>();
        List<Parameter> parameters = space.order();
        for (int p = 0; p < digits.length; p++) {
            var parameter = parameters.get(p);
            if (space.isActive(parameter, values)) {
                digits[p] = Math.max(0, digits[p]);
                values.put(parameter.name(), value(parameter.distribution(), digits[p]));
            }
        }
        return space.inOrder(values);
    }

    /** False if that was the last point. */
    private boolean advance() {
        List<Parameter> parameters = space.order();
        for (int p = digits.length - 1; p >= 0; p--) {
            if (digits[p] >= 0
                    && digits[p] + 1 < parameters.get(p).distribution().size().orElseThrow()) {
                digits[p]++;
                Arrays.fill(digits, p + 1, digits.length, -1);
                return true;
            }
        }
        return false;
    }

    private static ParameterValue value(Distribution distribution, long index) {
        return switch (distribution) {
            case FloatDistribution floats ->
                new FloatValue(floats.step().isPresent() ? floats.valueAt(index) : floats.low());
            case IntDistribution ints -> new IntValue(ints.valueAt(index));
            case CategoricalDistribution choices -> choices.values().get((int) index);
        };
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private Order order = Order.SPREAD;
        private long seed;

        private Builder(SearchSpace space) {
            this.space = Objects.requireNonNull(space, "space");
        }

        /** {@link Order#SPREAD} if not set. */
        public Builder order(Order value) {
            this.order = Objects.requireNonNull(value, "order");
            return this;
        }

        /** Scrambles {@link Order#SPREAD}; 0 if not set. */
        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a parameter has infinitely many values, naming it, or the grid has more than
         *     {@value GridSampler#MOST_POINTS} points
         */
        public GridSampler build() {
            return new GridSampler(this);
        }
    }
}
