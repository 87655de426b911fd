package dev.sluice.search.sampler.tpe;

import dev.sluice.search.sampler.InitialPoints;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.sampler.internal.Ranking;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The tree-structured Parzen estimator: Bergstra et al., "Algorithms for Hyper-Parameter Optimization" (2011), section 4, in the
 * multivariate form of Watanabe, "Tree-Structured Parzen Estimator" (2023), arXiv:2304.11127.
 *
 * <p>The trials are parted into a few good ones and the rest, a density is laid over each, and of {@code candidates} points drawn from the
 * good one's density that is proposed where good over bad is largest, which has the largest expected improvement.
 *
 * <p>What is good: of {@code n} concluded trials the best {@code min(ceil(0.2 n), 25)}, as {@link Ranking} ranks them, each weighted by
 * its rank, from 3 down to 0, as the square of how far it is from the end. (Bergstra et al. and Optuna take fewer and weight them alike; so many with falling weights say more where
 * trials are few.) All else is bad: what shows no number (NaN, INFEASIBLE), FAILED trials, and those that wait or run, so that parallel
 * asks keep apart ("constant liar"). CANCELLED trials say nothing.
 *
 * <p>Both densities are over the whole conditional space at once, see {@code ParzenEstimator}; other than with groups of parameters for
 * each combination that is active, parameters that branches share learn from all of them. The good density's kernels close in with the
 * spread of the good trials, the bad one's follow the gaps between the bad ones.
 *
 * <p>What is tried again: nothing, as long as a finite space has points left. Where a constraint breaks, the candidate is dropped and
 * another drawn. The first {@code startup} trials are those of {@link InitialPoints}: the declared defaults, then
 * points spread over the space.
 *
 * <p>Where results must keep to constraints, those that do rank first, then the others by how much they break them, as {@link Ranking} has
 * it, and those that break one are never good while enough keep to all.
 *
 * <p>Cost: the bad density has at most {@value #MOST_BAD} kernels of concluded trials: beyond that, one half stands for the best of them,
 * next to the good ones where the two are to be told apart, and the other for an even sample of the rest, weighted for what it leaves
 * out. Together with at most {@value #MOST_OTHER} each of failed trials and of those under way that bounds an ask, but for
 * {@code O(log n)} and a short copy for each trial that is new. Not thread-safe.
 */
public final class TpeSampler implements Sampler {
    private static final double GOOD_SHARE = 0.2;
    private static final int MOST_GOOD = 25;
    private static final int MOST_BAD = 256;
    private static final int MOST_OTHER = 128;
    private static final int ROUNDS = 4;
    private static final int DRAWS_A_CANDIDATE = 10;

    private final SearchSpace space;
    private final Encoding encoding;
    private final RandomSampler randomSampler;
    private final InitialPoints initialPoints;
    private final int startup;
    private final int candidates;

    private final Bookmark bookmark = new Bookmark();
    private Ranking ranking = new Ranking();
    private double[][] columns;
    private int rows;

    private TpeSampler(Builder builder) {
        if (builder.startup < 1) {
            throw new IllegalArgumentException("startup must be >= 1, was " + builder.startup);
        }
        if (builder.candidates < 1) {
            throw new IllegalArgumentException("candidates must be >= 1, was " + builder.candidates);
        }
        this.space = builder.space;
        this.encoding = new Encoding(space);
        this.randomSampler = RandomSampler.of(space);
        this.initialPoints = InitialPoints.of(space, builder.seed);
        this.startup = builder.startup;
        this.candidates = builder.candidates;
        this.columns = new double[encoding.size()][64];
    }

    public static Builder builder(SearchSpace space) {
        return new Builder(space);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        update(history);
        if (ranking.taken() < startup || ranking.size() == 0) {
            return Optional.of(startup(history, random));
        }
        int good = Math.min((int) Math.min(Math.ceil(GOOD_SHARE * ranking.taken()), MOST_GOOD), ranking.size());
        var goodRows = new int[good];
        Arrays.setAll(goodRows, ranking::number);
        var weights = new double[good];
        Arrays.setAll(weights, rank -> 3 * Math.pow((double) (good - rank) / (good + 1), 2));
        var goodDensity =
                new ParzenEstimator(encoding, columns, goodRows, weights, good, ParzenEstimator.Bandwidth.SPREAD);
        var bad = bad(history, good);
        var badDensity = new ParzenEstimator(
                encoding, columns, bad.rows, bad.weights, bad.size, ParzenEstimator.Bandwidth.NEIGHBOURS);

        Optional<ParameterValues> again = Optional.empty();
        for (int round = 0; round < ROUNDS; round++) {
            var drawn = draw(goodDensity, badDensity, random);
            for (Candidate candidate : drawn) {
                var values = encoding.decode(candidate.row);
                if (history.occurrences(values) == 0) {
                    return Optional.of(new Suggested(values, reason(drawn.size(), good, bad.pending)));
                }
                again = again.or(() -> Optional.of(values));
            }
        }
        return Optional.of(fallBack(history, again, random));
    }

    private void update(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            ranking = new Ranking();
            rows = 0;
        }
        ranking.update(history);
        List<Trial> trials = history.all();
        for (; rows < trials.size(); rows++) {
            for (int p = 0; p < columns.length; p++) {
                if (rows == columns[p].length) {
                    columns[p] = Arrays.copyOf(columns[p], 2 * rows);
                }
                columns[p][rows] = encoding.encode(p, trials.get(rows).values());
            }
        }
    }

    private Suggested startup(TrialHistory history, RandomGenerator random) {
        var why = ranking.taken() < startup
                ? "%d of %d startup trials have ended".formatted(ranking.taken(), startup)
                : "no trial has shown a number yet";
        var point = initialPoints.next(history, random);
        return new Suggested(point.values(), "tpe: %s, since %s".formatted(point.reason(), why));
    }

    /** Where all candidates were tried before, or none was allowed. */
    private Suggested fallBack(TrialHistory history, Optional<ParameterValues> again, RandomGenerator random) {
        var fresh = randomSampler.drawFresh(history, random);
        if (fresh.isPresent()) {
            return new Suggested(
                    fresh.get(),
                    again.isPresent()
                            ? "tpe: random, since all candidates were tried before"
                            : "tpe: random, since no candidate satisfied the constraints");
        }
        return new Suggested(
                again.orElseGet(() -> randomSampler.draw(random)),
                "tpe: the best candidate again, since all points of the space were tried");
    }

    private String reason(int drawn, int good, int pending) {
        return "tpe: best of %d candidates by expected improvement over %d trials (%d good%s)"
                .formatted(drawn, ranking.taken(), good, pending > 0 ? ", %d under way".formatted(pending) : "");
    }

    private static final class Candidate {
        private final double[] row;
        private final double score;

        Candidate(double[] row, double score) {
            this.row = row;
            this.score = score;
        }
    }

    /** The best first; of equals, the first drawn. */
    private List<Candidate> draw(ParzenEstimator good, ParzenEstimator bad, RandomGenerator random) {
        var drawn = new ArrayList<Candidate>(candidates);
        var terms = new double[Math.max(good.kernels(), bad.kernels())];
        var row = new double[encoding.size()];
        boolean constrained = !space.constraints().isEmpty();
        for (int draw = 0; draw < DRAWS_A_CANDIDATE * candidates && drawn.size() < candidates; draw++) {
            good.sample(random, row);
            if (!constrained || space.brokenConstraints(encoding.decode(row)).isEmpty()) {
                drawn.add(new Candidate(row.clone(), good.logDensity(row, terms) - bad.logDensity(row, terms)));
            }
        }
        drawn.sort((a, b) -> Double.compare(b.score, a.score));
        return drawn;
    }

    /** The rows that make up the bad density. */
    private static final class Bad {
        private final int[] rows;
        private final double[] weights;
        private int size;
        private int pending;

        Bad(int capacity) {
            this.rows = new int[capacity];
            this.weights = new double[capacity];
        }

        void add(int row, double weight) {
            rows[size] = row;
            weights[size] = weight;
            size++;
        }

        /** The newest of them. */
        int addNewest(List<Trial> trials) {
            int from = Math.max(0, trials.size() - MOST_OTHER);
            for (Trial trial : trials.subList(from, trials.size())) {
                add(trial.id().number(), 1);
            }
            return trials.size() - from;
        }
    }

    private Bad bad(TrialHistory history, int good) {
        int rest = ranking.taken() - good;
        var bad = new Bad(Math.min(rest, MOST_BAD) + 2 * MOST_OTHER);
        if (rest <= MOST_BAD) {
            for (int i = 0; i < rest; i++) {
                bad.add(concluded(good + i), 1);
            }
        } else {
            int near = MOST_BAD / 2;
            for (int i = 0; i < near; i++) {
                bad.add(concluded(good + i), 1);
            }
            int sampled = MOST_BAD - near;
            double stride = (double) (rest - near) / sampled;
            for (int i = 0; i < sampled; i++) {
                bad.add(concluded(good + near + (int) ((i + 0.5) * stride)), stride);
            }
        }
        if (history.count(TrialState.FAILED) > 0) {
            bad.addNewest(history.in(TrialState.FAILED));
        }
        bad.pending = bad.addNewest(history.pending());
        return bad;
    }

    /** The row of a concluded trial by rank, those without one last. */
    private int concluded(int rank) {
        return rank < ranking.size() ? ranking.number(rank) : ranking.unranked(rank - ranking.size());
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private int startup = 10;
        private int candidates = 24;
        private OptionalLong seed = OptionalLong.empty();

        private Builder(SearchSpace space) {
            this.space = Objects.requireNonNull(space, "space");
        }

        /** How many trials must be concluded before the densities are used, at least 1; 10 if not set. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /** How many points are drawn from the good density for each ask, at least 1; 24 if not set. */
        public Builder candidates(int number) {
            this.candidates = number;
            return this;
        }

        /** The study's seed, by which the points of the start-up are spread; they are random if not set. */
        public Builder seed(long value) {
            this.seed = OptionalLong.of(value);
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public TpeSampler build() {
            return new TpeSampler(this);
        }
    }
}
