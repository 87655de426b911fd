package dev.sluice.search.pruner;

import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the COMPLETE trials showed at each step that was asked about. A cache that grows with the history, whose concluded trials never
 * change: each is gone through once, and all again where another step is asked about. Not thread-safe.
 */
final class CompletedTrials {
    private final NavigableMap<Long, CompletedAtStep> tables = new TreeMap<>();
    private final Bookmark bookmark = new Bookmark();
    private int taken;

    CompletedAtStep at(long step, TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            tables.clear();
            taken = 0;
        }
        List<Trial> concluded = history.concluded();
        for (; taken < concluded.size(); taken++) {
            Trial trial = concluded.get(taken);
            if (trial.state() == TrialState.COMPLETE) {
                var walk = new Showing.Walk(trial, history.goals());
                for (var table : tables.headMap(trial.lastStep(), true).entrySet()) {
                    walk.goTo(table.getKey());
                    walk.showing().ifPresent(table.getValue()::add);
                }
            }
        }
        return tables.computeIfAbsent(step, asked -> ofAll(asked, history));
    }

    private static CompletedAtStep ofAll(long step, TrialHistory history) {
        var table = new CompletedAtStep();
        for (Trial trial : history.concluded()) {
            if (trial.state() == TrialState.COMPLETE && trial.lastStep() >= step) {
                Showing.at(trial, history.goals(), step).ifPresent(table::add);
            }
        }
        return table;
    }
}
