package dev.sluice.search.sampler.gp;

import dev.sluice.search.pareto.NonDominatedSorting;
import dev.sluice.search.pareto.OpenCells;
import dev.sluice.search.pareto.Standing;
import dev.sluice.search.sampler.QuasiRandomSampler;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Bayesian optimisation of several objectives under constraints: each is learnt by a Gaussian process of its own, and what is proposed is
 * where the hypervolume of the front is expected to grow most. Emmerich, Giannakoglou and Naujoks, "Single- and multiobjective evolutionary
 * optimization assisted by Gaussian random field metamodels" (2006); see {@code HypervolumeAcquisition}. Works with one objective too,
 * where it comes to the expected improvement.
 *
 * <p>The reference point is, every other time by chance, a tenth of the range beyond the worst that was observed, so that the ends of the
 * front count, or near the front, so that its middle does. (Far alone spends itself on the corners of three objectives, near alone never
 * finds the ends.) The front is that of the feasible COMPLETE trials (where there is none, of PRUNED ones) at the costs that the processes believe in, not those that
 * were observed, so that a lucky measurement does not hide what is better.
 *
 * <p>Trials under way count as if they had come to what is expected of them, in the processes and on the front (Ginsbourger et al.'s
 * "Kriging believer", 2010), so that parallel asks keep apart. PRUNED trials are learnt from as they stood, with doubt. Where trials were
 * INFEASIBLE, FAILED or showed NaN, one process more learns where that happens, and one each how far constraints are kept; improvements
 * are weighed by the chance that all goes well (Gardner et al., "Bayesian Optimization with Inequality Constraints", 2014).
 *
 * <p>The first {@code startup} trials are points of a scrambled Sobol sequence. What was tried is not proposed again, as long as a finite
 * space has points left; one of at most {@value PointSearch#ENUMERATED} points is searched through. The processes keep at most 300 points (see
 * {@code Surrogate}), which bounds an ask. Not thread-safe.
 */
public final class HypervolumeSampler implements Sampler {
    private static final int MOST_PENDING = 64;
    private static final int NEIGHBOURHOODS = 12;
    private static final double TOLERANCE = 0.01;
    private static final double MARGIN = 0.1;
    private static final double LEAST_RANGE = 0.1;

    private final SearchSpace space;
    private final Goals goals;
    private final long seed;
    private final int startup;
    private final Encoding encoding;
    private final Hyperparameters hyper;
    private final Hyperparameters plain;
    private final PointSearch search;
    private final QuasiRandomSampler quasiRandom;
    private final RandomSampler randomSampler;

    private final Bookmark bookmark = new Bookmark();
    private Scores scores;

    private HypervolumeSampler(Builder builder) {
        if (builder.startup < 2) {
            throw new IllegalArgumentException("startup must be >= 2, was " + builder.startup);
        }
        this.space = builder.context.space();
        this.goals = builder.context.goals();
        this.seed = builder.context.seed();
        this.startup = builder.startup;
        this.encoding = new Encoding(space);
        var features = new Features(encoding);
        this.hyper = new Hyperparameters(features, true);
        this.plain = new Hyperparameters(features, false);
        this.search = new PointSearch(space, encoding, features);
        this.quasiRandom = QuasiRandomSampler.of(space, seed);
        this.randomSampler = RandomSampler.of(space);
        this.scores = new Scores(encoding, goals, hyper, plain, seed);
    }

    /** For what a study plans. */
    public static Builder builder(SamplerContext context) {
        return new Builder(context);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        update(history);
        if (history.size() < startup || scores.shown() < Math.min(startup, 3)) {
            return Optional.of(start(history, random));
        }
        var model = new Model(history, random);
        var best = search.untried(history, model.promise, () -> model.neighbourhoods(random), random);
        if (best.isPresent()) {
            return Optional.of(new Suggested(best.get(), model.reason()));
        }
        return Optional.of(randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "ehvi: random, since no candidate was new"))
                .orElseGet(() -> again(model, random)));
    }

    private void update(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            scores = new Scores(encoding, goals, hyper, plain, seed);
        }
        scores.takeIn(history);
    }

    private Suggested start(TrialHistory history, RandomGenerator random) {
        return quasiRandom
                .next(history)
                .map(values -> new Suggested(
                        values,
                        "ehvi: a point of a Sobol sequence, since %d of %d startup trials have shown numbers"
                                .formatted(scores.shown(), startup)))
                .or(() -> randomSampler
                        .drawFresh(history, random)
                        .map(values ->
                                new Suggested(values, "ehvi: random, since hardly any point keeps the constraints")))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "ehvi: random again, since all points of the space were tried"));
    }

    private Suggested again(Model model, RandomGenerator random) {
        return search.any(model.promise)
                .map(values -> new Suggested(
                        values, "ehvi: the most promising point again, since all points of the space were tried"))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "ehvi: random again, since all points of the space were tried"));
    }

    /** What is thought of the space at one ask. */
    private final class Model {
        private final TrialHistory history;
        private final List<double[]> pending;
        private final List<double[]> front = new ArrayList<>();
        private final HypervolumeAcquisition promise;

        Model(TrialHistory history, RandomGenerator random) {
            this.history = history;
            this.pending = encoding.newest(history.pending(), MOST_PENDING);
            var costs = new GaussianProcess[goals.objectives().size()];
            for (int o = 0; o < costs.length; o++) {
                costs[o] = scores.cost(o, pending);
            }
            var candidates = scores.candidates();
            var believed = new ArrayList<double[]>();
            candidates.forEach(row -> believed.add(means(costs, row)));
            int[] ranks = NonDominatedSorting.ranks(
                    believed.stream().map(row -> Standing.of(row, 0)).toList());
            for (int i = 0; i < ranks.length; i++) {
                if (ranks[i] == 0) {
                    front.add(candidates.get(i));
                }
            }
            double[] far = scores.reference();
            boolean near = !candidates.isEmpty() && random.nextBoolean();
            double[] reference = near ? nearReference(believed, far) : far;
            pending.forEach(row -> believed.add(means(costs, row)));
            this.promise = new HypervolumeAcquisition(
                    costs, OpenCells.of(believed.toArray(double[][]::new), reference), limits());
        }

        /**
         * A tenth of the front's range beyond its worst, where the front is what nothing is better than by more than a hundredth of the range:
         * so that what is all but beaten, such as corners where one objective is at its best whatever becomes of the others, does not
         * push it away.
         */
        private static double[] nearReference(List<double[]> believed, double[] far) {
            int objectives = far.length;
            var low = far.clone();
            for (double[] point : believed) {
                Arrays.setAll(low, o -> Math.min(low[o], point[o]));
            }
            var tolerance = new double[objectives];
            Arrays.setAll(tolerance, o -> TOLERANCE * (far[o] - low[o]));
            var worst = low.clone();
            for (double[] point : believed) {
                if (believed.stream().noneMatch(other -> isClearlyBetter(other, point, tolerance))) {
                    Arrays.setAll(worst, o -> Math.max(worst[o], point[o]));
                }
            }
            var reference = new double[objectives];
            Arrays.setAll(
                    reference,
                    o -> Math.min(
                            far[o], worst[o] + MARGIN * Math.max(worst[o] - low[o], LEAST_RANGE * (far[o] - low[o]))));
            return reference;
        }

        private static boolean isClearlyBetter(double[] a, double[] b, double[] tolerance) {
            boolean better = false;
            for (int o = 0; o < a.length; o++) {
                if (a[o] > b[o] + tolerance[o]) {
                    return false;
                }
                better |= a[o] < b[o] - tolerance[o];
            }
            return better;
        }

        private static double[] means(GaussianProcess[] costs, double[] row) {
            var means = new double[costs.length];
            Arrays.setAll(means, o -> costs[o].mean(row));
            return means;
        }

        private List<Acquisition.Limit> limits() {
            List<Acquisition.Limit> limits = new ArrayList<>();
            List<double[]> failed = encoding.newest(history.in(TrialState.FAILED), MOST_PENDING);
            if (scores.isAnyBroken() || !failed.isEmpty()) {
                limits.add(new Acquisition.Limit(scores.runnable(failed), 1));
            }
            for (int c = 0; c < goals.constraints().size(); c++) {
                if (scores.isKnown(c)) {
                    limits.add(new Acquisition.Limit(scores.limit(c, pending), 0));
                }
            }
            return limits;
        }

        /** The front, or a few of it; before there is one, what has come nearest. */
        List<double[]> neighbourhoods(RandomGenerator random) {
            var some = new ArrayList<>(front);
            while (some.size() > NEIGHBOURHOODS) {
                some.remove(random.nextInt(some.size()));
            }
            return some;
        }

        String reason() {
            return "ehvi: largest expected hypervolume improvement over %d trials (%d not dominated%s)"
                    .formatted(
                            scores.shown(),
                            front.size(),
                            pending.isEmpty() ? "" : ", %d under way".formatted(pending.size()));
        }
    }

    /** What may be set; all but the context has a default. Not thread-safe. */
    public static final class Builder {
        private final SamplerContext context;
        private int startup = 10;

        private Builder(SamplerContext context) {
            this.context = Objects.requireNonNull(context, "context");
        }

        /** How many trials are begun before the processes are used, at least 2; 10 if not set. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public HypervolumeSampler build() {
            return new HypervolumeSampler(this);
        }
    }
}
