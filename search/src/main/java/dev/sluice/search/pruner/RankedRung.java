package dev.sluice.search.pruner;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.RankedValues;
import java.util.Optional;

/**
 * The trials of a rung by one objective: those that keep to the constraints by their cost, then the others by how much they break them.
 * {@code O(log n)} a question.
 */
final class RankedRung implements RungTable {
    private final RankedValues feasible = new RankedValues(Direction.MINIMIZE);
    private final RankedValues violations = new RankedValues(Direction.MINIMIZE);

    @Override
    public void add(Showing showing) {
        if (showing.violation() > 0) {
            violations.add(showing.violation());
        } else {
            feasible.add(showing.cost(0));
        }
    }

    @Override
    public void remove(Showing showing) {
        if (showing.violation() > 0) {
            violations.remove(showing.violation());
        } else {
            feasible.remove(showing.cost(0));
        }
    }

    @Override
    public int size() {
        return feasible.size() + violations.size();
    }

    @Override
    public Optional<String> shortfall(Showing showing, int kept, Goals goals) {
        if (showing.violation() > 0) {
            int better = feasible.size() + violations.countBetter(showing.violation());
            return better < kept
                    ? Optional.empty()
                    : Optional.of("%d trials, %d break the constraints less, this one by %s"
                            .formatted(size(), better, Figures.of(showing.violation())));
        }
        if (feasible.countBetter(showing.cost(0)) < kept) {
            return Optional.empty();
        }
        double cut = goals.objectives().getFirst().direction().toCost(feasible.get(kept - 1));
        return Optional.of(size() + " trials, cut " + Figures.of(cut));
    }
}
