package dev.sluice.search.pruner;

import dev.sluice.search.curve.CurveModel;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Optional;

/**
 * Whether a trial is likely enough to end better than all before it to be worth its steps, as a {@link CurveModel} sees it: see
 * {@link CurvePruner}. Keeps the model as a cache of the history. Not thread-safe.
 */
final class Outlook {
    private static final int NEWEST = 32;

    private final int startup;
    private final double hope;
    private final Bookmark bookmark = new Bookmark();
    private CurveModel curves = new CurveModel();
    private int taken;
    private double best = Double.POSITIVE_INFINITY;

    /**
     * @param startup how many trials must be concluded
     * @param hope the share of a new trial's chance for each step that a trial must have, at least 0
     */
    Outlook(int startup, double hope) {
        this.startup = startup;
        this.hope = hope;
    }

    /** Whether there is enough to go by: one objective, a feasible trial, trials to learn from, and one of them that ran to its end. */
    boolean isReady(Showing showing, TrialHistory history) {
        return history.objectives().size() == 1
                && showing.violation() == 0
                && history.concluded().size() >= startup
                && history.count(TrialState.COMPLETE) > 0;
    }

    /** Why a trial is not worth going on with, in words; empty if it is. */
    Optional<String> shortfall(Showing showing, TrialHistory history, Rungs rungs, long max) {
        update(history, rungs);
        // what shows as much as the best did is not behind it, whatever the model makes of it
        if (!Double.isFinite(best) || showing.cost(0) <= best) {
            return Optional.empty();
        }
        var objective = history.objectives().getFirst();
        double chance = curves.chance(objective, showing.cost(0), showing.step(), best);
        double others = chanceOfNew(objective, history, rungs);
        long first = rungs.step(0);
        double left = Math.min(1, (double) (max - showing.step()) / (max - first));
        if (chance >= hope * others * left) {
            return Optional.empty();
        }
        return Optional.of("%s at step %d will hardly end better than %s (chance %s %%, of new trials %s %%)"
                .formatted(
                        showing.shown(history.goals()),
                        showing.step(),
                        Figures.of(objective.direction().toCost(best)),
                        percent(chance),
                        percent(others)));
    }

    private static String percent(double share) {
        return Figures.of(Math.rint(share * 1_000) / 10);
    }

    private void update(TrialHistory history, Rungs rungs) {
        if (!bookmark.goesOn(history)) {
            curves = new CurveModel(rungs.steps());
            taken = 0;
            best = Double.POSITIVE_INFINITY;
        }
        var objective = history.objectives().getFirst();
        List<Trial> concluded = history.concluded();
        curves.update(objective, concluded);
        for (; taken < concluded.size(); taken++) {
            Trial trial = concluded.get(taken);
            double cost = objective.direction().toCost(trial.objectiveValue(0).orElse(Double.NaN));
            if (trial.isFeasible() && Double.isFinite(cost)) {
                best = Math.min(best, cost);
            }
        }
    }

    /** The mean chance that the newest concluded trials had at the first rung, 0 for those that did not get there. */
    private double chanceOfNew(Objective objective, TrialHistory history, Rungs rungs) {
        List<Trial> concluded = history.concluded();
        List<Trial> newest = concluded.subList(Math.max(0, concluded.size() - NEWEST), concluded.size());
        double sum = 0;
        for (Trial trial : newest) {
            var reached = rungs.showings(trial.id().number());
            if (!reached.isEmpty() && Double.isFinite(reached.getFirst().cost(0))) {
                sum += curves.chance(
                        objective,
                        reached.getFirst().cost(0),
                        reached.getFirst().step(),
                        best);
            }
        }
        return sum / newest.size();
    }
}
