package dev.sluice.search.sampler.internal;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.Arrays;
import java.util.Objects;

/**
 * The concluded trials of a history with one objective, the best first: COMPLETE ones by value, then PRUNED ones by the step they
 * reached, the farthest first, and by value among equals. What shows no number (NaN, nothing, INFEASIBLE) has no rank.
 *
 * <p>Takes in what is new with each {@link #update}: {@code O(log n)} a trial, and a short copy. Equal trials rank in the order in which
 * they ended, so that the ranking depends on the history alone. Not thread-safe.
 */
public final class Ranking {
    private static final long COMPLETE = Long.MAX_VALUE;

    private int taken;
    private int size;
    private int[] numbers = new int[16];
    private double[] costs = new double[16];
    private long[] reaches = new long[16];
    private int unrankedSize;
    private int[] unranked = new int[16];

    /** Takes in the trials that were concluded since. */
    public void update(TrialHistory history) {
        Direction direction = history.objectives().getFirst().direction();
        for (; taken < history.concluded().size(); taken++) {
            Trial trial = history.concluded().get(taken);
            double value = trial.objectiveValue(0).orElse(Double.NaN);
            if (Double.isNaN(value) || trial.state() == TrialState.INFEASIBLE) {
                if (unrankedSize == unranked.length) {
                    unranked = Arrays.copyOf(unranked, 2 * unrankedSize);
                }
                unranked[unrankedSize] = trial.id().number();
                unrankedSize++;
            } else {
                insert(
                        trial.id().number(),
                        direction.toCost(value),
                        trial.state() == TrialState.COMPLETE ? COMPLETE : trial.lastStep());
            }
        }
    }

    private void insert(int number, double cost, long reach) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (reaches[middle] > reach || (reaches[middle] == reach && costs[middle] <= cost)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
            costs = Arrays.copyOf(costs, 2 * size);
            reaches = Arrays.copyOf(reaches, 2 * size);
        }
        System.arraycopy(numbers, low, numbers, low + 1, size - low);
        System.arraycopy(costs, low, costs, low + 1, size - low);
        System.arraycopy(reaches, low, reaches, low + 1, size - low);
        numbers[low] = number;
        costs[low] = cost;
        reaches[low] = reach;
        size++;
    }

    /** How many trials were taken in, ranked or not. */
    public int taken() {
        return taken;
    }

    /** How many trials have a rank. */
    public int size() {
        return size;
    }

    /** The number of the trial of this rank, 0 the best. */
    public int number(int rank) {
        return numbers[Objects.checkIndex(rank, size)];
    }

    /** How many concluded trials have no rank. */
    public int unrankedSize() {
        return unrankedSize;
    }

    /** The number of such a trial, in the order in which they ended. */
    public int unranked(int index) {
        return unranked[Objects.checkIndex(index, unrankedSize)];
    }
}
