package dev.sluice.search.pruner;

import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What all trials of a history showed at each of some steps, and for each bracket of trials a table of those that reached each.
 *
 * <p>A cache: the same whether it followed the history from its beginning or is made from it as it stands. Each event costs {@code O(1)}
 * and, where a rung was reached, what its table asks for. Not thread-safe.
 */
final class Rungs {
    private final long[] steps;
    private final Brackets brackets;
    private final Bookmark bookmark = new Bookmark();
    private long revision;
    private final List<List<Showing>> showings = new ArrayList<>();
    private int[] attempts = new int[16];
    private boolean[] infeasible = new boolean[16];
    private RungTable[][] tables = new RungTable[0][];

    /**
     * @param steps rising
     */
    Rungs(long[] steps, Brackets brackets) {
        this.steps = steps.clone();
        this.brackets = brackets;
    }

    int levels() {
        return steps.length;
    }

    long[] steps() {
        return steps.clone();
    }

    long step(int level) {
        return steps[level];
    }

    /** Takes in what is new. */
    void update(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            showings.clear();
            tables = new RungTable[brackets.count()][steps.length];
            for (RungTable[] row : tables) {
                Arrays.setAll(row, level -> RungTable.of(history.goals()));
            }
            for (Trial trial : history.all()) {
                take(trial, history);
            }
        } else {
            for (; revision < history.revision(); revision++) {
                take(history.all().get(history.changed(revision)), history);
            }
        }
        revision = history.revision();
    }

    private void take(Trial trial, TrialHistory history) {
        int number = trial.id().number();
        while (number >= showings.size()) {
            showings.add(new ArrayList<>(1));
        }
        if (number >= attempts.length) {
            attempts = Arrays.copyOf(attempts, Math.max(number + 1, 2 * attempts.length));
            infeasible = Arrays.copyOf(infeasible, attempts.length);
        }
        var reached = showings.get(number);
        var bracketTables = tables[brackets.of(number)];
        boolean isInfeasible = trial.state() == TrialState.INFEASIBLE;
        if (!reached.isEmpty() && (attempts[number] != trial.attempt() || infeasible[number] != isInfeasible)) {
            for (int level = 0; level < reached.size(); level++) {
                bracketTables[level].remove(reached.get(level));
            }
            reached.clear();
        }
        attempts[number] = trial.attempt();
        infeasible[number] = isInfeasible;
        if (reached.size() == steps.length || trial.lastStep() < steps[reached.size()]) {
            return;
        }
        var walk = new Showing.Walk(trial, history.goals());
        for (int level = reached.size(); level < steps.length; level++) {
            walk.goTo(steps[level]);
            var showing = walk.showing();
            if (showing.isEmpty()) {
                return;
            }
            bracketTables[level].add(showing.get());
            reached.add(showing.get());
        }
    }

    /** What a trial showed at the levels that it reached, the lowest first. */
    List<Showing> showings(int number) {
        return showings.get(number);
    }

    /** The trials of a bracket that reached a level. */
    RungTable table(int bracket, int level) {
        return tables[bracket][level];
    }

    /** Into which bracket each trial belongs. */
    interface Brackets {
        /** All in one. */
        Brackets ONE = new Brackets() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public int of(int trial) {
                return 0;
            }
        };

        int count();

        /** In [0, {@link #count}), for a trial's number. */
        int of(int trial);
    }
}
