package dev.sluice.search.pruner;

import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.RankedValues;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the COMPLETE trials showed at a step. Grows with the history, whose concluded trials never change. With one objective
 * {@code O(log n)} a question, with several {@code O(n)}. Not thread-safe.
 */
final class CompletedAtStep {
    private final long step;
    private final RankedValues feasible = new RankedValues(Direction.MINIMIZE);
    private final RankedValues violations = new RankedValues(Direction.MINIMIZE);
    private final List<Showing> showings = new ArrayList<>();
    private int taken;

    CompletedAtStep(long step) {
        this.step = step;
    }

    void update(TrialHistory history) {
        List<Trial> concluded = history.concluded();
        for (; taken < concluded.size(); taken++) {
            Trial trial = concluded.get(taken);
            if (trial.state() == TrialState.COMPLETE && trial.lastStep() >= step) {
                Showing.at(trial, history.goals(), step).ifPresent(this::add);
            }
        }
    }

    private void add(Showing showing) {
        if (showing.costs().length > 1) {
            showings.add(showing);
        } else if (showing.violation() > 0) {
            violations.add(showing.violation());
        } else {
            feasible.add(showing.cost(0));
        }
    }

    int size() {
        return showings.size() + feasible.size() + violations.size();
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
        for (int i = 0; i < showings.size() && dominating + showings.size() - i > most; i++) {
            dominating += showings.get(i).dominates(showing) ? 1 : 0;
        }
        // those not looked at once it could no longer change are too few to matter
        return dominating <= most
                ? Optional.empty()
                : Optional.of("dominated by %d of %d trials".formatted(dominating, size()));
    }
}
