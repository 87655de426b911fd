package dev.sluice.search.terminator;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Ends a sweep whose trials fail: when more than so many have failed; or, where nothing was said of how many may, when its first
 * {@value #FIRST} trials, all of them, have. Those taken over from other studies do not
 * count.
 *
 * @param failed how many failed trials are borne, at least 0
 */
public record FailureBudget(OptionalInt failed) implements Terminator {
    private static final int FIRST = 5;

    public FailureBudget {
        if (failed.isPresent() && failed.getAsInt() < 0) {
            throw new IllegalArgumentException("failed must be >= 0, was " + failed.getAsInt());
        }
    }

    /** So many failed trials are borne, and no more. */
    public static FailureBudget of(int failed) {
        return new FailureBudget(OptionalInt.of(failed));
    }

    /** Any number, unless the first ones all fail. */
    public static FailureBudget unlimited() {
        return new FailureBudget(OptionalInt.empty());
    }

    @Override
    public Optional<Termination> check(TrialHistory history) {
        int count = history.count(TrialState.FAILED);
        if (failed.isPresent()) {
            return count <= failed.getAsInt()
                    ? Optional.empty()
                    : Optional.of(new Termination(
                            Termination.Kind.FAILURE,
                            "%d trials failed, where %d are borne".formatted(count, failed.getAsInt())));
        }
        if (count < FIRST) {
            return Optional.empty();
        }
        int number = 0;
        Trial last = history.get(new TrialId(0));
        for (int failures = 0; failures < FIRST; number++) {
            last = history.get(new TrialId(number));
            if (last.state() == TrialState.FAILED) {
                failures++;
            } else if (last.importedFrom().isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(new Termination(
                Termination.Kind.FAILURE,
                "the first %d trials all failed, the last of them with: %s".formatted(FIRST, last.reason())));
    }
}
