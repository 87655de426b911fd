package dev.sluice.search.pruner;

import dev.sluice.search.trial.Goals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The trials of a rung by several objectives: by non-dominated fronts and, where a front is cut in two, by how well they cover it, as in
 * Schmucker et al., "Multi-objective Asynchronous Successive Halving" (2021), arXiv:2106.12639, section 4.
 *
 * <p>The part of a front that is kept is its greedy epsilon-net: first the trial that is best in the first objective, then again and again
 * the one that is farthest from those chosen, distances being taken after each objective was laid on [0, 1] over the front.
 *
 * <p>The fronts are kept up to date as in Li et al., "Efficient Nondomination Level Update Method for Steady-State Evolutionary
 * Multiobjective Optimization" (2017): a new trial enters the first front that does not dominate it, found by bisection since whatever
 * front {@code k} dominates all before it do too; what it dominates there moves on one front, and so forth. {@code O(front * log fronts)}
 * and what moves. Taking a trial out, which only a new attempt or an INFEASIBLE outcome does, makes them anew.
 */
final class FrontedRung implements RungTable {
    private static final Comparator<Showing> BY_NUMBER = Comparator.comparingInt(Showing::number);

    private final List<List<Showing>> fronts = new ArrayList<>();
    private final List<Showing> members = new ArrayList<>();
    private boolean isStale;

    @Override
    public void add(Showing showing) {
        members.add(showing);
        if (!isStale) {
            insert(showing);
        }
    }

    @Override
    public void remove(Showing showing) {
        members.removeIf(member -> member.number() == showing.number());
        isStale = true;
    }

    @Override
    public int size() {
        return members.size();
    }

    private void refresh() {
        if (isStale) {
            fronts.clear();
            members.forEach(this::insert);
            isStale = false;
        }
    }

    private void insert(Showing showing) {
        int at = front(showing);
        List<Showing> moving = List.of(showing);
        while (!moving.isEmpty()) {
            if (at == fronts.size()) {
                fronts.add(new ArrayList<>(moving));
                return;
            }
            var front = fronts.get(at);
            var staying = new ArrayList<Showing>(front.size() + moving.size());
            var next = new ArrayList<Showing>();
            for (Showing member : front) {
                (isDominated(member, moving) ? next : staying).add(member);
            }
            staying.addAll(moving);
            fronts.set(at, staying);
            moving = next;
            at++;
        }
    }

    /** The first front none of which dominates it. */
    private int front(Showing showing) {
        int low = 0;
        int high = fronts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isDominated(showing, fronts.get(middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean isDominated(Showing showing, List<Showing> by) {
        for (int i = 0; i < by.size(); i++) {
            if (by.get(i).dominates(showing)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Optional<String> shortfall(Showing showing, int kept, Goals goals) {
        refresh();
        int at = front(showing);
        int before = 0;
        for (int i = 0; i < at; i++) {
            before += fronts.get(i).size();
        }
        if (before >= kept) {
            return Optional.of("%d trials, %d of them in better fronts".formatted(size(), before));
        }
        var front = fronts.get(at);
        if (before + front.size() <= kept || isCovering(showing, front, kept - before)) {
            return Optional.empty();
        }
        return Optional.of("%d trials, in front %d of which %d of %d are kept, others cover it better"
                .formatted(size(), at + 1, kept - before, front.size()));
    }

    /** Whether it, or its equal, is one of the so many that cover the front best. */
    private static boolean isCovering(Showing showing, List<Showing> front, int kept) {
        var ordered = new ArrayList<>(front);
        ordered.sort(BY_NUMBER);
        double[][] points = normalised(ordered);
        int next = 0;
        for (int i = 1; i < points.length; i++) {
            if (points[i][0] < points[next][0]) {
                next = i;
            }
        }
        var distances = new double[points.length];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        for (int chosen = 0; chosen < kept; chosen++) {
            if (Arrays.equals(ordered.get(next).costs(), showing.costs())) {
                return true;
            }
            int farthest = 0;
            for (int i = 0; i < points.length; i++) {
                distances[i] = Math.min(distances[i], distance(points[i], points[next]));
                if (distances[i] > distances[farthest]) {
                    farthest = i;
                }
            }
            next = farthest;
        }
        return false;
    }

    private static double[][] normalised(List<Showing> front) {
        int objectives = front.getFirst().costs().length;
        var points = new double[front.size()][objectives];
        for (int o = 0; o < objectives; o++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (Showing member : front) {
                double cost = member.cost(o);
                if (Double.isFinite(cost)) {
                    low = Math.min(low, cost);
                    high = Math.max(high, cost);
                }
            }
            for (int i = 0; i < points.length; i++) {
                double cost = front.get(i).cost(o);
                points[i][o] = cost <= low ? 0 : cost < high ? (cost - low) / (high - low) : 1;
            }
        }
        return points;
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
