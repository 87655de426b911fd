package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/*
 * The bound is min ucb over the trials - min lcb over the space, where ucb and lcb are the process's mean +- sqrt(beta) deviations. The
 * second minimum is searched for, not known: among points drawn evenly once, the trials, and ever closer surroundings of the least found.
 * Costs are standardised by what is known at each size, those far above the others cut to Tukey's fence, so that a few diverged
 * trainings do not stretch the scale; that leaves the low end, of which the bound speaks, as it is.
 */

/**
 * How much better than the best trial a point of the space can still be, by a Gaussian process over the COMPLETE trials: the bound on the
 * simple regret of Makarova et al., "Automatic Termination for Hyperparameter Optimization" (2022), equation 2, with their beta of
 * {@code 2/5 log(d t^2 pi^2 / (6 delta))} and delta of 0.1. It holds with that confidence as far as the process fits the metric: a narrow
 * valley of which no trial has shown anything is not foreseen, so that it means little before the space was looked at in some number of
 * places.
 *
 * <p>Only trials that keep to all constraints count as the best; what the space holds is looked for without regard to outcome constraints,
 * which can but raise the bound. Departure from the paper: pruned trials are left out, since their values are not final ones.
 *
 * <p>{@code O(n^2)} a trial more and candidate, with at most 300 trials in the process. A function of the history and the seed; what it
 * keeps is a cache. Not thread-safe.
 */
public final class RegretBound {
    private static final int FEWEST = 3;
    private static final int FIRST = 20;
    private static final int NEAREST = 5;
    private static final int ROUNDS = 2;
    private static final double DELTA = 0.1;

    private final Objective objective;
    private final int dimensions;
    private final long seed;
    private final Encoding encoding;
    private final Hyperparameters hyper;
    private final AcquisitionMaximizer candidates;
    private final List<double[]> even;

    private final Bookmark bookmark = new Bookmark();
    private final List<Trial> trials = new ArrayList<>();
    private double[] costs = new double[32];
    private int taken;
    private Surrogate surrogate;
    private Optional<Bound> last = Optional.empty();

    /**
     * What can still be gained.
     *
     * @param regret at most so much, in the metric's unit, at least 0
     * @param spread from the best trial to the median of the first twenty, in the metric's unit, above 0
     * @param trials from how many trials that is known
     */
    public record Bound(double regret, double spread, int trials) {}

    private RegretBound(SamplerContext context) {
        if (context.goals().objectives().size() > 1) {
            throw new IllegalArgumentException("a bound on the regret is of one objective, was %d"
                    .formatted(context.goals().objectives().size()));
        }
        this.objective = context.goals().objectives().getFirst();
        this.dimensions = context.space().parameters().size();
        this.seed = context.seed();
        this.encoding = new Encoding(context.space());
        var features = new Features(encoding);
        this.hyper = new Hyperparameters(features, false);
        this.candidates = new AcquisitionMaximizer(context.space(), encoding, features);
        this.even = candidates.even(new SeededStream(seed));
        this.surrogate = new Surrogate(hyper, seed);
    }

    /**
     * For one study.
     *
     * @throws IllegalArgumentException if it has several objectives
     */
    public static RegretBound of(SamplerContext context) {
        return new RegretBound(context);
    }

    /** The bound as the study stands; empty below three COMPLETE trials, and where none is feasible or all came to the same. */
    public Optional<Bound> remaining(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            trials.clear();
            taken = 0;
            surrogate = new Surrogate(hyper, seed);
            last = Optional.empty();
        }
        int before = trials.size();
        for (; taken < history.concluded().size(); taken++) {
            take(history.concluded().get(taken));
        }
        if (trials.size() > before) {
            last = reckoned();
        }
        return last;
    }

    private void take(Trial trial) {
        double value = trial.objectiveValue(0).orElse(Double.NaN);
        if (trial.state() != TrialState.COMPLETE || !Double.isFinite(value)) {
            return;
        }
        if (trials.size() == costs.length) {
            costs = Arrays.copyOf(costs, 2 * costs.length);
        }
        costs[trials.size()] = objective.direction().toCost(value);
        trials.add(trial);
        surrogate.add(encoding.encode(trial.values()));
    }

    private Optional<Bound> reckoned() {
        int size = trials.size();
        double spread = spread(size);
        if (size < FEWEST || !(spread > 0)) {
            return Optional.empty();
        }
        surrogate.update((known, targets, variances) -> {
            Arrays.fill(variances, 0, known, 0);
            standardise(known, targets);
        });
        double beta = 0.4 * Math.log(dimensions * Math.pow(size * Math.PI, 2) / (6 * DELTA));
        double best = leastAbove(beta);
        if (best == Double.POSITIVE_INFINITY) {
            return Optional.empty();
        }
        double scale = standardise(size, new double[size]);
        return Optional.of(new Bound(Math.max(0, best - leastBelow(beta)) * scale, spread, size));
    }

    /** The median is of the first trials alone: once a sampler exploits, most trials are near the best. */
    private double spread(int size) {
        double[] first = Arrays.copyOf(costs, Math.min(size, FIRST));
        Arrays.sort(first);
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            least = Math.min(least, costs[i]);
        }
        return first.length == 0 ? 0 : first[first.length / 2] - least;
    }

    /**
     * The first so many costs with mean 0 and deviation 1.
     *
     * @return the deviation that they had; 1 if they are all the same
     */
    private double standardise(int size, double[] targets) {
        double[] sorted = Arrays.copyOf(costs, size);
        Arrays.sort(sorted);
        double upper = sorted[(3 * size) / 4];
        double fence = upper + 1.5 * (upper - sorted[size / 4]);
        double mean = 0;
        for (int i = 0; i < size; i++) {
            targets[i] = Math.min(costs[i], fence);
            mean += targets[i] / size;
        }
        double variance = 0;
        for (int i = 0; i < size; i++) {
            variance += (targets[i] - mean) * (targets[i] - mean) / size;
        }
        double deviation = variance > 0 ? Math.sqrt(variance) : 1;
        for (int i = 0; i < size; i++) {
            targets[i] = (targets[i] - mean) / deviation;
        }
        return deviation;
    }

    private double leastAbove(double beta) {
        var rows = new ArrayList<double[]>();
        for (int i = 0; i < surrogate.taken(); i++) {
            Trial trial = trials.get(surrogate.point(i));
            if (trial.isFeasible()) {
                rows.add(encoding.encode(trial.values()));
            }
        }
        double least = Double.POSITIVE_INFINITY;
        for (double bound : bounds(rows, Math.sqrt(beta))) {
            least = Math.min(least, bound);
        }
        return least;
    }

    private double leastBelow(double beta) {
        var random = new SeededStream(seed + 1);
        List<double[]> rows = new ArrayList<>(even);
        for (int i = 0; i < surrogate.taken(); i++) {
            rows.add(encoding.encode(trials.get(surrogate.point(i)).values()));
        }
        double least = Double.POSITIVE_INFINITY;
        for (int round = 0; round <= ROUNDS; round++) {
            double[] bounds = bounds(rows, -Math.sqrt(beta));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < bounds.length; i++) {
                order.add(i);
            }
            order.sort((a, b) -> Double.compare(bounds[a], bounds[b]));
            least = Math.min(least, bounds[order.getFirst()]);
            List<double[]> found = rows;
            List<double[]> nearest = order.subList(0, Math.min(NEAREST, order.size())).stream()
                    .map(found::get)
                    .toList();
            rows = new ArrayList<>(nearest);
            rows.addAll(candidates.near(nearest, random));
        }
        return least;
    }

    /** Of each row the mean and so many deviations more. */
    private double[] bounds(List<double[]> rows, double deviations) {
        double[] means = new double[rows.size()];
        double[] variances = new double[rows.size()];
        surrogate.processes()[0].predict(rows.toArray(double[][]::new), rows.size(), means, variances);
        double[] bounds = new double[rows.size()];
        Arrays.setAll(bounds, i -> means[i] + deviations * Math.sqrt(variances[i]));
        return bounds;
    }
}
