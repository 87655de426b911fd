package dev.sluice.search.sampler.gp;

import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a trial that was given up for what it had shown, but for no better than the median of those that ran to their end, since it was
 * given up for being worse than others; where none did, for what it had shown.
 */
final class AsShown implements PartialCosts {
    @Override
    public List<Guess> guess(Objective objective, List<Trial> concluded, int[] pruned) {
        double[] complete = concluded.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .mapToDouble(trial -> cost(objective, trial))
                .filter(cost -> !Double.isNaN(cost))
                .sorted()
                .toArray();
        double median = complete.length == 0 ? Double.NEGATIVE_INFINITY : complete[complete.length / 2];
        double spread = complete.length == 0 ? 0 : median - complete[complete.length / 4];
        List<Guess> guesses = new ArrayList<>(pruned.length);
        for (int index : pruned) {
            guesses.add(new Guess(
                    Math.max(cost(objective, concluded.get(index)), median), Double.isFinite(spread) ? spread / 2 : 0));
        }
        return guesses;
    }

    static double cost(Objective objective, Trial trial) {
        return objective.direction().toCost(trial.objectiveValue(0).orElse(Double.NaN));
    }
}
