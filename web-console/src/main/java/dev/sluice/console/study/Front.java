package dev.sluice.console.study;

import dev.sluice.search.pareto.NonDominatedSorting;
import dev.sluice.search.pareto.Standing;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Where complete trials stand among one another, by the values that count. */
public record Front(List<Placed> placed, List<Placed> best) {
    /** A trial and where it stands. */
    public record Placed(TrialSnapshot trial, Standing standing) {}

    /**
     * From the trials of one sweep.
     *
     * <p>{@code placed} are the COMPLETE ones with a number for each objective, {@code best} those of them that keep to the constraints
     * and that no other beats, the best by the first objective first.
     */
    public static Front of(Goals goals, List<TrialSnapshot> trials) {
        var placed = trials.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .flatMap(trial -> standing(trial, goals).stream().map(standing -> new Placed(trial, standing)))
                .toList();
        var ranks =
                NonDominatedSorting.ranks(placed.stream().map(Placed::standing).toList());
        var front = new ArrayList<Placed>();
        for (int i = 0; i < ranks.length; i++) {
            if (ranks[i] == 0 && placed.get(i).standing.isFeasible()) {
                front.add(placed.get(i));
            }
        }
        front.sort(
                Comparator.comparingDouble((Placed p) -> p.standing.cost(0)).thenComparingInt(p -> p.trial.number()));
        return new Front(placed, List.copyOf(front));
    }

    /**
     * The constraints that a trial breaks with the values that count, as they are written.
     *
     * <p>A metric that it has not reported breaks its constraint once the trial is COMPLETE: until then it may still come.
     */
    public static List<OutcomeConstraint> broken(Goals goals, TrialSnapshot trial) {
        return goals.constraints().stream()
                .filter(constraint -> trial.values().containsKey(constraint.metric())
                        ? constraint.violation(trial.values().get(constraint.metric())) > 0
                        : trial.state() == TrialState.COMPLETE)
                .toList();
    }

    private static Optional<Standing> standing(TrialSnapshot trial, Goals goals) {
        var objectives = goals.objectives();
        var costs = new double[objectives.size()];
        for (int i = 0; i < costs.length; i++) {
            double value = trial.values().getOrDefault(objectives.get(i).metric(), Double.NaN);
            if (Double.isNaN(value)) {
                return Optional.empty();
            }
            costs[i] = objectives.get(i).direction().toCost(value);
        }
        double violation = goals.constraints().stream()
                .mapToDouble(constraint ->
                        constraint.violation(trial.values().getOrDefault(constraint.metric(), Double.NaN)))
                .sum();
        return Optional.of(Standing.of(costs, violation));
    }
}
