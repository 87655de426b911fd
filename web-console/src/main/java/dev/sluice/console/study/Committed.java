package dev.sluice.console.study;

import java.time.Instant;
import java.util.List;

/** One batch that is in the database: what listeners may act on. The trials are those that changed, as they are now. */
public record Committed(SweepSnapshot sweep, List<Recorded> events, List<TrialSnapshot> trials) {
    public Committed {
        events = List.copyOf(events);
        trials = List.copyOf(trials);
    }

    /** An event with its place in the sweep's log (from 1, without gaps) and the time it was taken. */
    public record Recorded(long pos, Instant at, SweepEvent event) {}
}
