package dev.sluice.search.pareto;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The space below a reference point that a front does not dominate, cut into boxes that do not overlap: where a point must lie to raise
 * the hypervolume.
 */
public final class OpenCells {
    /*
     * Lacour, Klamroth and Fonseca, "A box decomposition algorithm to compute the hypervolume indicator" (2017): what is open is the union
     * of the boxes below the local upper bounds u (algorithm 1, with the points z^k(u) that define them), and the part
     * [-inf, u_1) x [max_{k<2} z^k_2(u), u_2) x ... x [max_{k<m} z^k_m(u), u_m) of each of them makes it a disjoint union (section 3).
     * O(n) cells of two and three objectives, O(n^(m/2)) at worst of more.
     *
     * The algorithm wants all costs of an objective to differ. So it works on ranks, among which ties are broken by the order of the points:
     * that keeps points that do not dominate one another so, and what comes of it are cells without content, which are dropped.
     */
    private final double[][] levels;
    private final int[][] lower;
    private final int[][] upper;

    private OpenCells(double[][] levels, int[][] lower, int[][] upper) {
        this.levels = levels;
        this.lower = lower;
        this.upper = upper;
    }

    /**
     * The cells.
     *
     * @param costs [points][objectives]; points that are dominated, or not below the reference, change nothing
     * @param reference by objective, finite
     */
    public static OpenCells of(double[][] costs, double[] reference) {
        double[][] front = Hypervolume.openFront(costs, reference);
        int objectives = reference.length;
        int n = front.length;
        var levels = new double[objectives][n + 1];
        var ranks = new int[n][objectives];
        for (int o = 0; o < objectives; o++) {
            int column = o;
            var order = new Integer[n];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Double.compare(front[a][column], front[b][column]));
            for (int rank = 0; rank < n; rank++) {
                ranks[order[rank]][o] = rank;
                levels[o][rank] = front[order[rank]][o];
            }
            levels[o][n] = reference[o];
        }
        List<Bound> bounds = new ArrayList<>();
        bounds.add(Bound.top(objectives, n));
        for (int[] point : ranks) {
            var next = new ArrayList<Bound>(bounds.size() + objectives);
            for (Bound bound : bounds) {
                if (bound.isAbove(point)) {
                    bound.split(point, next);
                } else {
                    next.add(bound);
                }
            }
            bounds = next;
        }
        return cells(levels, bounds);
    }

    private static OpenCells cells(double[][] levels, List<Bound> bounds) {
        List<int[]> lower = new ArrayList<>();
        List<int[]> upper = new ArrayList<>();
        for (Bound bound : bounds) {
            var low = new int[levels.length];
            low[0] = -1;
            boolean empty = false;
            for (int o = 1; o < levels.length; o++) {
                low[o] = -1;
                for (int k = 0; k < o; k++) {
                    low[o] = Math.max(low[o], bound.points[k][o]);
                }
                empty |= low[o] >= 0 && levels[o][low[o]] >= levels[o][bound.upper[o]];
            }
            if (!empty) {
                lower.add(low);
                upper.add(bound.upper);
            }
        }
        return new OpenCells(levels, lower.toArray(int[][]::new), upper.toArray(int[][]::new));
    }

    /** A local upper bound with the points that define it, in ranks; -1 is minus infinity. */
    private static final class Bound {
        private final int[] upper;
        private final int[][] points;

        Bound(int[] upper, int[][] points) {
            this.upper = upper;
            this.points = points;
        }

        static Bound top(int objectives, int n) {
            var upper = new int[objectives];
            Arrays.fill(upper, n);
            var points = new int[objectives][objectives];
            for (int k = 0; k < objectives; k++) {
                Arrays.fill(points[k], -1);
                points[k][k] = n;
            }
            return new Bound(upper, points);
        }

        boolean isAbove(int[] point) {
            for (int o = 0; o < point.length; o++) {
                if (point[o] >= upper[o]) {
                    return false;
                }
            }
            return true;
        }

        void split(int[] point, List<Bound> into) {
            for (int o = 0; o < point.length; o++) {
                int highest = -1;
                for (int k = 0; k < point.length; k++) {
                    if (k != o) {
                        highest = Math.max(highest, points[k][o]);
                    }
                }
                if (point[o] > highest) {
                    var below = upper.clone();
                    below[o] = point[o];
                    var defining = points.clone();
                    defining[o] = point;
                    into.add(new Bound(below, defining));
                }
            }
        }
    }

    /** How many boxes there are. */
    public int size() {
        return upper.length;
    }

    public int objectives() {
        return levels.length;
    }

    /** How many different sides boxes may have in each objective, the reference among them. */
    public int levels() {
        return levels[0].length;
    }

    /** Where a side lies; rising with the index, the last one is the reference. */
    public double level(int objective, int index) {
        return levels[objective][index];
    }

    /** The level at which a box begins; -1 if it goes down to minus infinity. */
    public int lower(int cell, int objective) {
        return lower[cell][objective];
    }

    /** The level at which a box ends. */
    public int upper(int cell, int objective) {
        return upper[cell][objective];
    }
}
