package dev.sluice.tracker.outbox;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a run's journals are shipped.
 *
 * @param run empty until the server has opened it
 * @param pointsWaiting metric points that are recorded and not yet shipped
 * @param entriesWaiting journal entries, of any kind, that are not yet shipped
 * @param oldestWaiting when the oldest of them was recorded
 * @param ended the run was closed at the server
 * @param quarantined rows that the server refused and that were set aside
 * @param parked why nothing of this run can be shipped, such as that somebody deleted it in MLflow
 */
public record RunProgress(
        Optional<RunId> run,
        Optional<ExperimentId> experiment,
        long pointsWaiting,
        long entriesWaiting,
        Optional<Instant> oldestWaiting,
        boolean ended,
        long quarantined,
        Optional<String> parked) {
    /** Whether all that was recorded is shipped. */
    public boolean isDrained() {
        return run.isPresent() && entriesWaiting == 0;
    }
}
