package dev.sluice.search.pruner;

import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.Optional;

/**
 * How much one trial may take on at a time: the steps to its next judgement, at most as a share of the steps that all trials have run.
 *
 * <p>So a study begins with many short trials, and lets the first one run on that is best of several, as the promotions of successive
 * halving do (a trial waits there until {@code reduction} others are at its rung, which one that is stopped and never taken up again
 * cannot); the first to run to its end does so when about as many steps as that takes have been spent. A trial that is stopped for this is
 * lost, as are the candidates of the secretary problem (Ferguson, "Who Solved the Secretary Problem?", 1989) that come before any is taken.
 *
 * @param share above 0, maybe infinite
 */
record Stake(double share) {
    /** Why a trial cannot go on from a rung, as it follows what it showed; empty if it can. {@code O(rungs)}. */
    Optional<String> shortfall(Rungs rungs, int level, long max, TrialHistory history) {
        long next = level + 1 < rungs.levels() ? rungs.step(level + 1) : max;
        double more = (double) next - rungs.step(level);
        double spent = spent(rungs, max, history);
        if (more <= share * spent) {
            return Optional.empty();
        }
        return Optional.of(
                "is given up early: to be judged again it would take %s steps, and all trials have run no more than %s so far"
                        .formatted(Figures.of(more), Figures.of(spent)));
    }

    /** The steps of all trials up to the last rung that each reached, or to the end. */
    private static double spent(Rungs rungs, long max, TrialHistory history) {
        double spent = 0;
        long before = 0;
        for (int level = 0; level < rungs.levels(); level++) {
            spent += (double) rungs.table(0, level).size() * (rungs.step(level) - before);
            before = rungs.step(level);
        }
        return spent + (double) history.count(TrialState.COMPLETE) * (max - before);
    }
}
