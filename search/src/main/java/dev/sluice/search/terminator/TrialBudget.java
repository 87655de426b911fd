package dev.sluice.search.terminator;

import dev.sluice.search.trial.TrialHistory;
import java.util.Optional;

/**
 * So many trials and no more. Every trial counts from the moment it has a number, however it was begun and whatever became of it;
 * those that were taken over from other studies do not.
 *
 * @param trials at least 1
 */
public record TrialBudget(int trials) implements Terminator {
    public TrialBudget {
        if (trials < 1) {
            throw new IllegalArgumentException("trials must be >= 1, was " + trials);
        }
    }

    @Override
    public Optional<Termination> check(TrialHistory history) {
        return history.size() - history.imported() < trials
                ? Optional.empty()
                : Optional.of(new Termination(
                        Termination.Kind.BUDGET,
                        trials == 1
                                ? "the one trial of the budget was begun"
                                : "all %d trials of the budget were begun".formatted(trials)));
    }
}
