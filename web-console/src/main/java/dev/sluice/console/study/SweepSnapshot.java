package dev.sluice.console.study;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A sweep as it stood at one revision.
 *
 * @param specification the normalised sweep file, JSON text
 * @param bestTrial the number of the best trial
 * @param extendedAt when it went on after it had completed, the last time
 */
public record SweepSnapshot(
        UUID id,
        String name,
        SweepState state,
        Optional<SweepState> target,
        String reason,
        String specification,
        Instant createdAt,
        Optional<Instant> endedAt,
        long revision,
        Counts counts,
        Optional<Integer> bestTrial,
        Optional<Instant> extendedAt) {
    /**
     * Trials by state.
     *
     * @param imported those that were taken over from earlier sweeps, which are in no other count: they were not run here
     */
    public record Counts(
            int queued,
            int running,
            int complete,
            int pruned,
            int infeasible,
            int failed,
            int cancelled,
            int imported) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

        Counts withImported() {
            return new Counts(queued, running, complete, pruned, infeasible, failed, cancelled, imported + 1);
        }

        /** These counts with one trial moved: `from` is null for a new trial. */
        Counts moved(TrialState from, TrialState to) {
            return plus(from, -1).plus(to, 1);
        }

        Counts plus(TrialState state, int n) {
            return switch (state) {
                case QUEUED ->
                    new Counts(queued + n, running, complete, pruned, infeasible, failed, cancelled, imported);
                case RUNNING ->
                    new Counts(queued, running + n, complete, pruned, infeasible, failed, cancelled, imported);
                case COMPLETE ->
                    new Counts(queued, running, complete + n, pruned, infeasible, failed, cancelled, imported);
                case PRUNED ->
                    new Counts(queued, running, complete, pruned + n, infeasible, failed, cancelled, imported);
                case INFEASIBLE ->
                    new Counts(queued, running, complete, pruned, infeasible + n, failed, cancelled, imported);
                case FAILED ->
                    new Counts(queued, running, complete, pruned, infeasible, failed + n, cancelled, imported);
                case CANCELLED ->
                    new Counts(queued, running, complete, pruned, infeasible, failed, cancelled + n, imported);
            };
        }

        @JsonIgnore
        public int total() {
            return queued + running + finished();
        }

        @JsonIgnore
        public int finished() {
            return complete + pruned + infeasible + failed + cancelled;
        }
    }
}
