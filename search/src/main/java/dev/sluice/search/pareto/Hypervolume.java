package dev.sluice.search.pareto;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The hypervolume of costs: how much of the box below a reference point they dominate together. It grows with every point that no other
 * dominates, wherever on the front it lies, so that fronts can be compared by one number.
 *
 * <p>Exact. What is not below the reference in every objective covers nothing, and so does a row with a NaN; a cost of minus infinity
 * covers infinitely much. Costs are to be minimised: see {@link dev.sluice.search.trial.Direction#toCost}.
 */
public final class Hypervolume {
    /*
     * One objective is a length, two a sweep over the points by the first cost, three a sweep by the third that keeps the staircase of the
     * other two and the area below it (as in Beume et al., "On the Complexity of Computing the Hypervolume Indicator", 2009, with a sorted
     * array for the tree): O(n log n) and short copies.
     *
     * More are those of While, Bradstreet and Barone, "A Fast Way of Calculating Exact Hypervolumes" (2012), WFG: the sum over the points of
     * what each covers that none of those after it does, which is its own box less the hypervolume of those after it, moved up into that
     * box ("limited"). Points go by the last cost, the largest first, so that after limiting all have the same last cost: what
     * they cover is that of one objective fewer, times a length. Exponential in the objectives at worst, as any exact way is.
     */
    private Hypervolume() {}

    /**
     * The hypervolume, in the product of the objectives' units; 0 if nothing is below the reference.
     *
     * @param costs [points][objectives], in any order; points may be equal or dominated
     * @param reference by objective, finite
     */
    public static double of(double[][] costs, double[] reference) {
        checkReference(reference);
        double[][] below = below(costs, reference);
        for (double[] row : below) {
            for (double cost : row) {
                if (Double.isInfinite(cost)) {
                    return Double.POSITIVE_INFINITY;
                }
            }
        }
        return volume(front(below, reference.length), reference, reference.length);
    }

    /**
     * What each point covers that no other does: what would be lost without it, 0 for a point that is dominated, or there twice.
     *
     * @param costs as in {@link #of}
     * @param reference as in {@link #of}
     */
    public static double[] contributions(double[][] costs, double[] reference) {
        checkReference(reference);
        var contributions = new double[costs.length];
        for (int i = 0; i < costs.length; i++) {
            var others = new double[costs.length - 1][];
            System.arraycopy(costs, 0, others, 0, i);
            System.arraycopy(costs, i + 1, others, i, costs.length - 1 - i);
            contributions[i] = improvement(costs[i], others, reference);
        }
        return contributions;
    }

    /**
     * By how much a point would raise the hypervolume of others.
     *
     * @param point by objective
     * @param others as in {@link #of}
     * @param reference as in {@link #of}
     */
    public static double improvement(double[] point, double[][] others, double[] reference) {
        checkReference(reference);
        if (!isBelow(point, reference)) {
            return 0;
        }
        var limited = new double[others.length][];
        int n = 0;
        double box = 1;
        for (int i = 0; i < point.length; i++) {
            box *= reference[i] - point[i];
        }
        for (double[] other : others) {
            if (isBelow(other, reference)) {
                limited[n] = limited(other, point, point.length);
                n++;
            }
        }
        if (Double.isInfinite(box)) {
            for (int i = 0; i < n; i++) {
                if (Arrays.equals(limited[i], point)) {
                    return 0;
                }
            }
            return Double.POSITIVE_INFINITY;
        }
        double[][] front = front(Arrays.copyOf(limited, n), point.length);
        // a dominated point is limited to itself; what rounding leaves of it is nothing
        if (front.length == 1 && Arrays.equals(front[0], point)) {
            return 0;
        }
        return Math.max(0, box - volume(front, reference, point.length));
    }

    /**
     * A reference point for what was observed: for each objective the worst cost and a tenth of the range more; where all costs are equal
     * a tenth of their size more, or 1 if they are 0. So the ends of the front count as well. It moves as worse costs are observed:
     * to compare hypervolumes, choose it once.
     *
     * @param costs [points][objectives]; infinite and NaN ones are passed over
     * @param objectives how many there are
     * @return 1 where there is no finite cost
     */
    public static double[] reference(double[][] costs, int objectives) {
        var reference = new double[objectives];
        for (int o = 0; o < objectives; o++) {
            double best = Double.POSITIVE_INFINITY;
            double worst = Double.NEGATIVE_INFINITY;
            for (double[] row : costs) {
                if (Double.isFinite(row[o])) {
                    best = Math.min(best, row[o]);
                    worst = Math.max(worst, row[o]);
                }
            }
            if (best > worst) {
                reference[o] = 1;
            } else if (best < worst) {
                // halves, since the range of the widest doubles is infinite
                reference[o] = Math.min(worst + 0.2 * (worst / 2 - best / 2), Double.MAX_VALUE);
            } else {
                reference[o] = worst == 0 ? 1 : Math.min(worst + 0.1 * Math.abs(worst), Double.MAX_VALUE);
            }
        }
        return reference;
    }

    private static void checkReference(double[] reference) {
        if (reference.length == 0 || !Arrays.stream(reference).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "reference must be finite numbers, at least one, was " + Arrays.toString(reference));
        }
    }

    private static boolean isBelow(double[] row, double[] reference) {
        if (row.length != reference.length) {
            throw new IllegalArgumentException("a row of costs must be as long as the reference, %d, was %d"
                    .formatted(reference.length, row.length));
        }
        for (int i = 0; i < row.length; i++) {
            if (!(row[i] < reference[i])) {
                return false;
            }
        }
        return true;
    }

    /** The rows below the reference that none dominates, each once. */
    static double[][] openFront(double[][] costs, double[] reference) {
        checkReference(reference);
        return front(below(costs, reference), reference.length);
    }

    private static double[][] below(double[][] costs, double[] reference) {
        List<double[]> below = new ArrayList<>();
        for (double[] row : costs) {
            if (isBelow(row, reference)) {
                below.add(row);
            }
        }
        return below.toArray(double[][]::new);
    }

    private static double[] limited(double[] row, double[] to, int objectives) {
        var limited = new double[objectives];
        for (int i = 0; i < objectives; i++) {
            limited[i] = Math.max(row[i], to[i]);
        }
        return limited;
    }

    /** The rows that none dominates in the first so many objectives, each once, in lexicographic order. */
    private static double[][] front(double[][] rows, int objectives) {
        var sorted = rows.clone();
        Arrays.sort(sorted, Domination::compare);
        int kept = 0;
        for (double[] row : sorted) {
            boolean better = true;
            // the newest is the likeliest to be near, and of two objectives the only one to ask
            for (int i = kept - 1; i >= 0 && better; i--) {
                better = !isNoWorse(sorted[i], row, objectives);
                if (objectives <= 2) {
                    break;
                }
            }
            if (better) {
                sorted[kept] = row;
                kept++;
            }
        }
        return Arrays.copyOf(sorted, kept);
    }

    private static boolean isNoWorse(double[] a, double[] b, int objectives) {
        for (int i = 0; i < objectives; i++) {
            if (a[i] > b[i]) {
                return false;
            }
        }
        return true;
    }

    /** Of a front as {@link #front} makes it, in its first so many objectives. */
    private static double volume(double[][] front, double[] reference, int objectives) {
        return switch (objectives) {
            case 1 -> front.length == 0 ? 0 : reference[0] - front[0][0];
            case 2 -> area(front, reference);
            case 3 -> sweep(front, reference);
            default -> sumOfExclusive(front, reference, objectives);
        };
    }

    private static double area(double[][] front, double[] reference) {
        double area = 0;
        double ceiling = reference[1];
        for (double[] row : front) {
            area += (reference[0] - row[0]) * (ceiling - row[1]);
            ceiling = row[1];
        }
        return area;
    }

    private static double sweep(double[][] front, double[] reference) {
        var sorted = front.clone();
        Arrays.sort(sorted, (a, b) -> Double.compare(a[2], b[2]));
        // the staircase by rising first and falling second cost
        var x = new double[front.length];
        var y = new double[front.length];
        int steps = 0;
        double area = 0;
        double volume = 0;
        for (int i = 0; i < sorted.length; i++) {
            double[] row = sorted[i];
            int at = lowest(x, steps, row[0]);
            if (!(at > 0 && y[at - 1] <= row[1]) && !(at < steps && x[at] == row[0] && y[at] <= row[1])) {
                int end = at;
                double left = row[0];
                double ceiling = at > 0 ? y[at - 1] : reference[1];
                while (end < steps && y[end] >= row[1]) {
                    area += (x[end] - left) * (ceiling - row[1]);
                    left = x[end];
                    ceiling = y[end];
                    end++;
                }
                area += ((end < steps ? x[end] : reference[0]) - left) * (ceiling - row[1]);
                System.arraycopy(x, end, x, at + 1, steps - end);
                System.arraycopy(y, end, y, at + 1, steps - end);
                x[at] = row[0];
                y[at] = row[1];
                steps += at + 1 - end;
            }
            double next = i + 1 < sorted.length ? sorted[i + 1][2] : reference[2];
            volume += area * (next - row[2]);
        }
        return volume;
    }

    private static int lowest(double[] sorted, int size, double value) {
        int found = Arrays.binarySearch(sorted, 0, size, value);
        return found < 0 ? -found - 1 : found;
    }

    private static double sumOfExclusive(double[][] front, double[] reference, int objectives) {
        int last = objectives - 1;
        var sorted = front.clone();
        Arrays.sort(sorted, (a, b) -> Double.compare(b[last], a[last]));
        double volume = 0;
        for (int i = 0; i < sorted.length; i++) {
            double[] row = sorted[i];
            double base = 1;
            for (int o = 0; o < last; o++) {
                base *= reference[o] - row[o];
            }
            var limited = new double[sorted.length - 1 - i][];
            for (int k = 0; k < limited.length; k++) {
                limited[k] = limited(sorted[i + 1 + k], row, last);
            }
            volume += (base - volume(front(limited, last), reference, last)) * (reference[last] - row[last]);
        }
        return volume;
    }
}
