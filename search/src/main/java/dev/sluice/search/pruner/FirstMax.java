package dev.sluice.search.pruner;

import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * Rungs up to a step that may be left to the first COMPLETE trial of a history; until there is one, all trials go on. Not thread-safe.
 */
final class FirstMax {
    private final OptionalLong max;
    private final LongFunction<Halving> make;
    private final Bookmark bookmark = new Bookmark();
    private Optional<Halving> halving;

    FirstMax(OptionalLong max, LongFunction<Halving> make) {
        this.max = max;
        this.make = make;
        this.halving = max.stream().mapToObj(make).findFirst();
    }

    Verdict judge(Trial trial, TrialHistory history) {
        if (max.isEmpty() && !bookmark.goesOn(history)) {
            halving = Optional.empty();
        }
        if (halving.isEmpty() && history.count(TrialState.COMPLETE) > 0) {
            halving = history.concluded().stream()
                    .filter(other -> other.state() == TrialState.COMPLETE)
                    .mapToLong(Trial::lastStep)
                    .mapToObj(make)
                    .findFirst();
        }
        return halving.isPresent() ? halving.get().judge(trial, history) : Verdict.proceed();
    }
}
