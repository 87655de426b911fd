package dev.sluice.console.study;

import dev.sluice.search.trial.TrialState;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a local process ended.
 *
 * @param code its exit code; empty when it was killed or lost
 * @param lastLine the last line it wrote, for the reason
 * @param policy what a failure policy makes of its log
 */
public record Exit(OptionalInt code, String lastLine, Optional<Policy> policy) {

    /**
     * A failure policy that applies.
     *
     * @param as INFEASIBLE, PRUNED or FAILED (without another try)
     * @param line the line of the log that says so
     */
    public record Policy(TrialState as, String line) {}
}
