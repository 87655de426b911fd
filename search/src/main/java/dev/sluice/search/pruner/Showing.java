package dev.sluice.search.pruner;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Report;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.util.Arrays;
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

    /** Empty if the trial has not come so far. */
    static Optional<Showing> at(Trial trial, Goals goals, long step) {
        List<Measurement> measurements = trial.measurements();
        for (int i = firstAtOrAfter(measurements, step); i < measurements.size(); i++) {
            if (hasObjective(measurements.get(i), goals)) {
                var showing = upTo(trial, goals, i);
                if (showing.isPresent()) {
                    return showing;
                }
            }
        }
        return Optional.empty();
    }

    /** What the trial shows with its last measurement; empty if that holds no objective or one was never reported. */
    static Optional<Showing> last(Trial trial, Goals goals) {
        int last = trial.measurements().size() - 1;
        return last < 0 || !hasObjective(trial.measurements().get(last), goals)
                ? Optional.empty()
                : upTo(trial, goals, last);
    }

    private static Optional<Showing> upTo(Trial trial, Goals goals, int last) {
        List<Measurement> measurements = trial.measurements();
        int count = goals.objectives().size();
        var costs = new double[count];
        var latest = new double[count];
        for (int o = 0; o < count; o++) {
            var objective = goals.objectives().get(o);
            boolean present = false;
            double best = Double.NaN;
            for (int i = last; i >= 0; i--) {
                OptionalDouble value = measurements.get(i).value(objective.metric());
                if (value.isPresent()) {
                    double cost = objective.direction().toCost(value.getAsDouble());
                    if (!present) {
                        latest[o] = cost;
                        present = true;
                    }
                    if (Double.compare(cost, best) < 0) {
                        best = cost;
                    }
                    if (objective.report() == Report.LAST) {
                        break;
                    }
                }
            }
            if (!present) {
                return Optional.empty();
            }
            costs[o] = best;
        }
        return Optional.of(new Showing(
                trial.id().number(),
                last,
                measurements.get(last).step(),
                costs,
                latest,
                trial.state() == TrialState.INFEASIBLE
                        ? Double.POSITIVE_INFINITY
                        : violation(measurements, goals, last)));
    }

    private static double violation(List<Measurement> measurements, Goals goals, int last) {
        double sum = 0;
        for (var constraint : goals.constraints()) {
            for (int i = last; i >= 0; i--) {
                OptionalDouble value = measurements.get(i).value(constraint.metric());
                if (value.isPresent()) {
                    sum += constraint.violation(value.getAsDouble());
                    break;
                }
            }
        }
        return sum;
    }

    private static boolean hasObjective(Measurement measurement, Goals goals) {
        for (Objective objective : goals.objectives()) {
            if (measurement.value(objective.metric()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static int firstAtOrAfter(List<Measurement> measurements, long step) {
        int low = 0;
        int high = measurements.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (measurements.get(middle).step() < step) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
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

    boolean isSameAs(Showing that) {
        return number == that.number
                && measurement == that.measurement
                && violation == that.violation
                && Arrays.equals(costs, that.costs);
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
