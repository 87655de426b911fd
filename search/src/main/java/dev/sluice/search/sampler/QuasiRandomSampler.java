package dev.sluice.search.sampler;

import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.TrialHistory;
import java.util.HashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Goes through a scrambled Sobol sequence ({@link SobolSequence}), a coordinate a parameter, so that trials fill the space more evenly than
 * random ones do; most evenly where their number is a power of two.
 *
 * <p>Each answer is the first point of the sequence that breaks no constraint and that no trial of the history has. So it depends on seed
 * and history alone: workers may ask in parallel, a study that is replayed goes on where it was, and points that were put in the queue
 * displace none. All trials of a study share one scrambling, that of the seed it is made with; the random generator of an ask has no part
 * in it. The coordinate of a parameter that is not active is left unused. Values have the chances that {@link RandomSampler} gives them.
 *
 * <p>On a finite space it may meet what was tried already; where that is so for the first {@value #SPARE} points and four for each trial,
 * it draws evenly among those left, and when all were tried it repeats, as {@link RandomSampler} does. Not thread-safe.
 */
public final class QuasiRandomSampler implements Sampler {
    /** How many points in a row may break constraints before it gives up on the sequence. */
    private static final int FEASIBLE_POINTS = RandomSampler.FEASIBLE_DRAWS;

    private static final int SPARE = 1000;

    private final SearchSpace space;
    private final RandomSampler randomSampler;
    private final SobolSequence sequence;
    private final double[] coordinates;

    /*
     * Where the search for a point goes on, which is but a cache: a trial once asked for keeps its values, so that a point that was passed
     * over stays so.
     */
    private final Bookmark bookmark = new Bookmark();
    private int cursor;
    private long passed;
    private boolean barren;

    private QuasiRandomSampler(SearchSpace space, long seed) {
        this.space = Objects.requireNonNull(space, "space");
        this.randomSampler = RandomSampler.of(space);
        int dimensions =
                (int) space.order().stream().filter(QuasiRandomSampler::varies).count();
        this.sequence = SobolSequence.scrambled(Math.max(1, dimensions), seed);
        this.coordinates = new double[sequence.dimensions()];
    }

    /** A sampler whose sequence is scrambled by this seed. */
    public static QuasiRandomSampler of(SearchSpace space, long seed) {
        return new QuasiRandomSampler(space, seed);
    }

    private static boolean varies(Parameter parameter) {
        var size = parameter.distribution().size();
        return size.isEmpty() || size.getAsLong() > 1;
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        var point = next(history);
        if (point.isPresent()) {
            return Optional.of(new Suggested(point.get(), "point %d of a scrambled Sobol sequence".formatted(cursor)));
        }
        return Optional.of(randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(
                        values,
                        barren
                                ? "drawn at random, since %d points of the Sobol sequence in a row break constraints"
                                        .formatted(FEASIBLE_POINTS)
                                : "drawn at random, since the Sobol sequence has long met only points that were tried"))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random),
                        "drawn at random again, since all points of the space were tried")));
    }

    /**
     * The first point of the sequence that breaks no constraint and that no trial has; for samplers that begin with such points.
     *
     * @return empty where none was found: all points of a finite space were tried or nearly so, or hardly any point keeps the constraints
     */
    public Optional<ParameterValues> next(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            cursor = 0;
            passed = 0;
            barren = false;
        }
        long limit = SPARE + 4L * history.size();
        int broken = 0;
        while (!barren && passed < limit && cursor < Integer.MAX_VALUE) {
            var values = point(cursor);
            boolean allowed = space.brokenConstraints(values).isEmpty();
            if (allowed && history.occurrences(values) == 0) {
                return Optional.of(values);
            }
            cursor++;
            passed += allowed ? 1 : 0;
            broken = allowed ? 0 : broken + 1;
            barren = broken == FEASIBLE_POINTS;
        }
        return Optional.empty();
    }

    private ParameterValues point(int index) {
        sequence.point(index, coordinates);
        var values = new HashMap<String, ParameterValue>();
        int at = 0;
        for (Parameter parameter : space.order()) {
            double coordinate = varies(parameter) ? coordinates[at++] : 0;
            if (space.isActive(parameter, values)) {
                values.put(parameter.name(), RandomSampler.at(parameter.distribution(), coordinate));
            }
        }
        return space.inOrder(values);
    }
}
