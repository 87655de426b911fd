package dev.sluice.tracker.outbox;

import java.util.Collection;

/** The runs that are followed, as those who deliver for one of them see the others. Thread-safe. */
interface Roster {
    Collection<FollowedRun> runs();

    /** All of a run is looked at anew. */
    void wake(FollowedRun run);

    /** What is due of a run, and may be done now, is begun. */
    void wakeWhatIsDue(FollowedRun run);
}
