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
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.TrialHistory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Draws each parameter by itself, evenly as its scale sees it, parents before those that depend on them, and rejects what breaks a
 * constraint.
 *
 * <p>On a linear scale all grid values are equally likely. On a log scale with a grid, a value's chance is the width of its cell (from
 * half a step below to half a step above, the first cell as {@link FloatDistribution#lowerEdge} has it) on the log axis.
 *
 * <p>On a finite space it draws again what was tried already, up to {@value #FRESH_DRAWS} times; then, where the space has at most
 * {@value #ENUMERATED} points, it chooses evenly among those left. When all were tried it repeats, since training is noisy and the budget,
 * not the space, says when to stop. It never answers that there is nothing more.
 */
public final class RandomSampler implements Sampler {
    /** How many draws may break constraints before it gives up. */
    public static final int FEASIBLE_DRAWS = 10_000;

    private static final int FRESH_DRAWS = 100;
    private static final int ENUMERATED = 100_000;

    private final SearchSpace space;
    private Optional<List<ParameterValues>> points = Optional.empty();

    private RandomSampler(SearchSpace space) {
        this.space = Objects.requireNonNull(space, "space");
    }

    public static RandomSampler of(SearchSpace space) {
        return new RandomSampler(space);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        var fresh = drawFresh(history, random);
        return Optional.of(
                fresh.isPresent()
                        ? new Suggested(fresh.get(), "drawn at random")
                        : new Suggested(
                                draw(random), "drawn at random again, since all points of the space were tried"));
    }

    /**
     * A point that no trial of the history has; for samplers that begin with random points, or fall back on them.
     *
     * @return empty if all points of a finite space were tried, or it is too large to be sure and none was found by drawing
     * @throws NoFeasiblePointException if none was found that satisfies the constraints
     */
    public Optional<ParameterValues> drawFresh(TrialHistory history, RandomGenerator random) {
        for (int i = 0; i < FRESH_DRAWS; i++) {
            var values = draw(random);
            if (history.occurrences(values) == 0) {
                return Optional.of(values);
            }
        }
        if (points.isEmpty()) {
            points = space.points(ENUMERATED);
        }
        var left = points.orElse(List.of()).stream()
                .filter(point -> history.occurrences(point) == 0)
                .toList();
        return left.isEmpty() ? Optional.empty() : Optional.of(left.get(random.nextInt(left.size())));
    }

    /**
     * A point of the space, whether it was tried or not.
     *
     * @throws NoFeasiblePointException if none was found that satisfies the constraints
     */
    public ParameterValues draw(RandomGenerator random) {
        if (space.constraints().isEmpty()) {
            return drawUnconstrained(random);
        }
        Map<Expression, Integer> broken = new LinkedHashMap<>();
        for (int i = 0; i < FEASIBLE_DRAWS; i++) {
            var values = drawUnconstrained(random);
            var breaks = space.brokenConstraints(values);
            if (breaks.isEmpty()) {
                return values;
            }
            breaks.forEach(constraint -> broken.merge(constraint, 1, Integer::sum));
        }
        if (points.isEmpty()) {
            points = space.points(ENUMERATED);
        }
        if (points.isPresent() && !points.get().isEmpty()) {
            var feasible = points.get();
            return feasible.get(random.nextInt(feasible.size()));
        }
        throw new NoFeasiblePointException("%s: %s"
                .formatted(
                        points.isPresent()
                                ? "no point of the space satisfies the constraints"
                                : "none of %d points drawn satisfies the constraints".formatted(FEASIBLE_DRAWS),
                        broken.entrySet().stream()
                                .map(entry -> "'%s' failed for %d of %d"
                                        .formatted(entry.getKey().text(), entry.getValue(), FEASIBLE_DRAWS))
                                .collect(Collectors.joining(", "))));
    }

    private ParameterValues drawUnconstrained(RandomGenerator random) {
        var values = new HashMap<String, ParameterValue>();
        for (Parameter parameter : space.order()) {
            if (space.isActive(parameter, values)) {
                values.put(parameter.name(), draw(parameter.distribution(), random));
            }
        }
        return space.inOrder(values);
    }

    /** One value, evenly as the distribution's scale sees it. */
    public static ParameterValue draw(Distribution distribution, RandomGenerator random) {
        return switch (distribution) {
            case CategoricalDistribution choices ->
                choices.values()
                        .get(
                                choices.isConstant()
                                        ? 0
                                        : random.nextInt(choices.values().size()));
            case IntDistribution ints ->
                ints.scale() == Scale.LOG
                        ? ints.nearest(drawLog(ints.lowerEdge(), ints.upperEdge(), random))
                        : new IntValue(ints.valueAt(random.nextLong(ints.count())));
            case FloatDistribution floats -> {
                if (floats.low() == floats.high()) {
                    yield new FloatValue(floats.low());
                }
                if (floats.scale() == Scale.LOG) {
                    yield floats.nearest(drawLog(floats.lowerEdge(), floats.upperEdge(), random));
                }
                yield floats.step().isPresent()
                        ? new FloatValue(
                                floats.valueAt(random.nextLong(floats.size().orElseThrow())))
                        : floats.nearest(floats.low() + random.nextDouble() * (floats.high() - floats.low()));
            }
        };
    }

    /** The value that a coordinate in [0, 1) stands for, so that a uniform one gives what {@link #draw(Distribution, RandomGenerator)} does. */
    static ParameterValue at(Distribution distribution, double coordinate) {
        return switch (distribution) {
            case CategoricalDistribution choices ->
                choices.values().get((int) (coordinate * choices.values().size()));
            case IntDistribution ints ->
                ints.scale() == Scale.LOG
                        ? ints.nearest(atLog(ints.lowerEdge(), ints.upperEdge(), coordinate))
                        : new IntValue(ints.valueAt((long) (coordinate * ints.count())));
            case FloatDistribution floats -> {
                if (floats.scale() == Scale.LOG) {
                    yield floats.nearest(atLog(floats.lowerEdge(), floats.upperEdge(), coordinate));
                }
                yield floats.step().isPresent()
                        ? new FloatValue(floats.valueAt(
                                (long) (coordinate * floats.size().orElseThrow())))
                        : floats.nearest(floats.low() + coordinate * (floats.high() - floats.low()));
            }
        };
    }

    private static double drawLog(double low, double high, RandomGenerator random) {
        return atLog(low, high, random.nextDouble());
    }

    private static double atLog(double low, double high, double coordinate) {
        double logLow = Math.log(low);
        return Math.exp(logLow + coordinate * (Math.log(high) - logLow));
    }
}
