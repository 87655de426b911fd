package dev.sluice.search.pruner;

import dev.sluice.search.trial.Goals;
import java.util.Optional;

/** The trials that reached a rung, in an order that depends on them alone and not on who came first. Not thread-safe. */
sealed interface RungTable permits RankedRung, FrontedRung {
    static RungTable of(Goals goals) {
        return goals.objectives().size() == 1 ? new RankedRung() : new FrontedRung();
    }

    void add(Showing showing);

    /** Takes out one that is there. */
    void remove(Showing showing);

    int size();

    /**
     * What puts one of these trials behind the best so many, in words; empty if it is one of them. Equals are in or out together.
     *
     * @param kept at least 1, at most {@link #size}
     */
    Optional<String> shortfall(Showing showing, int kept, Goals goals);
}
