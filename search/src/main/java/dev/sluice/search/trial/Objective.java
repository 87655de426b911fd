package dev.sluice.search.trial;

import java.util.Objects;

/**
 * What is searched for.
 *
 * @param metric the name under which trials report it
 * @param report whether a trial's best or last value is its result. With {@link Report#BEST}, NaN counts only where there is nothing else
 */
public record Objective(String metric, Direction direction, Report report) {
    public Objective {
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(report, "report");
        if (metric.isBlank()) {
            throw new IllegalArgumentException("an objective's metric must have a name, was '%s'".formatted(metric));
        }
    }

    /** The smallest of a trial's best values is wanted. */
    public static Objective minimize(String metric) {
        return new Objective(metric, Direction.MINIMIZE, Report.BEST);
    }

    /** The largest of a trial's best values is wanted. */
    public static Objective maximize(String metric) {
        return new Objective(metric, Direction.MAXIMIZE, Report.BEST);
    }
}
