package dev.sluice.search.sampler;

import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.TrialHistory;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Where samplers begin that learn from the history: with the defaults, where a parameter declares one, since somebody knew something; then
 * with points that are spread over the space.
 *
 * <p>The first is the point of all defaults, the middle of its range for a parameter that has none, unless it breaks a constraint. The others
 * are of a Sobol sequence ({@link QuasiRandomSampler}) if there is a seed to scramble it by, else random. Nothing is tried twice while
 * something new is left. A function of history and random alone. Not thread-safe.
 */
public final class InitialPoints {
    private final RandomSampler randomSampler;
    private final Optional<QuasiRandomSampler> sequence;
    private final Optional<ParameterValues> defaults;

    private InitialPoints(SearchSpace space, OptionalLong seed) {
        this.randomSampler = RandomSampler.of(Objects.requireNonNull(space, "space"));
        this.sequence =
                seed.isPresent() ? Optional.of(QuasiRandomSampler.of(space, seed.getAsLong())) : Optional.empty();
        this.defaults = defaults(space);
    }

    /**
     * The points of this space.
     *
     * @param seed by which the sequence is scrambled, the study's; empty for random points
     */
    public static InitialPoints of(SearchSpace space, OptionalLong seed) {
        return new InitialPoints(space, seed);
    }

    private static Optional<ParameterValues> defaults(SearchSpace space) {
        if (space.parameters().stream().map(Parameter::defaultValue).allMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        try {
            return Optional.of(space.complete(Map.of()));
        } catch (IllegalArgumentException broken) {
            // defaults that are not allowed together are nowhere to begin
            return Optional.empty();
        }
    }

    /**
     * The next of them; its reason begins like "the declared defaults" or "random".
     *
     * @throws NoFeasiblePointException if no point was found that satisfies the space's constraints
     */
    public Suggested next(TrialHistory history, RandomGenerator random) {
        if (defaults.isPresent() && history.occurrences(defaults.get()) == 0) {
            return new Suggested(defaults.get(), "the declared defaults");
        }
        var point = sequence.flatMap(points -> points.next(history));
        if (point.isPresent()) {
            return new Suggested(point.get(), "spread over the space");
        }
        return randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "random"))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "random again, since all points of the space were tried"));
    }
}
