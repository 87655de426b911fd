package dev.sluice.search.terminator;

import dev.sluice.search.pareto.ParetoFront;
import dev.sluice.search.pareto.Standing;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Stops when so many trials in a row have ended without anything better. COMPLETE, PRUNED and INFEASIBLE trials count; failed and
 * cancelled ones say nothing about the search, and those taken over from other studies set the mark without being counted.
 *
 * <p>Better is a COMPLETE trial that keeps to all constraints and has a strictly better objective value than every such one before; with
 * several objectives, one that none before equals or beats in all of them. As long as none has kept to the constraints, one that broke
 * them by less than any before is better too.
 *
 * <p>Takes in each trial once, so that a check takes as long as the trials since the last one: {@code O(log front)} each with two
 * objectives, {@code O(front)} with more. What it keeps is a cache. Not thread-safe.
 */
public final class StagnationTerminator implements Terminator {
    private final int trials;

    private final Bookmark bookmark = new Bookmark();
    private Optional<ParetoFront> front = Optional.empty();
    private final Set<Standing> shown = new HashSet<>();
    private double leastViolation;
    private int taken;
    private int since;

    /**
     * A terminator.
     *
     * @param trials at least 1
     */
    public StagnationTerminator(int trials) {
        if (trials < 1) {
            throw new IllegalArgumentException("trials must be >= 1, was " + trials);
        }
        this.trials = trials;
    }

    /** How many trials in a row. */
    public int trials() {
        return trials;
    }

    @Override
    public Optional<Termination> check(TrialHistory history) {
        var best = front(history);
        for (; taken < history.concluded().size(); taken++) {
            Trial trial = history.concluded().get(taken);
            if (isBetter(trial, best, history)) {
                since = 0;
            } else if (trial.importedFrom().isEmpty()) {
                since++;
            }
        }
        return since < trials
                ? Optional.empty()
                : Optional.of(new Termination(Termination.Kind.STAGNATION, reason(best)));
    }

    private ParetoFront front(TrialHistory history) {
        if (!bookmark.goesOn(history) || front.isEmpty()) {
            front = Optional.of(new ParetoFront(history.goals()));
            shown.clear();
            leastViolation = Double.POSITIVE_INFINITY;
            taken = 0;
            since = 0;
        }
        return front.get();
    }

    private boolean isBetter(Trial trial, ParetoFront best, TrialHistory history) {
        if (trial.state() != TrialState.COMPLETE) {
            return false;
        }
        var standing = Standing.of(trial, history.goals());
        if (standing.isEmpty()) {
            return false;
        }
        if (best.add(trial)) {
            return shown.add(standing.get()); // what is as good as another is on the front too
        }
        if (best.size() == 0 && standing.get().violation() < leastViolation) {
            leastViolation = standing.get().violation();
            return true;
        }
        return false;
    }

    private String reason(ParetoFront best) {
        if (best.size() > 0) {
            return "the last %d trials brought nothing better".formatted(since);
        }
        return leastViolation < Double.POSITIVE_INFINITY
                ? "none of the last %d trials came closer to what the constraints want".formatted(since)
                : "none of the last %d trials had a value".formatted(since);
    }
}
