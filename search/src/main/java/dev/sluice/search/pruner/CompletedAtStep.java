package dev.sluice.search.pruner;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.RankedValues;
import java.util.Arrays;
import java.util.Optional;

/**
 * What COMPLETE trials showed at a step. With one objective {@code O(log n)} a question; with several only the newest {@value #NEWEST}
 * trials count, as many as tell the share that dominates another to a percent or two. Not thread-safe.
 */
final class CompletedAtStep {
    private static final int NEWEST = 1_000;

    private final RankedValues feasible = new RankedValues(Direction.MINIMIZE);
    private final RankedValues violations = new RankedValues(Direction.MINIMIZE);
    private double[] costs = new double[0];
    private double[] broken = new double[0];
    private int added;

    /** Adds one, in the order in which they ended. */
    void add(Showing showing) {
        if (showing.costs().length > 1) {
            addToMany(showing);
        } else if (showing.violation() > 0) {
            violations.add(showing.violation());
        } else {
            feasible.add(showing.cost(0));
        }
    }

    private void addToMany(Showing showing) {
        int at = added % NEWEST;
        int objectives = showing.costs().length;
        if (at == broken.length) {
            broken = Arrays.copyOf(broken, Math.min(NEWEST, Math.max(16, 2 * at)));
            costs = Arrays.copyOf(costs, broken.length * objectives);
        }
        broken[at] = showing.violation();
        for (int o = 0; o < objectives; o++) {
            // NaN is worse than all else
            costs[at * objectives + o] = Double.isNaN(showing.cost(o)) ? Double.POSITIVE_INFINITY : showing.cost(o);
        }
        added++;
    }

    int size() {
        return Math.min(added, NEWEST) + feasible.size() + violations.size();
    }

    /**
     * Why a trial is worse than what this share of all is at least as good as, in words; empty if it is not.
     *
     * @param share in [0, 1]
     * @param limit what the value there is called, such as "median"
     */
    Optional<String> shortfall(Showing showing, double share, String limit, Goals goals) {
        if (size() == 0) {
            return Optional.empty();
        }
        if (showing.costs().length > 1) {
            return shortfallOfMany(showing, share);
        }
        double place = share * (size() - 1);
        if (showing.violation() > 0) {
            int better = feasible.size() + violations.countBetter(showing.violation());
            return better <= place
                    ? Optional.empty()
                    : Optional.of("%d of %d trials break the constraints less, this one by %s"
                            .formatted(better, size(), Figures.of(showing.violation())));
        }
        if (place > feasible.size() - 1) {
            return Optional.empty();
        }
        double cut = feasible.size() == 1 ? feasible.get(0) : feasible.quantile(place / (feasible.size() - 1));
        // a cut of NaN, where most showed NaN, is worse than any number
        return Double.isNaN(cut) || showing.cost(0) <= cut
                ? Optional.empty()
                : Optional.of("%s %s, %d trials"
                        .formatted(
                                limit,
                                Figures.of(goals.objectives()
                                        .getFirst()
                                        .direction()
                                        .toCost(cut)),
                                size()));
    }

    private Optional<String> shortfallOfMany(Showing showing, double share) {
        int most = (int) (share * size());
        int dominating = 0;
        for (int i = 0; i < size(); i++) {
            dominating += dominates(i, showing) ? 1 : 0;
        }
        return dominating <= most
                ? Optional.empty()
                : Optional.of("dominated by %d of %d trials".formatted(dominating, size()));
    }

    /** As {@link Showing#dominates}. */
    private boolean dominates(int index, Showing showing) {
        if (broken[index] != showing.violation()) {
            return broken[index] < showing.violation();
        }
        if (showing.violation() > 0) {
            return false;
        }
        double[] others = showing.costs();
        boolean better = false;
        for (int o = 0, at = index * others.length; o < others.length; o++, at++) {
            if (costs[at] > others[o]) {
                return false;
            }
            better |= costs[at] < others[o];
        }
        return better;
    }
}
