package dev.sluice.search.sampler.internal;

import dev.sluice.search.trial.TrialHistory;

/**
 * Where a sampler stopped reading: what it has reckoned from a history holds on for the same study at a later revision, and for nothing
 * else. Not thread-safe.
 */
public final class Bookmark {
    private Object lineage = this;
    private int trials;
    private int concluded;

    /** Whether this history goes on where the last one ended; if not, all that was kept is to be dropped. Remembers this one. */
    // histories of one study are told by identity; they have no equality of their own
    @SuppressWarnings("ReferenceEquality")
    public boolean goesOn(TrialHistory history) {
        boolean goesOn = lineage == history.lineage()
                && trials <= history.size()
                && concluded <= history.concluded().size();
        lineage = history.lineage();
        trials = history.size();
        concluded = history.concluded().size();
        return goesOn;
    }
}
