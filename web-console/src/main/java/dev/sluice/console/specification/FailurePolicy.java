package dev.sluice.console.specification;

import dev.sluice.search.trial.TrialState;
import java.util.regex.Pattern;

/**
 * What a failed attempt's log says about its trial.
 *
 * @param log a regular expression to be found in one line of the log; it compiles. It comes from a user: give it one line of
 *            bounded length and bounded time
 * @param as  what the trial then is: INFEASIBLE, PRUNED or FAILED
 */
public record FailurePolicy(String log, TrialState as) {

    /** The expression, compiled. */
    public Pattern pattern() {
        return Pattern.compile(log);
    }
}
