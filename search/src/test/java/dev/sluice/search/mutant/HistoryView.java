package dev.sluice.search.mutant;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import dev.sluice.search.trial.TrialState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A history as an algorithm with a blind spot sees it: without the trials of some kind, with other goals, or without knowing what was
 * tried.
 */
public final class HistoryView implements TrialHistory {
    private final TrialHistory whole;
    private final Predicate<Trial> seen;
    private final Goals goals;
    private final UnaryOperator<Trial> told;
    /** Of these it is known that they were tried. */
    private final Predicate<Trial> known;

    private HistoryView(
            TrialHistory whole, Predicate<Trial> seen, Goals goals, UnaryOperator<Trial> told, Predicate<Trial> known) {
        this.whole = whole;
        this.seen = seen;
        this.goals = goals;
        this.told = told;
        this.known = known;
    }

    /** Only these trials. */
    public static TrialHistory only(TrialHistory whole, Predicate<Trial> seen) {
        return new HistoryView(whole, seen, whole.goals(), trial -> trial, seen);
    }

    /** As if small values were always wanted. */
    public static TrialHistory minimising(TrialHistory whole) {
        return new HistoryView(whole, trial -> true, minimising(whole.goals()), trial -> trial, trial -> true);
    }

    /** The same goals, as if small values were always wanted. */
    public static Goals minimising(Goals goals) {
        return new Goals(
                goals.objectives().stream()
                        .map(objective -> new Objective(objective.metric(), Direction.MINIMIZE, objective.report()))
                        .toList(),
                goals.constraints());
    }

    /** As if these had been the goals from the beginning. */
    public static TrialHistory judgedBy(TrialHistory whole, Goals goals) {
        return new HistoryView(
                whole,
                trial -> true,
                goals,
                trial -> Trial.restored(trial.id(), goals, trial.values(), trial.saved()),
                trial -> true);
    }

    /** As if no point had been tried. */
    public static TrialHistory forgettingPoints(TrialHistory whole) {
        return new HistoryView(whole, trial -> true, whole.goals(), trial -> trial, trial -> false);
    }

    /** As if nothing were under way, but for the points that are not to be tried again. */
    public static TrialHistory expectingNothing(TrialHistory whole) {
        return new HistoryView(
                whole, trial -> !whole.pending().contains(trial), whole.goals(), trial -> trial, trial -> true);
    }

    private List<Trial> seen(List<Trial> trials) {
        return trials.stream().filter(seen).map(told).toList();
    }

    @Override
    public Object lineage() {
        return whole.lineage();
    }

    @Override
    public Goals goals() {
        return goals;
    }

    @Override
    public int size() {
        return whole.size();
    }

    @Override
    public Trial get(TrialId id) {
        return told.apply(whole.get(id));
    }

    @Override
    public List<Trial> all() {
        return whole.all().stream().map(told).toList();
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
        return goals.equals(whole.goals()) || goals.objectives().size() > 1
                ? whole.best().filter(seen)
                : concluded().stream()
                        .filter(trial -> trial.isFeasible()
                                && !Double.isNaN(trial.objectiveValue(0).orElse(Double.NaN)))
                        .min(Comparator.comparing((Trial trial) -> trial.state() != TrialState.COMPLETE)
                                .thenComparingDouble(trial -> goals.objectives()
                                        .getFirst()
                                        .direction()
                                        .toCost(trial.objectiveValue(0).orElseThrow())));
    }

    @Override
    public int occurrences(ParameterValues values) {
        return (int) whole.all().stream()
                .filter(known)
                .filter(trial -> trial.values().equals(values))
                .count();
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
