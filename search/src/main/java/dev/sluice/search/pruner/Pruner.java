package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;

/**
 * Decides whether a trial is worth going on with.
 *
 * <p>Asked after each measurement that has a value of an objective; trial and history hold that measurement already. Pure: the
 * same trial and history, the same verdict. Mirrored values with a mirrored direction give the mirrored verdict. Belongs to its
 * study's thread.
 */
public interface Pruner {
    Verdict judge(Trial trial, TrialHistory history);
}
