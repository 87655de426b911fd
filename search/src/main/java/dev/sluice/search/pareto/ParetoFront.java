package dev.sluice.search.pareto;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The trials of a study that no other beats: of the COMPLETE ones that keep to all constraints and have a number for each objective,
 * those that no other dominates. Trials that are equally good are all on it. With one objective it holds the best.
 *
 * <p>Takes in one trial at a time: with two objectives in {@code O(log n)} and a short copy, with more in {@code O(m n)} of the front's
 * size. The order in which trials come makes no difference but between equals. Not thread-safe.
 */
public final class ParetoFront {
    private final Goals goals;
    private final List<Trial> trials = new ArrayList<>();
    private final List<Trial> view = Collections.unmodifiableList(trials);
    private final List<double[]> costs = new ArrayList<>();
    private int taken;

    /** An empty front for trials with these goals. */
    public ParetoFront(Goals goals) {
        this.goals = Objects.requireNonNull(goals, "goals");
    }

    /** The front of a history as it stands now. */
    public static ParetoFront of(TrialHistory history) {
        var front = new ParetoFront(history.goals());
        front.update(history);
        return front;
    }

    /** Takes in the trials that were concluded since it last did. Always of the same history, and without {@link #add}. */
    public void update(TrialHistory history) {
        for (; taken < history.concluded().size(); taken++) {
            add(history.concluded().get(taken));
        }
    }

    /**
     * Takes in a trial that has ended, once.
     *
     * @return whether it is on the front now; those that it dominates have left
     */
    public boolean add(Trial trial) {
        if (trial.state() != TrialState.COMPLETE || !trial.isFeasible()) {
            return false;
        }
        var standing = Standing.of(trial, goals);
        return standing.isPresent() && insert(trial, standing.get().costs());
    }

    /*
     * The front lies in lexicographic order of costs. With two objectives the second cost falls as the first rises, so that only the
     * last one before the newcomer can dominate it, and those that it dominates follow it in one piece.
     */
    private boolean insert(Trial trial, double[] row) {
        int at = firstAbove(row);
        boolean two = row.length == 2;
        for (int i = at - 1; i >= 0; i--) {
            if (Domination.dominates(costs.get(i), row)) {
                return false;
            }
            if (two && Domination.compare(costs.get(i), row) != 0) {
                break;
            }
        }
        int kept = at;
        int i = at;
        for (; i < costs.size(); i++) {
            if (Domination.dominates(row, costs.get(i))) {
                continue;
            }
            if (two) {
                break;
            }
            costs.set(kept, costs.get(i));
            trials.set(kept, trials.get(i));
            kept++;
        }
        costs.subList(kept, i).clear();
        trials.subList(kept, i).clear();
        costs.add(at, row);
        trials.add(at, trial);
        return true;
    }

    private int firstAbove(double[] row) {
        int low = 0;
        int high = costs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Domination.compare(costs.get(middle), row) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** What is on it, the best by the first objective first, of equals by the next; then as they came. An unmodifiable live view. */
    public List<Trial> trials() {
        return view;
    }

    /** How many trials are on it. */
    public int size() {
        return trials.size();
    }

    /** The costs of {@link #trials}, [trials][objectives]; a copy. */
    public double[][] costs() {
        return costs.stream().map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * How much of what is better than a reference point it covers, in the product of the objectives' units. See {@link Hypervolume}.
     *
     * @param reference by objective, in its metric's unit: what is just not worth having
     */
    public double hypervolume(double... reference) {
        if (reference.length != goals.objectives().size()) {
            throw new IllegalArgumentException("reference must have %d values, one an objective, was %d"
                    .formatted(goals.objectives().size(), reference.length));
        }
        var bound = new double[reference.length];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = goals.objectives().get(i).direction().toCost(reference[i]);
        }
        return Hypervolume.of(costs.toArray(double[][]::new), bound);
    }
}
