package dev.sluice.search.sampler.gp;

import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the concluded trials of a history showed, taken in as they end, and the processes that learn it: the cost, whether a point can be run,
 * and how far it keeps to each constraint. Not thread-safe.
 */
final class Observations {
    /** Points that can be run lie around 0, others around 2. */
    static final double RUNNABLE = 1;

    private final Encoding encoding;
    private final Objective objective;
    private final PartialCosts partial;
    private final Surrogate cost;
    private final Surrogate runnable;
    private final Surrogate[] limits;

    private int taken;
    private final List<Trial> concluded = new ArrayList<>();
    private final List<Integer> shown = new ArrayList<>();
    private final List<Double> broken = new ArrayList<>();
    private final List<List<Double>> excesses = new ArrayList<>();
    private final List<double[]> brokenRows = new ArrayList<>();

    Observations(
            Encoding encoding,
            Objective objective,
            Hyperparameters hyper,
            Hyperparameters plain,
            long seed,
            int constraints,
            PartialCosts partial) {
        this.encoding = encoding;
        this.objective = objective;
        this.partial = partial;
        this.cost = new Surrogate(hyper, seed);
        this.runnable = new Surrogate(plain, seed);
        this.limits = new Surrogate[constraints];
        for (int i = 0; i < constraints; i++) {
            limits[i] = new Surrogate(plain, seed);
            excesses.add(new ArrayList<>());
        }
    }

    void takeIn(TrialHistory history) {
        for (; taken < history.concluded().size(); taken++) {
            Trial trial = history.concluded().get(taken);
            concluded.add(trial);
            double[] row = encoding.encode(trial.values());
            boolean number = !Double.isNaN(AsShown.cost(objective, trial));
            if (number && trial.state() != TrialState.INFEASIBLE) {
                shown.add(taken);
                cost.add(row);
            }
            boolean ran = trial.state() != TrialState.INFEASIBLE
                    && (number || trial.objectiveValue(0).isEmpty());
            if (!ran) {
                brokenRows.add(row);
            }
            broken.add(ran ? 0.0 : 2 * RUNNABLE);
            runnable.add(row);
            for (int i = 0; i < limits.length; i++) {
                var value = trial.constraintValue(i);
                if (value.isPresent()) {
                    OutcomeConstraint constraint = history.constraints().get(i);
                    double excess = switch (constraint.bound()) {
                        case AT_MOST -> value.getAsDouble() - constraint.limit();
                        case AT_LEAST -> constraint.limit() - value.getAsDouble();
                    };
                    excesses.get(i).add(Double.isNaN(excess) ? Double.POSITIVE_INFINITY : excess);
                    limits[i].add(row);
                }
            }
        }
    }

    /** How many trials were taken in. */
    int taken() {
        return taken;
    }

    /** How many trials have shown a number. */
    int shown() {
        return shown.size();
    }

    /** The points that cannot be run. */
    List<double[]> brokenRows() {
        return brokenRows;
    }

    Trial shownTrial(int index) {
        return concluded.get(shown.get(index));
    }

    Surrogate cost() {
        return cost;
    }

    Surrogate runnable() {
        return runnable;
    }

    Surrogate limit(int constraint) {
        return limits[constraint];
    }

    void updateCost() {
        cost.update(this::costs);
    }

    void updateRunnable() {
        runnable.update((size, targets, variances) -> {
            for (int i = 0; i < size; i++) {
                targets[i] = broken.get(i);
                variances[i] = 0.05;
            }
        });
    }

    /** Signed roots of the excess in units of the median excess, so that the limit stays at 0 and outliers shrink. */
    void updateLimit(int constraint) {
        List<Double> excess = excesses.get(constraint);
        limits[constraint].update((size, targets, variances) -> {
            double[] sizes = excess.subList(0, size).stream()
                    .mapToDouble(Math::abs)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            double unit = sizes.length == 0 ? 1 : sizes[sizes.length / 2];
            for (int i = 0; i < size; i++) {
                double scaled = excess.get(i) / (unit > 0 ? unit : 1);
                targets[i] = Math.clamp(Math.signum(scaled) * Math.log1p(Math.abs(scaled)), -3, 3);
                variances[i] = 0;
            }
        });
    }

    private void costs(int size, double[] targets, double[] variances) {
        double[] costs = new double[size];
        double[] deviations = new double[size];
        int[] pruned = new int[size];
        int[] prunedAt = new int[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            Trial trial = shownTrial(i);
            if (trial.state() == TrialState.PRUNED) {
                pruned[count] = shown.get(i);
                prunedAt[count] = i;
                count++;
            } else {
                costs[i] = AsShown.cost(objective, trial);
            }
        }
        if (count > 0) {
            var guesses = partial.guess(
                    objective, concluded.subList(0, shown.get(size - 1) + 1), Arrays.copyOf(pruned, count));
            for (int k = 0; k < count; k++) {
                costs[prunedAt[k]] = guesses.get(k).cost();
                deviations[prunedAt[k]] = guesses.get(k).deviation();
            }
        }
        var transform = OutcomeTransform.of(costs, size);
        System.arraycopy(transform.values(), 0, targets, 0, size);
        for (int i = 0; i < size; i++) {
            double spread = 0;
            if (deviations[i] > 0 && Double.isFinite(costs[i])) {
                spread = (transform.at(costs[i] + deviations[i]) - transform.at(costs[i] - deviations[i])) / 2;
            }
            variances[i] = spread * spread;
        }
    }
}
