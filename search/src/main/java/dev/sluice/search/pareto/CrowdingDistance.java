package dev.sluice.search.pareto;

import java.util.Arrays;
import java.util.List;

/**
 * How much room each member of a front has to itself: Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002),
 * section III-B. For each objective the distance between its two neighbours as a share of the front's range, summed; infinite at the
 * ends. {@code O(m n log n)}.
 */
public final class CrowdingDistance {
    private CrowdingDistance() {}

    /**
     * The distance of each member. An objective in which all are equal, or whose range is infinite, tells nothing but who is at its ends.
     *
     * @param front standings that do not dominate one another, in any order; of equal ones the first counts as the better
     */
    public static double[] of(List<Standing> front) {
        int n = front.size();
        var distances = new double[n];
        if (n == 0) {
            return distances;
        }
        var order = new Integer[n];
        Arrays.setAll(order, i -> i);
        for (int objective = 0; objective < front.getFirst().objectives(); objective++) {
            int o = objective;
            Arrays.sort(
                    order,
                    (a, b) -> Double.compare(front.get(a).cost(o), front.get(b).cost(o)));
            double low = front.get(order[0]).cost(o);
            double high = front.get(order[n - 1]).cost(o);
            if (low == high) {
                continue;
            }
            distances[order[0]] = Double.POSITIVE_INFINITY;
            distances[order[n - 1]] = Double.POSITIVE_INFINITY;
            double range = high - low;
            if (Double.isInfinite(range)) {
                continue;
            }
            for (int at = 1; at < n - 1; at++) {
                distances[order[at]] += (front.get(order[at + 1]).cost(o)
                                - front.get(order[at - 1]).cost(o))
                        / range;
            }
        }
        return distances;
    }
}
