package dev.sluice.search.trial;

/**
 * Where a reader of histories stopped: what it has reckoned from a history holds on for the same study at a later revision, and for
 * nothing else. Not thread-safe.
 */
public final class Bookmark {
    private Object lineage = this;
    private long revision;

    /** Whether this history goes on where the last one ended; if not, all that was kept is to be dropped. Remembers this one. */
    // histories of one study are told by identity; they have no equality of their own
    @SuppressWarnings("ReferenceEquality")
    public boolean goesOn(TrialHistory history) {
        boolean goesOn = lineage == history.lineage() && revision <= history.revision();
        lineage = history.lineage();
        revision = history.revision();
        return goesOn;
    }
}
