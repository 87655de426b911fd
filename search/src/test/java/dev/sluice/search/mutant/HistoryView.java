package dev.sluice.search.mutant;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.RankedValues;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A history as an algorithm with a blind spot sees it: without the trials of some kind, or with its objectives turned round. */
public final class HistoryView implements TrialHistory {
    private final TrialHistory whole;
    private final Predicate<Trial> seen;
    private final boolean isBlindToDirection;

    private HistoryView(TrialHistory whole, Predicate<Trial> seen, boolean isBlindToDirection) {
        this.whole = whole;
        this.seen = seen;
        this.isBlindToDirection = isBlindToDirection;
    }

    /** Only these trials. */
    public static TrialHistory only(TrialHistory whole, Predicate<Trial> seen) {
        return new HistoryView(whole, seen, false);
    }

    /** As if small values were always wanted. */
    public static TrialHistory minimising(TrialHistory whole) {
        return new HistoryView(whole, trial -> true, true);
    }

    private List<Trial> seen(List<Trial> trials) {
        return trials.stream().filter(seen).toList();
    }

    @Override
    public Object lineage() {
        return whole.lineage();
    }

    @Override
    public Goals goals() {
        return isBlindToDirection
                ? new Goals(
                        whole.objectives().stream()
                                .map(objective ->
                                        new Objective(objective.metric(), Direction.MINIMIZE, objective.report()))
                                .toList(),
                        whole.constraints())
                : whole.goals();
    }

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public Trial get(TrialId id) {
        return whole.get(id);
    }

    @Override
    public List<Trial> all() {
        return whole.all();
    }

    @Override
    public List<Trial> in(TrialState state) {
        return seen(whole.in(state));
    }

    @Override
    public int count(TrialState state) {
        return in(state).size();
    }

    @Override
    public List<Trial> pending() {
        return seen(whole.pending());
    }

    @Override
    public List<Trial> concluded() {
        return seen(whole.concluded());
    }

    @Override
    public Optional<Trial> best() {
        return whole.best().filter(seen);
    }

    @Override
    public int occurrences(ParameterValues values) {
        return (int) whole.all().stream()
                .filter(seen)
                .filter(trial -> trial.values().equals(values))
                .count();
    }

    @Override
    public RankedValues valuesAtStep(int objective, long step) {
        return whole.valuesAtStep(objective, step);
    }

    @Override
    public RankedValues completeValuesAtStep(int objective, long step) {
        return whole.completeValuesAtStep(objective, step);
    }

    @Override
    public long revision() {
        return whole.revision();
    }

    @Override
    public int changed(long event) {
        return whole.changed(event);
    }
}
