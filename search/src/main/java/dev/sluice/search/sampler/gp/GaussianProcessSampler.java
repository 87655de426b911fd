package dev.sluice.search.sampler.gp;

import dev.sluice.search.sampler.QuasiRandomSampler;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Bayesian optimisation: a Gaussian process learns the costs of the trials, and that point is proposed where the improvement it expects
 * over the best is largest.
 *
 * <p>The kernel is Matern's with smoothness 5/2, a length scale for each parameter, so that it learns which matter. Numbers lie in [0, 1]
 * as their scale sees them and are warped there (Snoek et al., "Input Warping for Bayesian Optimization of Non-stationary Functions", 2014).
 * What comes in steps is seen by the kernel at its steps alone (Garrido-Merchan, Hernandez-Lobato, "Dealing with Categorical and
 * Integer-valued Variables in Bayesian Optimization with Gaussian Processes", 2020); choices are alike or not. A parameter that is not active
 * lies in the middle of its range: points of different branches are told apart by the choice that parts them, with as small a distance as
 * the trials say, so that parameters that branches share learn from all of them; where a number parts them, whether the condition holds is
 * a feature of its own. Noise, amplitude and length scales have the priors of Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization
 * Performs Great in High Dimensions" (2024), narrowed, and are fitted by their posterior's mode; the mean is integrated out.
 *
 * <p>Costs far worse than most are pressed together by a logarithm. Points that are INFEASIBLE or showed NaN teach a second process where
 * points can be run, FAILED ones likewise with more doubt, and count as poor; each constraint on results has a process for its excess. The
 * expected improvement, as a logarithm (Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", 2023),
 * is weighed with the chances that they give. PRUNED trials count with what a {@link PartialCosts} makes of them. Trials under way are
 * taken at the cost that is expected of them, which is also to be improved on ("Kriging believer", Ginsbourger et al., 2010).
 *
 * <p>The first {@code startup} trials are the defaults, where parameters have any, and points of a scrambled Sobol sequence. A finite space
 * of at most {@value PointSearch#ENUMERATED} points is scored as a whole; otherwise see {@code AcquisitionMaximizer}. Nothing is proposed again as long
 * as a finite space has points left.
 *
 * <p>Cost, with n trials and d parameters: hyperparameters are fitted at fixed numbers of trials, each by a twentieth more than the last, at
 * {@code O(n^3 + n^2 d)} a step of the fit, with n at most 160. In between a new trial is a row more of the Cholesky factor. A process
 * keeps at most 300 trials whenever it is fitted: the best half of that, the newest quarter and an even sample of the rest. So an ask takes
 * some milliseconds at 100 trials, and no longer than tens of them at thousands. Not thread-safe.
 */
public final class GaussianProcessSampler implements Sampler {
    private static final int MOST_PENDING = 64;
    private static final int INCUMBENTS = 5;

    private final SearchSpace space;
    private final long seed;
    private final int startup;
    private final PartialCosts partial;
    private final Encoding encoding;
    private final Features features;
    private final Hyperparameters hyper;
    private final Hyperparameters plain;
    private final PointSearch search;
    private final QuasiRandomSampler quasiRandom;
    private final RandomSampler randomSampler;
    private final Optional<ParameterValues> defaults;

    private final Bookmark bookmark = new Bookmark();
    private Optional<Observations> kept = Optional.empty();

    private GaussianProcessSampler(Builder builder) {
        if (builder.startup < 2) {
            throw new IllegalArgumentException("startup must be >= 2, was " + builder.startup);
        }
        this.space = builder.context.space();
        this.seed = builder.context.seed();
        this.startup = builder.startup;
        this.partial = builder.partial;
        this.encoding = new Encoding(space);
        this.features = new Features(encoding);
        this.hyper = new Hyperparameters(features, Tuning.WARPING);
        this.plain = new Hyperparameters(features, false);
        this.search = new PointSearch(space, encoding, features);
        this.quasiRandom = QuasiRandomSampler.of(space, seed);
        this.randomSampler = RandomSampler.of(space);
        this.defaults = defaults(space);
    }

    private static Optional<ParameterValues> defaults(SearchSpace space) {
        if (space.parameters().stream()
                .allMatch(parameter -> parameter.defaultValue().isEmpty())) {
            return Optional.empty();
        }
        try {
            return Optional.of(space.complete(Map.of()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the defaults break a constraint
        }
    }

    private Observations observations(TrialHistory history) {
        return new Observations(
                encoding,
                history.objectives().getFirst(),
                hyper,
                plain,
                seed,
                history.constraints().size(),
                partial);
    }

    /** For what a study plans. */
    public static Builder builder(SamplerContext context) {
        return new Builder(context);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        var observations = update(history);
        if (history.size() < startup || observations.shown() < Math.min(startup, 3)) {
            return Optional.of(start(history, observations, random));
        }
        var acquisition = acquisition(history, observations);
        var best = search.untried(history, acquisition, () -> neighbourhoods(observations), random);
        if (best.isPresent()) {
            return Optional.of(new Suggested(best.get(), reason(history, observations)));
        }
        return Optional.of(randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "gp: random, since no candidate was new"))
                .orElseGet(() -> again(acquisition, random)));
    }

    private Observations update(TrialHistory history) {
        if (!bookmark.goesOn(history) || kept.isEmpty()) {
            kept = Optional.of(observations(history));
        }
        var observations = kept.get();
        observations.takeIn(history);
        return observations;
    }

    private Suggested start(TrialHistory history, Observations observations, RandomGenerator random) {
        if (defaults.isPresent() && history.occurrences(defaults.get()) == 0) {
            return new Suggested(defaults.get(), "gp: the defaults, to begin with");
        }
        var next = quasiRandom.next(history);
        if (next.isPresent()) {
            return new Suggested(
                    next.get(),
                    "gp: a point of a Sobol sequence, since %d of %d startup trials have shown a number"
                            .formatted(observations.shown(), startup));
        }
        return randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "gp: random, since hardly any point keeps the constraints"))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "gp: random again, since all points of the space were tried"));
    }

    private Acquisition acquisition(TrialHistory history, Observations observations) {
        List<double[]> pending = encoding.newest(history.pending(), MOST_PENDING);
        List<double[]> failed = encoding.newest(history.in(TrialState.FAILED), MOST_PENDING);
        observations.updateCost();
        var cost = observations.cost();
        cost.believe(pending);
        cost.suppose(observations.brokenRows(), Tuning.BROKEN_COST, Tuning.BROKEN_VARIANCE);
        List<Acquisition.Limit> limits = new ArrayList<>();
        if (!observations.brokenRows().isEmpty() || !failed.isEmpty()) {
            observations.updateRunnable();
            observations.runnable().suppose(failed, 2 * Observations.RUNNABLE, 0.5);
            limits.add(new Acquisition.Limit(observations.runnable(), Observations.RUNNABLE));
        }
        for (int i = 0; i < history.constraints().size(); i++) {
            if (observations.limit(i).size() > 0) {
                observations.updateLimit(i);
                observations.limit(i).believe(pending);
                limits.add(new Acquisition.Limit(observations.limit(i), 0));
            }
        }
        return new Acquisition(cost.processes(), incumbents(history, observations, pending, limits), limits);
    }

    /** Of each process the least cost it believes in at a trial that counts, or is under way. */
    private double[] incumbents(
            TrialHistory history, Observations observations, List<double[]> pending, List<Acquisition.Limit> limits) {
        var cost = observations.cost();
        boolean complete =
                history.best().map(best -> best.state() == TrialState.COMPLETE).orElse(false);
        double[] least = new double[cost.processes().length];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        for (int i = 0; i < cost.taken(); i++) {
            Trial trial = observations.shownTrial(cost.point(i));
            if (trial.isFeasible() && (!complete || trial.state() == TrialState.COMPLETE)) {
                for (int m = 0; m < least.length; m++) {
                    least[m] = Math.min(least[m], cost.processes()[m].meanAt(i));
                }
            }
        }
        // what is expected of a trial under way is to be improved on too, or the next would go to the same place
        for (int i = 0; i < pending.size() && least[0] < Double.POSITIVE_INFINITY; i++) {
            double[] row = pending.get(i);
            if (limits.stream()
                    .allMatch(limit -> limit.surrogate().processes()[0].mean(row) <= limit.threshold())) {
                for (int m = 0; m < least.length; m++) {
                    least[m] = Math.min(least[m], cost.processes()[m].meanAt(cost.taken() + i));
                }
            }
        }
        return least.length == 0 || least[0] == Double.POSITIVE_INFINITY ? new double[0] : least;
    }

    /** The trials near which to look: the best few, and the best with each set of active parameters. */
    private List<double[]> neighbourhoods(Observations observations) {
        var cost = observations.cost();
        var process = cost.processes()[0];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < cost.taken(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble(process::target));
        List<double[]> rows = new ArrayList<>();
        Set<Set<String>> patterns = new HashSet<>();
        for (int i : order) {
            Trial trial = observations.shownTrial(cost.point(i));
            boolean fresh = patterns.add(trial.values().asMap().keySet()) && patterns.size() <= INCUMBENTS;
            if (rows.size() < INCUMBENTS || fresh) {
                rows.add(encoding.encode(trial.values()));
            }
        }
        return rows;
    }

    private Suggested again(Acquisition acquisition, RandomGenerator random) {
        return search.any(acquisition)
                .map(values -> new Suggested(
                        values, "gp: the most promising point again, since all points of the space were tried"))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "gp: random again, since all points of the space were tried"));
    }

    private String reason(TrialHistory history, Observations observations) {
        int pending = history.pending().size();
        return "gp: largest expected improvement over %d trials%s"
                .formatted(observations.shown(), pending > 0 ? ", %d under way".formatted(pending) : "");
    }

    /** What may be set; all but the context has a default. Not thread-safe. */
    public static final class Builder {
        private final SamplerContext context;
        private int startup = Tuning.STARTUP;
        private PartialCosts partial = new CurveCosts();

        private Builder(SamplerContext context) {
            this.context = Objects.requireNonNull(context, "context");
        }

        /** How many trials are begun before the processes are used, at least 2. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /** What is thought of trials that were given up; if not set, what a {@link dev.sluice.search.curve.CurveModel} predicts. */
        public Builder partialCosts(PartialCosts costs) {
            this.partial = Objects.requireNonNull(costs, "costs");
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public GaussianProcessSampler build() {
            return new GaussianProcessSampler(this);
        }
    }
}
