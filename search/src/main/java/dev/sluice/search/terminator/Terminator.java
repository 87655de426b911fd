package dev.sluice.search.terminator;

import dev.sluice.search.trial.TrialHistory;
import java.util.List;
import java.util.Optional;

/** Decides when to begin no more trials. Pure: the same history, the same answer. Consulted before each new trial and after each end. */
public interface Terminator {
    Optional<Termination> check(TrialHistory history);

    /** The first that has something to say, in this order. */
    static Terminator firstOf(List<Terminator> terminators) {
        var all = List.copyOf(terminators);
        return history -> all.stream()
                .flatMap(terminator -> terminator.check(history).stream())
                .findFirst();
    }
}
