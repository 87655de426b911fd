package dev.sluice.search.sampler.gp;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.TrialHistory;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Finds the point of a space that promises most. A finite space of at most {@value #ENUMERATED} points is scored as a whole; any other
 * is left to an {@link AcquisitionMaximizer}. Not thread-safe.
 */
final class PointSearch {
    static final int ENUMERATED = 5_000;

    private final SearchSpace space;
    private final Encoding encoding;
    private final AcquisitionMaximizer maximizer;
    private Optional<List<Point>> points = Optional.empty();

    private static final class Point {
        private final ParameterValues values;
        private final double[] row;

        Point(ParameterValues values, double[] row) {
            this.values = values;
            this.row = row;
        }
    }

    PointSearch(SearchSpace space, Encoding encoding, Features features) {
        this.space = space;
        this.encoding = encoding;
        this.maximizer = new AcquisitionMaximizer(space, encoding, features);
    }

    /**
     * The most promising point that no trial has.
     *
     * @param neighbourhoods near which to look, asked for where the space is not scored as a whole
     * @return empty if none was found
     */
    Optional<ParameterValues> untried(
            TrialHistory history, Promise promise, Supplier<List<double[]>> neighbourhoods, RandomGenerator random) {
        if (!all().isEmpty()) {
            List<double[]> left = all().stream()
                    .filter(point -> history.occurrences(point.values) == 0)
                    .map(point -> point.row)
                    .toList();
            return best(promise, left);
        }
        for (var candidate : maximizer.maximize(promise, neighbourhoods.get(), random)) {
            var values = encoding.decode(candidate.row());
            if (history.occurrences(values) == 0) {
                return Optional.of(values);
            }
        }
        return Optional.empty();
    }

    /** The most promising point, tried or not; empty where the space is not scored as a whole. */
    Optional<ParameterValues> any(Promise promise) {
        return best(promise, all().stream().map(point -> point.row).toList());
    }

    private Optional<ParameterValues> best(Promise promise, List<double[]> rows) {
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(encoding.decode(
                        maximizer.score(promise, rows).getFirst().row()));
    }

    /** Empty where there are too many. */
    private List<Point> all() {
        if (points.isEmpty()) {
            points = Optional.of(space.points(ENUMERATED).orElse(List.of()).stream()
                    .map(values -> new Point(values, encoding.encode(values)))
                    .toList());
        }
        return points.get();
    }
}
