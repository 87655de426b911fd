package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;

/** Gives up nothing. */
public final class NopPruner implements Pruner {
    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        return Verdict.proceed();
    }
}
