package dev.sluice.search.pruner;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a trial showed by the time that it reached a step: in the first measurement with at least that step that holds a value of an
 * objective, once each of them was reported. Immutable and thread-safe.
 *
 * <p>Of each objective its best value up to there counts, or where the objective counts the last value, that; of a constraint the last
 * value up to there, and nothing while there is none. A trial that turned out INFEASIBLE breaks the constraints without limit.
 */
final class Showing {
    private final int number;
    private final int measurement;
    private final long step;
    private final double[] costs;
    private final double[] latest;
    private final double violation;

    private Showing(int number, int measurement, long step, double[] costs, double[] latest, double violation) {
        this.number = number;
        this.measurement = measurement;
        this.step = step;
        this.costs = costs;
        this.latest = latest;
        this.violation = violation;
    }

    /** Empty if the trial has not come so far. {@code O(measurements)}. */
    static Optional<Showing> at(Trial trial, Goals goals, long step) {
        var walk = new Walk(trial, goals);
        walk.goTo(step);
        return walk.showing();
    }

    /** What the trial shows with its last measurement; empty if that holds no objective or one was never reported. */
    static Optional<Showing> last(Trial trial, Goals goals) {
        List<Measurement> measurements = trial.measurements();
        if (measurements.isEmpty() || !hasObjective(measurements.getLast(), goals)) {
            return Optional.empty();
        }
        int count = goals.objectives().size();
        var costs = new double[count];
        var latest = new double[count];
        for (int o = 0; o < count; o++) {
            var objective = goals.objectives().get(o);
            OptionalDouble value = trial.objectiveValue(o);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            costs[o] = objective.direction().toCost(value.getAsDouble());
            latest[o] = objective
                    .direction()
                    .toCost(measurements.getLast().value(objective.metric()).orElse(value.getAsDouble()));
        }
        double violation = 0;
        for (int c = 0; c < goals.constraints().size(); c++) {
            OptionalDouble value = trial.constraintValue(c);
            violation += value.isPresent() ? goals.constraints().get(c).violation(value.getAsDouble()) : 0;
        }
        return Optional.of(
                new Showing(trial.id().number(), measurements.size() - 1, trial.lastStep(), costs, latest, violation));
    }

    /** Goes through what a trial reported, from step to later step. Not thread-safe. */
    static final class Walk {
        private final Trial trial;
        private final Goals goals;
        private final double[] costs;
        private final double[] latest;
        private final boolean[] present;
        private final double[] violations;
        private int next;
        private boolean isThere;

        Walk(Trial trial, Goals goals) {
            this.trial = trial;
            this.goals = goals;
            int objectives = goals.objectives().size();
            this.costs = new double[objectives];
            this.latest = new double[objectives];
            this.present = new boolean[objectives];
            this.violations = new double[goals.constraints().size()];
        }

        /**
         * Goes on to the first measurement that has reached the step, unless it has reached it already.
         *
         * @param step not below that of the call before
         */
        void goTo(long step) {
            List<Measurement> measurements = trial.measurements();
            isThere = isThere && measurements.get(next - 1).step() >= step;
            for (; !isThere && next < measurements.size(); next++) {
                isThere = take(measurements.get(next)) && measurements.get(next).step() >= step;
            }
        }

        /** What the trial showed there; empty if it did not get there. */
        Optional<Showing> showing() {
            if (!isThere) {
                return Optional.empty();
            }
            double violation = trial.state() == TrialState.INFEASIBLE ? Double.POSITIVE_INFINITY : 0;
            for (double one : violations) {
                violation += one;
            }
            return Optional.of(new Showing(
                    trial.id().number(),
                    next - 1,
                    trial.measurements().get(next - 1).step(),
                    costs.clone(),
                    latest.clone(),
                    violation));
        }

        /** Whether it holds an objective, and each was reported by then. */
        private boolean take(Measurement measurement) {
            boolean holdsOne = false;
            boolean hasAll = true;
            for (int o = 0; o < costs.length; o++) {
                var objective = goals.objectives().get(o);
                OptionalDouble value = measurement.value(objective.metric());
                if (value.isPresent()) {
                    double cost = objective.direction().toCost(value.getAsDouble());
                    latest[o] = cost;
                    if (!present[o] || objective.report() == Report.LAST || Double.compare(cost, costs[o]) < 0) {
                        costs[o] = cost;
                    }
                    present[o] = true;
                    holdsOne = true;
                }
                hasAll &= present[o];
            }
            for (int c = 0; c < violations.length; c++) {
                var constraint = goals.constraints().get(c);
                OptionalDouble value = measurement.value(constraint.metric());
                violations[c] = value.isPresent() ? constraint.violation(value.getAsDouble()) : violations[c];
            }
            return holdsOne && hasAll;
        }
    }

    private static boolean hasObjective(Measurement measurement, Goals goals) {
        for (Objective objective : goals.objectives()) {
            if (measurement.value(objective.metric()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The trial's number. */
    int number() {
        return number;
    }

    /** The index of the measurement with which it came so far. */
    int measurement() {
        return measurement;
    }

    /** The step of that measurement. */
    long step() {
        return step;
    }

    /** Of each objective as something to be minimised; NaN where nothing but NaN was reported. Not to be changed. */
    double[] costs() {
        return costs;
    }

    double cost(int objective) {
        return costs[objective];
    }

    /** By how much the constraints are broken, at least 0. */
    double violation() {
        return violation;
    }

    /** Whether the latest value of each objective is a finite number. */
    boolean isFinite() {
        for (double cost : latest) {
            if (!Double.isFinite(cost)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether this one is better in one objective and in none worse, a feasible trial before an infeasible one, and of these the one that
     * breaks less: constrained domination, Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II" (2002), definition 1.
     * NaN is worse than every number.
     */
    boolean dominates(Showing that) {
        if (violation != that.violation) {
            return violation < that.violation;
        }
        if (violation > 0) {
            return false;
        }
        boolean better = false;
        for (int i = 0; i < costs.length; i++) {
            int order = Double.compare(costs[i], that.costs[i]);
            if (order > 0) {
                return false;
            }
            better |= order < 0;
        }
        return better;
    }

    /** The latest values in words: alone, or with their metrics where there are several. */
    String latest(Goals goals) {
        return words(goals, latest);
    }

    /** The values that count, in words. */
    String shown(Goals goals) {
        return words(goals, costs);
    }

    private static String words(Goals goals, double[] costs) {
        var objectives = goals.objectives();
        if (objectives.size() == 1) {
            return Figures.of(objectives.getFirst().direction().toCost(costs[0]));
        }
        var words = new StringBuilder();
        for (int i = 0; i < costs.length; i++) {
            words.append(i == 0 ? "" : ", ")
                    .append(objectives.get(i).metric())
                    .append(' ')
                    .append(Figures.of(objectives.get(i).direction().toCost(costs[i])));
        }
        return words.toString();
    }
}
