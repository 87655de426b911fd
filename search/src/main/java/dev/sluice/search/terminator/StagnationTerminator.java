package dev.sluice.search.terminator;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stops when so many trials in a row have ended without anything better. COMPLETE, PRUNED and INFEASIBLE trials count; failed and
 * cancelled ones say nothing about the search. Better is a COMPLETE trial with a strictly better objective value than every one before;
 * with several objectives, one that no trial before equals or beats in all of them.
 *
 * <p>{@code O(trials)} a check, with several objectives {@code O(trials * front)}.
 *
 * @param trials at least 1
 */
public record StagnationTerminator(int trials) implements Terminator {
    public StagnationTerminator {
        if (trials < 1) {
            throw new IllegalArgumentException("trials must be >= 1, was " + trials);
        }
    }

    @Override
    public Optional<Termination> check(TrialHistory history) {
        if (history.concluded().size() < trials) {
            return Optional.empty();
        }
        var front = new ArrayList<double[]>();
        int since = 0;
        for (Trial trial : history.concluded()) {
            since = trial.state() == TrialState.COMPLETE && joins(front, costs(trial, history)) ? 0 : since + 1;
        }
        return since < trials
                ? Optional.empty()
                : Optional.of(new Termination(
                        Termination.Kind.STAGNATION,
                        front.isEmpty()
                                ? "none of the last %d trials had a value".formatted(since)
                                : "the last %d trials brought nothing better".formatted(since)));
    }

    private static double[] costs(Trial trial, TrialHistory history) {
        var costs = new double[history.objectives().size()];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = history.objectives()
                    .get(i)
                    .direction()
                    .toCost(trial.objectiveValue(i).orElse(Double.NaN));
        }
        return costs;
    }

    private static boolean joins(List<double[]> front, double[] costs) {
        for (double cost : costs) {
            if (Double.isNaN(cost)) {
                return false;
            }
        }
        for (double[] other : front) {
            if (covers(other, costs)) {
                return false;
            }
        }
        front.removeIf(other -> covers(costs, other));
        front.add(costs);
        return true;
    }

    private static boolean covers(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] > b[i]) {
                return false;
            }
        }
        return true;
    }
}
