package dev.sluice.search.sampler.genetic;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.sampler.internal.Bookmark;
import dev.sluice.search.sampler.internal.Ranking;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialId;
import io.jenetics.Alterer;
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
 * A steady-state genetic algorithm on the selectors and alterers of Jenetics: each ask breeds one child of the trials that have ended, so
 * that nothing waits for a generation. The scheme is Syswerda, "A Study of Reproduction in Generational and Steady-State Genetic
 * Algorithms" (1991), with the population read off the history instead of being kept.
 *
 * <p>The population is the best trials that showed a number, COMPLETE before PRUNED; INFEASIBLE and FAILED ones and NaN are never
 * parents. Two parents win a tournament of four by rank. Numbers cross by extended intermediate recombination (Mühlenbein and
 * Schlierkamp-Voosen, 1993), unordered choices by uniform crossover. Then each gene may mutate: a number by a normal deviate as wide as
 * the population is spread in that gene, a choice by drawing anew. So steps shrink by themselves as the population closes in.
 *
 * <p>A gene that is inactive in a parent is the one of the best trial in which it is active, so that switching a branch on continues what
 * was learnt of it. A child that breaks a constraint or was tried before, trials under way among them, is bred again with mutation more
 * and more likely; after {@value #LITTER} children the point is drawn at random. All randomness is that of the generator that is handed in.
 *
 * <p>The first {@code startup} trials are random. An ask costs {@code O(population * parameters)}, and {@code O(log n)} for each trial
 * that ended since the last. Not thread-safe.
 */
public final class GeneticSampler implements Sampler {
    private static final int LITTER = 60;
    private static final int TOURNAMENT = 4;
    private static final double EXTENSION = 0.5;
    private static final double SWAP = 0.5;
    private static final double GENES_MUTATED = 3;
    private static final double LEAST_SPREAD = 0.002;

    private final SearchSpace space;
    private final GenotypeCodec codec;
    private final RandomSampler randomSampler;
    private final int population;
    private final int startup;
    private final double crossover;
    private final double mutation;

    private final Bookmark bookmark = new Bookmark();
    private Ranking ranking = new Ranking();

    private GeneticSampler(Builder builder) {
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
        int genes = codec.chromosomes().stream().mapToInt(List::size).sum();
        this.mutation = builder.mutation.orElse(Math.clamp(GENES_MUTATED / Math.max(1, genes), 0.1, 0.35));
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
        if (ranking.size() < startup) {
            return Optional.of(
                    fallBack(history, random, "random, %d of %d startup trials".formatted(ranking.size(), startup)));
        }
        if (codec.chromosomes().isEmpty()) {
            return Optional.of(fallBack(history, random, "the only point there is"));
        }
        var parents = new Population(history);
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
            ranking = new Ranking();
        }
        ranking.update(history);
    }

    private Suggested fallBack(TrialHistory history, RandomGenerator random, String why) {
        return randomSampler
                .drawFresh(history, random)
                .map(values -> new Suggested(values, "genetic: " + why))
                .orElseGet(() -> new Suggested(
                        randomSampler.draw(random), "genetic: random again, since all points of the space were tried"));
    }

    /** The trials that may become parents, by rank. */
    private final class Population {
        private final List<Integer> numbers = new ArrayList<>();
        private final List<double[]> rows = new ArrayList<>();
        private final ISeq<Phenotype<DoubleGene, Integer>> phenotypes;

        Population(TrialHistory history) {
            var loci = codec.loci();
            var dormant = new double[loci.size()];
            Arrays.fill(dormant, Double.NaN);
            for (int rank = 0; rank < Math.min(population, ranking.size()); rank++) {
                var values = history.get(new TrialId(ranking.number(rank))).values();
                var row = new double[loci.size()];
                for (var locus : loci) {
                    int i = locus.index();
                    row[i] = codec.coordinate(locus, values);
                    if (Double.isNaN(dormant[i])) {
                        dormant[i] = row[i];
                    }
                }
                numbers.add(ranking.number(rank));
                rows.add(row);
            }
            var individuals = new ArrayList<Phenotype<DoubleGene, Integer>>();
            for (int rank = 0; rank < rows.size(); rank++) {
                double[] row = rows.get(rank);
                for (var locus : loci) {
                    int i = locus.index();
                    if (Double.isNaN(row[i])) {
                        row[i] = Double.isNaN(dormant[i])
                                ? locus.axis()
                                        .encode(locus.parameter().distribution().middle())
                                : dormant[i];
                    }
                }
                individuals.add(Phenotype.of(codec.genotype(row), 1, rank));
            }
            this.phenotypes = ISeq.of(individuals);
        }

        /** Inside {@link RandomRegistry#with}, from which Jenetics takes its randomness. */
        Suggested breed(double rate) {
            var chosen =
                    new TournamentSelector<DoubleGene, Integer>(TOURNAMENT).select(phenotypes, 2, Optimize.MINIMUM);
            int mother = chosen.get(0).fitness();
            int father = chosen.get(1).fitness();
            var child = new ArrayList<io.jenetics.Chromosome<DoubleGene>>();
            for (int c = 0; c < codec.chromosomes().size(); c++) {
                var pair = ISeq.of(part(chosen.get(0), c), part(chosen.get(1), c));
                child.add(alterer(c, rate)
                        .alter(pair, 2)
                        .population()
                        .get(0)
                        .genotype()
                        .chromosome());
            }
            return new Suggested(
                    codec.values(Genotype.of(child)),
                    mother == father
                            ? "genetic: mutant of trial %d, out of the best %d"
                                    .formatted(numbers.get(mother), phenotypes.size())
                            : "genetic: child of trials %d and %d, out of the best %d"
                                    .formatted(numbers.get(mother), numbers.get(father), phenotypes.size()));
        }

        private Phenotype<DoubleGene, Integer> part(Phenotype<DoubleGene, Integer> whole, int chromosome) {
            return Phenotype.of(Genotype.of(whole.genotype().get(chromosome)), 1, whole.fitness());
        }

        private Alterer<DoubleGene, Integer> alterer(int chromosome, double rate) {
            var genes = codec.chromosomes().get(chromosome);
            return genes.getFirst().isChoice()
                    ? new UniformCrossover<DoubleGene, Integer>(crossover, SWAP).andThen(new Mutator<>(rate))
                    : new IntermediateCrossover<DoubleGene, Integer>(crossover, EXTENSION)
                            .andThen(new SpreadMutator(rate, spreads(genes)));
        }

        /** The standard deviation of each gene over the population, on a grid at least a cell. */
        private double[] spreads(List<GenotypeCodec.Locus> genes) {
            return genes.stream()
                    .mapToDouble(locus -> {
                        double mean = rows.stream()
                                .mapToDouble(row -> row[locus.index()])
                                .average()
                                .orElse(0);
                        double variance = rows.stream()
                                .mapToDouble(row -> (row[locus.index()] - mean) * (row[locus.index()] - mean))
                                .average()
                                .orElse(0);
                        return Math.max(leastSpread(locus), Math.sqrt(variance));
                    })
                    .toArray();
        }
    }

    private static double leastSpread(GenotypeCodec.Locus locus) {
        var cells = locus.parameter().distribution().size();
        return cells.isPresent() ? Math.max(LEAST_SPREAD, 1.0 / cells.getAsLong()) : LEAST_SPREAD;
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private int population = 15;
        private int startup = 10;
        private double crossover = 0.9;
        private OptionalDouble mutation = OptionalDouble.empty();

        private Builder(SearchSpace space) {
            this.space = Objects.requireNonNull(space, "space");
        }

        /** How many of the best trials may be parents, at least 2; 15 if not set. */
        public Builder population(int trials) {
            this.population = trials;
            return this;
        }

        /** How many trials must have shown a number before children are bred, at least 2; 10 if not set. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /** The probability that a parent's genes are crossed with the other's, in [0, 1]; 0.9 if not set. */
        public Builder crossover(double probability) {
            this.crossover = probability;
            return this;
        }

        /** The share of genes that mutate, in (0, 1]; if not set three genes a child on average, within [0.1, 0.35]. */
        public Builder mutation(double rate) {
            this.mutation = OptionalDouble.of(rate);
            return this;
        }

        /**
         * The sampler.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public GeneticSampler build() {
            return new GeneticSampler(this);
        }
    }
}
