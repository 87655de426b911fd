package dev.sluice.search.sampler.genetic;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import io.jenetics.Alterer;
import io.jenetics.Chromosome;
import io.jenetics.DoubleGene;
import io.jenetics.Genotype;
import io.jenetics.IntermediateCrossover;
import io.jenetics.Mutator;
import io.jenetics.Optimize;
import io.jenetics.Phenotype;
import io.jenetics.TournamentSelector;
import io.jenetics.UniformCrossover;
import io.jenetics.util.ISeq;
import io.jenetics.util.RandomRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * NSGA-II for any number of objectives, one included: Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic
 * Algorithm: NSGA-II" (2002), on the selectors and alterers of Jenetics.
 *
 * <p>Parents win tournaments by front, and within a front by how much room they have to themselves; constraints decide before objectives do
 * (see {@link dev.sluice.search.pareto.Standing#dominates}). Survivors are chosen in the same order, see {@code CrowdedPopulation}:
 * COMPLETE trials before PRUNED ones; INFEASIBLE and FAILED ones and those without a number for each objective are never parents.
 *
 * <p>Where we depart from it, since a trial is dear and a few hundred are many:
 *
 * <ul>
 *   <li>Steady state: each ask breeds one child, each trial that ends drives out the worst, and nothing waits for a generation, as in
 *       Durillo et al., "On the Effect of the Steady-State Selection Scheme in Multi-Objective Genetic Algorithms" (2009).
 *   <li>Tournaments are of six, not two, and the population is small.
 *   <li>Numbers cross by uniform crossover, or, one child in three, by extended intermediate recombination; then each may move by a normal
 *       deviate as wide as the population is spread there (as in {@link GeneticSampler}). Simulated binary crossover did no better.
 * </ul>
 *
 * <p>A gene that is inactive in a parent is that of the best member in which it is active. A child that breaks a constraint of the space or
 * was tried before, trials under way among them, is bred again with mutation more and more likely; after {@value #LITTER} children the
 * point is drawn at random. The first {@code startup} trials are random.
 *
 * <p>An ask costs {@code O(population * parameters)}, and {@code O(objectives * population * log population)} (two objectives) for each
 * trial that ended since the last. Not thread-safe.
 */
public final class Nsga2Sampler implements Sampler {
    private static final int LITTER = 60;
    private static final int TOURNAMENT = 6;
    private static final double MOST_MUTATED = 0.35;
    private static final double SWAP = 0.5;
    private static final double BLENDED = 1 / 3.0;
    private static final double EXTENSION = 0.5;

    private final SearchSpace space;
    private final GenotypeCodec codec;
    private final RandomSampler randomSampler;
    private final int population;
    private final int startup;
    private final double crossover;
    private final double mutation;

    private final Bookmark bookmark = new Bookmark();
    private CrowdedPopulation survivors;

    private Nsga2Sampler(Builder builder) {
        require(builder.population >= 2, "population must be >= 2, was " + builder.population);
        require(builder.startup >= 2, "startup must be >= 2, was " + builder.startup);
        require(
                builder.crossover >= 0 && builder.crossover <= 1,
                "crossover must be in [0, 1], was " + builder.crossover);
        builder.mutation.ifPresent(
                rate -> require(rate > 0 && rate <= 1, "mutation must be in (0, 1], was %s".formatted(rate)));
        this.space = builder.space;
        this.codec = new GenotypeCodec(space);
        this.randomSampler = RandomSampler.of(space);
        this.population = builder.population;
        this.startup = builder.startup;
        this.crossover = builder.crossover;
        this.survivors = new CrowdedPopulation(population);
        int genes = codec.chromosomes().stream().mapToInt(List::size).sum();
        this.mutation = builder.mutation.orElse(Math.min(MOST_MUTATED, 1.0 / Math.max(1, genes)));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    public static Builder builder(SearchSpace space) {
        return new Builder(space);
    }

    @Override
    public Optional<Suggested> suggest(TrialHistory history, RandomGenerator random) {
        update(history);
        int shown = survivors.members().size();
        if (shown < Math.min(startup, population)) {
            return Optional.of(fallBack(
                    history,
                    random,
                    "random, %d of %d startup trials".formatted(shown, Math.min(startup, population))));
        }
        if (codec.chromosomes().isEmpty()) {
            return Optional.of(fallBack(history, random, "the only point there is"));
        }
        var parents = new Parents(history);
        for (int child = 0; child < LITTER; child++) {
            double rate = mutation + (1 - mutation) * child / LITTER;
            var bred = RandomRegistry.with(random, r -> parents.breed(rate));
            if (history.occurrences(bred.values()) == 0
                    && space.brokenConstraints(bred.values()).isEmpty()) {
                return Optional.of(bred);
            }
        }
        return Optional.of(fallBack(
                history,
                random,
                "random, since %d children in a row were tried before or not allowed".formatted(LITTER)));
    }

    private void update(TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            survivors = new CrowdedPopulation(population);
        }
        survivors.update(history);
    }

    private Suggested fallBack(TrialHistory history, RandomGenerator random, String why) {
        return randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "nsga2: " + why))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "nsga2: random again, since all points of the space were tried"));
    }

    /** The population as Jenetics sees it: an individual's fitness is its place, the best first. */
    private final class Parents {
        private final List<CrowdedPopulation.Member> members = survivors.members();
        private final List<double[]> rows = new ArrayList<>();
        private final ISeq<Phenotype<DoubleGene, Integer>> phenotypes;

        Parents(TrialHistory history) {
            var loci = codec.loci();
            var dormant = new double[loci.size()];
            Arrays.fill(dormant, Double.NaN);
            for (var member : members) {
                var values = history.get(new TrialId(member.number())).values();
                var row = new double[loci.size()];
                for (var locus : loci) {
                    int i = locus.index();
                    row[i] = codec.coordinate(locus, values);
                    if (Double.isNaN(dormant[i])) {
                        dormant[i] = row[i];
                    }
                }
                rows.add(row);
            }
            var individuals = new ArrayList<Phenotype<DoubleGene, Integer>>();
            for (int place = 0; place < rows.size(); place++) {
                double[] row = rows.get(place);
                for (var locus : loci) {
                    int i = locus.index();
                    if (Double.isNaN(row[i])) {
                        row[i] = Double.isNaN(dormant[i])
                                ? locus.axis()
                                        .encode(locus.parameter().distribution().middle())
                                : dormant[i];
                    }
                }
                individuals.add(Phenotype.of(codec.genotype(row), 1, place));
            }
            this.phenotypes = ISeq.of(individuals);
        }

        /** Inside {@link RandomRegistry#with}, from which Jenetics takes its randomness. */
        Suggested breed(double rate) {
            var selector = new TournamentSelector<DoubleGene, Integer>(TOURNAMENT);
            var chosen = selector.select(phenotypes, 2, Optimize.MINIMUM);
            int mother = chosen.get(0).fitness();
            int father = chosen.get(1).fitness();
            var child = new ArrayList<Chromosome<DoubleGene>>();
            for (int c = 0; c < codec.chromosomes().size(); c++) {
                var pair = ISeq.of(part(chosen.get(0), c), part(chosen.get(1), c));
                child.add(alterer(c, rate)
                        .alter(pair, 2)
                        .population()
                        .get(0)
                        .genotype()
                        .chromosome());
            }
            int front = (int) members.stream().filter(m -> m.front() == 0).count();
            return new Suggested(
                    codec.values(Genotype.of(child)),
                    mother == father
                            ? "nsga2: mutant of trial %d, out of %d (%d not dominated)"
                                    .formatted(members.get(mother).number(), members.size(), front)
                            : "nsga2: child of trials %d and %d, out of %d (%d not dominated)"
                                    .formatted(
                                            members.get(mother).number(),
                                            members.get(father).number(),
                                            members.size(),
                                            front));
        }

        private Phenotype<DoubleGene, Integer> part(Phenotype<DoubleGene, Integer> whole, int chromosome) {
            return Phenotype.of(Genotype.of(whole.genotype().get(chromosome)), 1, whole.fitness());
        }

        private Alterer<DoubleGene, Integer> alterer(int chromosome, double rate) {
            var genes = codec.chromosomes().get(chromosome);
            if (genes.getFirst().isChoice()) {
                return new UniformCrossover<DoubleGene, Integer>(crossover, SWAP).andThen(new Mutator<>(rate));
            }
            Alterer<DoubleGene, Integer> cross = RandomRegistry.random().nextDouble() < BLENDED
                    ? new IntermediateCrossover<>(crossover, EXTENSION)
                    : new UniformCrossover<>(crossover, SWAP);
            return cross.andThen(new SpreadMutator(rate, Spreads.of(rows, genes)));
        }
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private int population = 30;
        private int startup = 15;
        private double crossover = 0.9;
        private OptionalDouble mutation = OptionalDouble.empty();

        private Builder(SearchSpace space) {
            this.space = Objects.requireNonNull(space, "space");
        }

        /** How many trials survive and may be parents, at least 2; 30 if not set. */
        public Builder population(int trials) {
            this.population = trials;
            return this;
        }

        /** How many trials must have shown numbers before children are bred, at least 2; 15 if not set, and never more than survive. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /** The probability that a parent's genes are crossed with the other's, in [0, 1]; 0.9 if not set. */
        public Builder crossover(double probability) {
            this.crossover = probability;
            return this;
        }

        /** The share of genes that mutate, in (0, 1]; if not set one gene a child on average, at most 0.35. */
        public Builder mutation(double rate) {
            this.mutation = OptionalDouble.of(rate);
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Nsga2Sampler build() {
            return new Nsga2Sampler(this);
        }
    }
}
