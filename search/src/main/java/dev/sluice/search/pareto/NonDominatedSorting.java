package dev.sluice.search.pareto;

import java.util.Arrays;
import java.util.List;

/**
 * Sorts standings into fronts: the first is what nothing dominates, each further one what nothing dominates but those before.
 *
 * <p>Two objectives take {@code O(n log n)}: in lexicographic order a front's last member has its smallest second cost, so that the front
 * is found by bisection. More take the efficient non-dominated sort with bisection of Zhang, Tian, Cheng and Jin, "An Efficient Approach
 * to Nondominated Sorting for Evolutionary Multiobjective Optimization" (2015), ENS-BS: {@code O(m n sqrt n)} where fronts are even,
 * {@code O(m n^2)} at worst. Standings that break constraints are sorted by how much first, as {@link Standing#dominates} has it.
 */
public final class NonDominatedSorting {
    private final double[][] costs;
    private final Integer[] order;
    private final int[] ranks;
    private int fronts;

    private NonDominatedSorting(List<Standing> standings) {
        int n = standings.size();
        this.costs = new double[n][];
        this.order = new Integer[n];
        this.ranks = new int[n];
        for (int i = 0; i < n; i++) {
            costs[i] = standings.get(i).costs();
            order[i] = i;
            if (costs[i].length != costs[0].length) {
                throw new IllegalArgumentException("standings must have as many objectives each, was %d and %d"
                        .formatted(costs[0].length, costs[i].length));
            }
        }
        Arrays.sort(order, (a, b) -> {
            double left = standings.get(a).violation();
            double right = standings.get(b).violation();
            return left != right ? Double.compare(left, right) : Domination.compare(costs[a], costs[b]);
        });
        int begin = 0;
        while (begin < n) {
            int end = begin;
            double violation = standings.get(order[begin]).violation();
            while (end < n && standings.get(order[end]).violation() == violation) {
                end++;
            }
            if (costs[0].length <= 2) {
                sweep(begin, end);
            } else {
                search(begin, end);
            }
            begin = end;
        }
    }

    /** The front of each standing, 0 the first. Equal standings are on the same front. */
    public static int[] ranks(List<Standing> standings) {
        return new NonDominatedSorting(standings).ranks;
    }

    private boolean isTwin(int begin, int at) {
        return at > begin && Domination.compare(costs[order[at - 1]], costs[order[at]]) == 0;
    }

    private void sweep(int begin, int end) {
        var last = new double[end - begin];
        int used = 0;
        for (int at = begin; at < end; at++) {
            int i = order[at];
            if (isTwin(begin, at)) {
                ranks[i] = ranks[order[at - 1]];
                continue;
            }
            // of a single objective the first cost is the last as well: each value is a front
            double second = costs[i][costs[i].length - 1];
            int low = 0;
            int high = used;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (last[middle] <= second) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            last[low] = second;
            used = Math.max(used, low + 1);
            ranks[i] = fronts + low;
        }
        fronts += used;
    }

    private void search(int begin, int end) {
        // each front a chain through its members, the newest first
        var newest = new int[end - begin];
        var before = new int[costs.length];
        int used = 0;
        for (int at = begin; at < end; at++) {
            int i = order[at];
            if (isTwin(begin, at)) {
                ranks[i] = ranks[order[at - 1]];
                continue;
            }
            int low = 0;
            int high = used;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (holdsABetter(newest[middle], before, costs[i])) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i] = low < used ? newest[low] : -1;
            newest[low] = i;
            used = Math.max(used, low + 1);
            ranks[i] = fronts + low;
        }
        fronts += used;
    }

    /** What is in a front already comes before in lexicographic order, so that it dominates where it is nowhere worse. */
    private boolean holdsABetter(int newest, int[] before, double[] row) {
        for (int member = newest; member >= 0; member = before[member]) {
            if (Domination.isNoWorse(costs[member], row)) {
                return true;
            }
        }
        return false;
    }
}
