package dev.sluice.search.sampler.gp;

import dev.sluice.search.pareto.Hypervolume;
import dev.sluice.search.pareto.ParetoFront;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the concluded trials of a history showed in several objectives, taken in as they end, and the processes that learn it: one for each
 * objective and each constraint, and one for whether a point can be run. Not thread-safe.
 */
final class Scores {
    /** Points that can be run lie around 0, others around twice this. */
    private static final double RUNNABLE = 1;

    private static final int MOST_CANDIDATES = 300;

    /** Of a trial that was given up, in the scaled unit: what it had shown is not what it would have come to. */
    private static final double PRUNED_VARIANCE = 0.25;

    private final Encoding encoding;
    private final Goals goals;
    private final Quantity[] costs;
    private final Quantity[] limits;
    private final Quantity runnable;
    private final ParetoFront front;
    private final List<double[]> kept = new ArrayList<>();
    private final List<double[]> pruned = new ArrayList<>();
    private final double[][] extremes;
    private int taken;
    private int shown;
    private int broken;

    /** One number of each trial that has it, and the process that learns it. */
    private static final class Quantity {
        private final Surrogate surrogate;
        private final List<Trial> trials = new ArrayList<>();
        private double[] values = new double[16];

        Quantity(Surrogate surrogate) {
            this.surrogate = surrogate;
        }

        void add(Trial trial, double[] row, double value) {
            if (trials.size() == values.length) {
                values = Arrays.copyOf(values, 2 * values.length);
            }
            values[trials.size()] = value;
            trials.add(trial);
            surrogate.add(row);
        }
    }

    Scores(Encoding encoding, Goals goals, Hyperparameters hyper, Hyperparameters plain, long seed) {
        this.encoding = encoding;
        this.goals = goals;
        this.costs = new Quantity[goals.objectives().size()];
        Arrays.setAll(costs, o -> new Quantity(new Surrogate(hyper, seed + o)));
        this.limits = new Quantity[goals.constraints().size()];
        Arrays.setAll(limits, c -> new Quantity(new Surrogate(plain, seed + costs.length + c)));
        this.runnable = new Quantity(new Surrogate(plain, seed));
        this.front = new ParetoFront(goals);
        this.extremes = new double[2][costs.length];
        Arrays.fill(extremes[0], Double.POSITIVE_INFINITY);
        Arrays.fill(extremes[1], Double.NEGATIVE_INFINITY);
    }

    void takeIn(TrialHistory history) {
        for (; taken < history.concluded().size(); taken++) {
            takeIn(history.concluded().get(taken));
        }
    }

    private void takeIn(Trial trial) {
        double[] row = encoding.encode(trial.values());
        boolean ran = trial.state() != TrialState.INFEASIBLE;
        boolean all = ran;
        for (int o = 0; o < costs.length; o++) {
            var value = trial.objectiveValue(o);
            if (value.isPresent() && Double.isNaN(value.getAsDouble())) {
                ran = false;
            } else if (value.isPresent() && trial.state() != TrialState.INFEASIBLE) {
                costs[o].add(trial, row, goals.objectives().get(o).direction().toCost(value.getAsDouble()));
            }
            all &= value.isPresent();
        }
        if (ran && all) {
            show(trial, row);
        }
        broken += ran ? 0 : 1;
        runnable.add(trial, row, ran ? 0 : 2 * RUNNABLE);
        for (int c = 0; c < limits.length; c++) {
            var value = trial.constraintValue(c);
            if (value.isPresent()) {
                OutcomeConstraint constraint = goals.constraints().get(c);
                double excess = switch (constraint.bound()) {
                    case AT_MOST -> value.getAsDouble() - constraint.limit();
                    case AT_LEAST -> constraint.limit() - value.getAsDouble();
                };
                limits[c].add(trial, row, Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess);
            }
        }
    }

    private void show(Trial trial, double[] row) {
        shown++;
        for (int o = 0; o < costs.length; o++) {
            double cost = costs[o].values[costs[o].trials.size() - 1];
            extremes[0][o] = Math.min(extremes[0][o], cost);
            extremes[1][o] = Math.max(extremes[1][o], cost);
        }
        if (trial.isFeasible()) {
            (trial.state() == TrialState.COMPLETE ? kept : pruned).add(row);
            front.add(trial);
        }
    }

    /**
     * The trials that may be on the front: those that ran to their end and keep to the constraints; of many, those alone that nothing
     * observed dominates. Where there is none, those that were given up.
     */
    List<double[]> candidates() {
        if (kept.size() > MOST_CANDIDATES) {
            return front.trials().stream()
                    .map(trial -> encoding.encode(trial.values()))
                    .toList();
        }
        return kept.isEmpty() ? pruned : kept;
    }

    /** A tenth of the range beyond the worst that was observed, feasible or not. */
    double[] reference() {
        var scaled = new double[2][costs.length];
        for (int o = 0; o < costs.length; o++) {
            Scale scale = scale(o);
            scaled[0][o] = scale.of(extremes[0][o]);
            scaled[1][o] = scale.of(extremes[1][o]);
        }
        return Hypervolume.reference(scaled, costs.length);
    }

    /** How many trials have shown a number for each objective. */
    int shown() {
        return shown;
    }

    /** Whether anything is known of a constraint. */
    boolean isKnown(int constraint) {
        return !limits[constraint].trials.isEmpty();
    }

    /** Whether any point turned out not to be runnable. */
    boolean isAnyBroken() {
        return broken > 0;
    }

    /** The process of an objective, with points under way at what it expects of them, in the unit of {@link #scale}. */
    GaussianProcess cost(int objective, List<double[]> pending) {
        Quantity cost = costs[objective];
        cost.surrogate.update((size, targets, variances) -> {
            Scale scale = Scale.of(cost.values, size);
            for (int i = 0; i < size; i++) {
                targets[i] = scale.of(cost.values[i]);
                // what was given up would have come to something else, better or worse
                variances[i] = cost.trials.get(i).state() == TrialState.PRUNED ? PRUNED_VARIANCE : 0;
            }
        });
        cost.surrogate.believe(pending);
        return cost.surrogate.processes()[0];
    }

    Scale scale(int objective) {
        return Scale.of(costs[objective].values, costs[objective].trials.size());
    }

    /** Signed logarithms of the excess in units of the median excess, so that the limit stays at 0 and outliers shrink. */
    Surrogate limit(int constraint, List<double[]> pending) {
        Quantity limit = limits[constraint];
        limit.surrogate.update((size, targets, variances) -> {
            double[] sizes = Arrays.stream(limit.values, 0, size)
                    .map(Math::abs)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            double unit = sizes.length == 0 || sizes[sizes.length / 2] == 0 ? 1 : sizes[sizes.length / 2];
            for (int i = 0; i < size; i++) {
                double scaled = limit.values[i] / unit;
                targets[i] = Math.clamp(Math.signum(scaled) * Math.log1p(Math.abs(scaled)), -3, 3);
                variances[i] = 0;
            }
        });
        limit.surrogate.believe(pending);
        return limit.surrogate;
    }

    /** Where points lie below 1 that can be run. FAILED trials count half. */
    Surrogate runnable(List<double[]> failed) {
        runnable.surrogate.update((size, targets, variances) -> {
            System.arraycopy(runnable.values, 0, targets, 0, size);
            Arrays.fill(variances, 0, size, 0.05);
        });
        runnable.surrogate.suppose(failed, 2 * RUNNABLE, 0.5);
        return runnable.surrogate;
    }

    /**
     * Costs less their mean, over their standard deviation. What is farther beyond the median than {@value #FARTHEST} times as far as the
     * best is before it counts as no worse (the median of all or of the first {@value #FIRST}, whichever is worse, since what is tried later
     * crowds where one objective is good), infinite costs among them, so that a few that went astray do not hide what the others tell.
     * Other than a transform that bends all costs, this leaves areas below the front what they are.
     */
    record Scale(double centre, double unit, double floor, double ceiling) {
        private static final double FARTHEST = 4;
        private static final int FIRST = 20;

        static Scale of(double[] values, int size) {
            double[] sorted = Arrays.stream(values, 0, size)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            if (sorted.length == 0) {
                return new Scale(0, 1, 0, 0);
            }
            double median = Math.max(sorted[sorted.length / 2], firstMedian(values, size));
            double best = sorted[0];
            // where half of all are equally good, the worst are all there is to learn from
            double ceiling = median > best
                    ? Math.min(sorted[sorted.length - 1], median + FARTHEST * (median - best))
                    : sorted[sorted.length - 1];
            double mean = 0;
            for (double value : sorted) {
                mean += Math.min(value, ceiling) / sorted.length;
            }
            double square = 0;
            for (double value : sorted) {
                double away = Math.min(value, ceiling) - mean;
                square += away * away / sorted.length;
            }
            double unit = Math.sqrt(square);
            return new Scale(mean, unit > 0 && Double.isFinite(unit) ? unit : 1, best, Math.max(ceiling, best));
        }

        private static double firstMedian(double[] values, int size) {
            double[] first = Arrays.stream(values, 0, Math.min(FIRST, size))
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            return first.length == 0 ? Double.NEGATIVE_INFINITY : first[first.length / 2];
        }

        double of(double cost) {
            return (Math.clamp(cost, floor, ceiling) - centre) / unit;
        }
    }
}
