package dev.sluice.search.pareto;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Trial;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a trial stands: its objectives as costs, all to be minimised, and by how much it breaks the constraints. Immutable and thread-safe.
 *
 * <p>One dominates another by Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002), definition 1: if it
 * breaks the constraints by less; or by as much, nothing mostly, and is no worse in any objective and better in one. (Deb et al. leave
 * open which of two is better that break the constraints by just as much; the objectives decide here.)
 */
public final class Standing {
    private final double[] costs;
    private final double violation;

    private Standing(double[] costs, double violation) {
        this.costs = costs;
        this.violation = violation;
    }

    /**
     * A standing from costs.
     *
     * @param costs at least one, none NaN; infinities are as good as they look
     * @param violation 0 if all constraints are kept to, else above 0; infinite if it is not known
     */
    public static Standing of(double[] costs, double violation) {
        if (costs.length == 0 || Arrays.stream(costs).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException("costs must be numbers, at least one, was " + Arrays.toString(costs));
        }
        if (!(violation >= 0)) {
            throw new IllegalArgumentException("violation must be >= 0, was " + violation);
        }
        return new Standing(costs.clone(), violation);
    }

    /**
     * What a trial has shown so far. What breaks its constraints is infinite while one of their metrics was not reported.
     *
     * @return empty if an objective is NaN or was never reported: such a trial has no place among the others
     */
    public static Optional<Standing> of(Trial trial, Goals goals) {
        Objects.requireNonNull(trial, "trial");
        var costs = new double[goals.objectives().size()];
        for (int i = 0; i < costs.length; i++) {
            double value = trial.objectiveValue(i).orElse(Double.NaN);
            if (Double.isNaN(value)) {
                return Optional.empty();
            }
            costs[i] = goals.objectives().get(i).direction().toCost(value);
        }
        return Optional.of(new Standing(costs, trial.constraintViolation().orElse(Double.POSITIVE_INFINITY)));
    }

    /** By objective; a copy. */
    public double[] costs() {
        return costs.clone();
    }

    /** The cost of one objective. */
    public double cost(int objective) {
        return costs[objective];
    }

    public int objectives() {
        return costs.length;
    }

    /** In [0, infinity]. */
    public double violation() {
        return violation;
    }

    public boolean isFeasible() {
        return violation == 0;
    }

    /** Whether it is better than another of as many objectives. */
    public boolean dominates(Standing other) {
        if (violation != other.violation) {
            return violation < other.violation;
        }
        return Domination.dominates(costs, other.costs);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Standing that && violation == that.violation && Arrays.equals(costs, that.costs);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(costs) + Double.hashCode(violation);
    }

    @Override
    public String toString() {
        return "Standing[costs=%s violation=%s]".formatted(Arrays.toString(costs), violation);
    }
}
