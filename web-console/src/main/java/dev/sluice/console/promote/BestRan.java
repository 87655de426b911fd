package dev.sluice.console.promote;

import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The best trial that can be promoted: the best of all may have run in an earlier study, and then its model is not here. */
final class BestRan {
    private BestRan() {}

    /**
     * As {@link dev.sluice.search.trial.TrialHistory#best}, of those that ran here: a COMPLETE one that keeps to the constraints, else a PRUNED one.
     *
     * @return empty if there is none, and always with several objectives
     */
    static Optional<TrialSnapshot> of(Goals goals, List<TrialSnapshot> trials) {
        if (goals.objectives().size() > 1) {
            return Optional.empty();
        }
        return of(goals, trials, TrialState.COMPLETE).or(() -> of(goals, trials, TrialState.PRUNED));
    }

    private static Optional<TrialSnapshot> of(Goals goals, List<TrialSnapshot> trials, TrialState state) {
        return trials.stream()
                .filter(trial -> trial.state() == state && trial.ranHere())
                .filter(trial -> broken(goals, trial).isEmpty())
                .filter(trial -> !Double.isNaN(cost(goals, trial)))
                .min(Comparator.comparingDouble((TrialSnapshot trial) -> cost(goals, trial))
                        .thenComparing(trial -> trial.endedAt().orElse(Instant.MAX))
                        .thenComparingInt(TrialSnapshot::number));
    }

    private static double cost(Goals goals, TrialSnapshot trial) {
        var objective = goals.objectives().getFirst();
        return objective.direction().toCost(value(trial, objective.metric()));
    }

    private static double value(TrialSnapshot trial, String metric) {
        return trial.values().getOrDefault(metric, Double.NaN);
    }

    /** Why a trial that ran elsewhere cannot be promoted; empty for one that ran here. */
    static Optional<String> elsewhere(TrialSnapshot trial) {
        return trial.ranHere()
                ? Optional.empty()
                : Optional.of(
                        "Trial %d did not run in this sweep (%s), so there is no checkpoint of it here; promote it in the sweep that ran it."
                                .formatted(trial.number(), trial.suggestedBy()));
    }

    /** Why a trial that does not keep to the constraints on results cannot be promoted; empty for one that does. */
    static Optional<String> broken(Goals goals, TrialSnapshot trial) {
        return goals.constraints().stream()
                .filter(constraint -> constraint.violation(value(trial, constraint.metric())) > 0)
                .map(constraint -> trial.values().containsKey(constraint.metric())
                        ? "Trial %d breaks the constraint `%s`: its %s is %s."
                                .formatted(
                                        trial.number(),
                                        constraint,
                                        constraint.metric(),
                                        value(trial, constraint.metric()))
                        : "Whether trial %d keeps to the constraint `%s` is not known: it has not reported %s."
                                .formatted(trial.number(), constraint, constraint.metric()))
                .findFirst();
    }
}
