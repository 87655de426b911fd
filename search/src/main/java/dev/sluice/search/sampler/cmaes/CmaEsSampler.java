package dev.sluice.search.sampler.cmaes;

import dev.sluice.search.sampler.QuasiRandomSampler;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SobolSequence;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * Covariance matrix adaptation: Hansen, "The CMA Evolution Strategy: A Tutorial" (2016), arXiv:1604.00772, with weights for the worse half
 * too. Points are drawn from a normal distribution whose mean, step size and covariance follow what was good.
 *
 * <p><b>Spaces.</b> Numbers are coordinates in [0, 1] as their scale sees them. What comes in steps keeps a margin: Hamano, Saito, Nomura,
 * Shirakawa, "CMA-ES with Margin" (2022), so that it never settles on one value for good. As the history knows grid values only, where in
 * its cell a point was drawn is made up again, by the distribution and the trial's seed. Unordered choices have chances beside the normal
 * distribution, with a margin too: Hamano et al., "CatCMA: Stochastic Optimization for Mixed-Category Problems" (2024), at a fixed rate
 * instead of an adapted one. A number that a trial's conditions switch off keeps its mean, and its part of the covariance is fed with noise
 * of its own size, so that it neither moves nor shrinks.
 *
 * <p><b>Asynchrony.</b> As many trials as end in whatever order make a generation, whoever proposed them: those drawn from an earlier
 * distribution and those put in the queue are injected, with the length of their step limited: Hansen, "Injecting External Solutions Into
 * CMA-ES" (2011). PRUNED trials rank behind the COMPLETE ones by how far they came, INFEASIBLE ones and NaN last, as do, before those
 * pruned, trials that break an outcome constraint, by how far. FAILED and CANCELLED ones are passed over. Trials under way belong to the
 * generation that they will end in; the next points of a low-discrepancy sequence are kept apart from theirs.
 *
 * <p><b>Start.</b> The first trial is the middle of the space, or its defaults; then come points of a scrambled Sobol sequence. The mean
 * begins near the best of them, with small steps. The normal deviates are a Sobol sequence through the normal quantile, as in Teytaud and Gelly,
 * "DCMA: Yet Another Derandomization in Covariance-Matrix-Adaptation" (2007); its first ten binary digits, the others are random. The covariance is a diagonal, which is learnt faster (Ros and
 * Hansen, 2008), until there were six trials for each entry of the whole matrix; in more than {@value #MOST_COVARIED} numbers it stays one.
 *
 * <p><b>Generations</b> have three quarters of the tutorial's size, and where the number of trials is known one fortieth of it, within 0.6 and 1
 * times the tutorial's. Where it no longer gets on it begins again elsewhere: Hansen, "Benchmarking a BI-Population CMA-ES" (2009).
 *
 * <p>Nothing is tried again while a finite space has points left. An ask costs {@code O(n^2)} in the number of numbers {@code n}, a generation
 * {@code O(n^3)}; neither grows with the history. Not thread-safe.
 */
public final class CmaEsSampler implements Sampler {
    private static final int DRAWS = 100;
    private static final int MOST_COVARIED = 40;
    private static final int LEAST_POPULATION = 4;
    private static final int GENERATIONS = 40;
    private static final int SEQUENCE_CELLS = 1 << 10;
    private static final double USUAL_SHARE = 0.75;
    private static final double LEAST_SHARE = 0.6;

    private final SearchSpace space;
    private final Layout layout;
    private final RandomSampler randomSampler;
    private final QuasiRandomSampler quasiRandomSampler;
    private final SobolSequence deviates;
    private final Evolution.Settings settings;
    private final Optional<ParameterValues> defaults;

    private final Bookmark bookmark = new Bookmark();
    private Evolution evolution;
    private int taken;

    private CmaEsSampler(Builder builder) {
        require(builder.sigma > 0 && builder.sigma <= 1, "sigma must be in (0, 1], was " + builder.sigma);
        builder.population.ifPresent(size -> require(size >= 2, "population must be >= 2, was " + size));
        builder.startup.ifPresent(trials -> require(trials >= 1, "startup must be >= 1, was " + trials));
        this.space = builder.space;
        this.layout = new Layout(space);
        this.randomSampler = RandomSampler.of(space);
        this.quasiRandomSampler = QuasiRandomSampler.of(space, builder.seed);
        this.deviates = SobolSequence.scrambled(Math.max(1, layout.numbers()), ~builder.seed);
        int population =
                builder.population.orElseGet(() -> population(layout.numbers() + layout.choices(), builder.trials));
        this.settings = new Evolution.Settings(
                builder.startup.orElse(population),
                population,
                builder.separable.orElse(layout.numbers() > MOST_COVARIED),
                builder.sigma,
                builder.restarts,
                builder.seed);
        this.evolution = new Evolution(layout, settings);
        this.defaults = defaults(space);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private static int population(int dimensions, OptionalInt trials) {
        int usual = Rates.lambda(dimensions);
        double size = trials.isPresent()
                ? Math.clamp((double) trials.getAsInt() / GENERATIONS, LEAST_SHARE * usual, usual)
                : USUAL_SHARE * usual;
        return Math.max(LEAST_POPULATION, (int) size);
    }

    private static Optional<ParameterValues> defaults(SearchSpace space) {
        try {
            return Optional.of(space.complete(Map.of()));
        } catch (IllegalArgumentException e) {
            // they break a constraint
            return Optional.empty();
        }
    }

    public static Builder builder(SearchSpace space) {
        return new Builder(space);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        update(history);
        if (!evolution.isStarted()) {
            return Optional.of(startup(history, random));
        }
        var normals = new double[deviates.dimensions()];
        deviates.point(history.size(), normals);
        for (int j = 0; j < normals.length; j++) {
            double coordinate = (Math.floor(normals[j] * SEQUENCE_CELLS) + random.nextDouble()) / SEQUENCE_CELLS;
            normals[j] = Normal.quantile(Math.clamp(coordinate, 1e-12, 1 - 1e-12));
        }
        var numbers = new double[layout.numbers()];
        var choices = new int[layout.choices()];
        Optional<ParameterValues> again = Optional.empty();
        for (int draw = 0; draw < DRAWS; draw++) {
            if (draw > 0) {
                for (int j = 0; j < normals.length; j++) {
                    normals[j] = random.nextGaussian();
                }
            }
            evolution.draw(random, normals, numbers, choices);
            var values = layout.decode(numbers, choices);
            if (space.brokenConstraints(values).isEmpty()) {
                if (history.occurrences(values) == 0) {
                    return Optional.of(new Suggested(values, reason()));
                }
                again = again.or(() -> Optional.of(values));
            }
        }
        return Optional.of(fallBack(history, again, random));
    }

    private void update(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            evolution = new Evolution(layout, settings);
            taken = 0;
        }
        List<Trial> concluded = history.concluded();
        var direction = history.objectives().getFirst().direction();
        for (; taken < concluded.size(); taken++) {
            evolution.add(Member.of(layout, concluded.get(taken), direction));
        }
    }

    private String reason() {
        return "cmaes: drawn for generation %d of %d trials%s, with step size %.2g"
                .formatted(
                        evolution.generation() + 1,
                        evolution.lambda(),
                        evolution.restarts() > 0 ? " after restart %d".formatted(evolution.restarts()) : "",
                        evolution.sigma());
    }

    private Suggested startup(TrialHistory history, RandomGenerator random) {
        if (history.size() == 0 && defaults.isPresent()) {
            return new Suggested(
                    defaults.get(), "cmaes: the defaults, or the middle where there are none, to begin with");
        }
        var why = taken < settings.startup()
                ? "%d of %d startup trials have ended".formatted(taken, settings.startup())
                : "hardly a trial has shown a number yet";
        return quasiRandomSampler
                .next(history)
                .map(values -> new Suggested(values, "cmaes: a point of a scrambled Sobol sequence, since " + why))
                .or(() -> randomSampler
                        .drawFresh(history, random)
                        .map(values -> new Suggested(values, "cmaes: random, since " + why)))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random),
                        "cmaes: random again, since all points of the space were tried and " + why));
    }

    /** Where all points drawn were tried before, or none was allowed. */
    private Suggested fallBack(TrialHistory history, Optional<ParameterValues> again, RandomGenerator random) {
        var fresh = randomSampler.drawFresh(history, random);
        if (fresh.isPresent()) {
            return new Suggested(
                    fresh.get(),
                    again.isPresent()
                            ? "cmaes: random, since all points drawn were tried before"
                            : "cmaes: random, since no point drawn satisfied the constraints");
        }
        return new Suggested(
                again.orElseGet(() -> randomSampler.draw(random)),
                "cmaes: drawn again, since all points of the space were tried");
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private OptionalInt startup = OptionalInt.empty();
        private OptionalInt population = OptionalInt.empty();
        private OptionalInt trials = OptionalInt.empty();
        private Optional<Boolean> separable = Optional.empty();
        private double sigma = 0.15;
        private boolean restarts = true;
        private long seed;

        private Builder(SearchSpace space) {
            this.space = Objects.requireNonNull(space, "space");
        }

        /** How many trials must be concluded before the distribution is used, at least 1; a generation if not set. */
        public Builder startup(int number) {
            this.startup = OptionalInt.of(number);
            return this;
        }

        /** How many trials make a generation before the first restart, at least 2; by the number of parameters and trials if not set. */
        public Builder population(int size) {
            this.population = OptionalInt.of(size);
            return this;
        }

        /** How many trials there will be; unknown if not set. */
        public Builder trials(int number) {
            this.trials = OptionalInt.of(number);
            return this;
        }

        /** Whether the covariance stays a diagonal; by the number of parameters if not set. */
        public Builder separable(boolean value) {
            this.separable = Optional.of(value);
            return this;
        }

        /** The first step size, as a share of each parameter's range, in (0, 1]; 0.15 if not set. */
        public Builder sigma(double share) {
            this.sigma = share;
            return this;
        }

        /** Whether it begins again elsewhere where it no longer gets on; true if not set. */
        public Builder restarts(boolean value) {
            this.restarts = value;
            return this;
        }

        /** Scrambles its sequences and decides where it begins again; 0 if not set. */
        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public CmaEsSampler build() {
            return new CmaEsSampler(this);
        }
    }
}
