package dev.sluice.console.study;

import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A trial as it stood at one revision of its sweep.
 *
 * @param params plain values by name, inactive parameters absent
 * @param values the metrics at the step that counts (the objective's best, or the last): NaN and infinities possible
 * @param step the last reported step, -1 before the first report
 * @param importedFrom where it ran, in words, if it was taken over from an earlier sweep: it has no attempt and no run
 */
public record TrialSnapshot(
        UUID id,
        UUID sweep,
        int number,
        TrialState state,
        Map<String, Object> params,
        Map<String, Double> values,
        long step,
        String reason,
        String suggestedBy,
        long seed,
        int attempt,
        Instant queuedAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        long revision,
        Optional<String> importedFrom) {
    /** Whether it was launched in this sweep: one that was taken over from an earlier study has no run and no checkpoint here. */
    public boolean ranHere() {
        return attempt > 0;
    }
}
