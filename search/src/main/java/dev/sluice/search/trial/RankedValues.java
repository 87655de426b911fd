package dev.sluice.search.trial;

import java.util.Arrays;
import java.util.Objects;

/**
 * Values of one objective, the best first, NaN last. Grows and shrinks with its history: look at it, do not keep it. Looking up takes
 * {@code O(log n)}, inserting {@code O(n)} with a small constant. Not thread-safe.
 */
public final class RankedValues {
    private final Direction direction;
    private double[] costs = new double[8];
    private int size;

    public RankedValues(Direction direction) {
        this.direction = Objects.requireNonNull(direction, "direction");
    }

    public int size() {
        return size;
    }

    /**
     * The value of this rank, 0 the best.
     *
     * @throws IndexOutOfBoundsException if there are not as many
     */
    public double get(int rank) {
        return direction.toCost(costs[Objects.checkIndex(rank, size)]);
    }

    /** How many are strictly better than this value; for NaN, all that are numbers. */
    public int countBetter(double value) {
        return lowest(direction.toCost(value));
    }

    /** The value in the middle, or the mean of the two there; NaN if there are none. */
    public double median() {
        return quantile(0.5);
    }

    /**
     * The value that a share of all is at least as good as: 0 the best, 1 the worst, in between by linear interpolation between ranks.
     * NaN if there are none, or NaN is met there.
     *
     * @param share in [0, 1]
     */
    public double quantile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in [0, 1], was " + share);
        }
        if (size == 0) {
            return Double.NaN;
        }
        double position = share * (size - 1);
        int below = (int) position;
        double fraction = position - below;
        double low = costs[below];
        if (fraction == 0 || low == costs[below + 1]) {
            return direction.toCost(low);
        }
        return direction.toCost(low + fraction * (costs[below + 1] - low));
    }

    /** Adds a value; only a history has use for it. */
    public void add(double value) {
        double cost = direction.toCost(value);
        int at = lowest(cost);
        if (size == costs.length) {
            costs = Arrays.copyOf(costs, size + (size >> 1));
        }
        System.arraycopy(costs, at, costs, at + 1, size - at);
        costs[at] = cost;
        size++;
    }

    /**
     * Takes a value out again; only a history has use for it.
     *
     * @throws IllegalArgumentException if it is not there
     */
    public void remove(double value) {
        double cost = direction.toCost(value);
        int at = lowest(cost);
        if (at == size || Double.compare(costs[at], cost) != 0) {
            throw new IllegalArgumentException("value %s is not among the %d".formatted(value, size));
        }
        System.arraycopy(costs, at + 1, costs, at, size - at - 1);
        size--;
    }

    /** The index of the first cost that is not below this one, where NaN is above all. */
    private int lowest(double cost) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Double.compare(costs[middle], cost) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        var values = new double[size];
        Arrays.setAll(values, this::get);
        return Arrays.toString(values);
    }
}
