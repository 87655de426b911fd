package dev.sluice.search.sampler.genetic;

import dev.sluice.search.sampler.InitialPoints;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.sampler.internal.Ranking;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Trial;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A steady-state genetic algorithm on the selectors and alterers of Jenetics: each ask breeds one child of the trials that have ended, so
 * that nothing waits for a generation. The scheme is Syswerda, "A Study of Reproduction in Generational and Steady-State Genetic
 * Algorithms" (1991), with the population read off the history instead of being kept.
 *
 * <p>The population is the best trials that showed a number, as {@link Ranking} has them: COMPLETE before PRUNED, and where results must keep
 * to constraints, those first that do, then by how much they are broken. INFEASIBLE and FAILED trials and NaN are never parents, and a child
 * with a choice that mostly ends like that is often dropped. Two parents win a tournament of four by rank. A child is made of them by one of
 * three operators:
 *
 * <ul>
 *   <li>blend: numbers cross by extended intermediate recombination (Mühlenbein and Schlierkamp-Voosen, "Predictive Models for the Breeder
 *       Genetic Algorithm", 1993), then each mutates with some probability;
 *   <li>exchange: each gene is one or the other parent's (uniform crossover, Syswerda, 1989), and a third as many mutate;
 *   <li>mutant: one parent's genes, some mutated.
 * </ul>
 *
 * <p>Unordered choices always cross as in the second. A number mutates by a normal deviate as wide as the population is spread in that gene, a
 * choice by drawing anew. So steps shrink by themselves as the population closes in. Which operator is used adapts: each has a rate that
 * follows the ranks that its latest children reached when they ended. The operator is named in a suggestion's reason, which is stored with
 * the trial, so that the rates are a function of the history too.
 *
 * <p>Where parameters depend on others, trials with the same active parameters form a niche. Three in ten children are bred within one, the
 * better of two niches drawn, so that a branch that began badly is not given up before it was searched. A gene that is inactive in a parent
 * is the one of the best trial in which it is active, so that switching a branch on continues what was learnt of it.
 *
 * <p>A child that breaks a constraint or was tried before, trials under way among them, is bred again with mutation more and more likely;
 * after {@value #LITTER} children the point is drawn at random. All randomness is that of the generator that is handed in.
 *
 * <p>The first {@code startup} trials are {@link InitialPoints}. An ask costs {@code O(population * parameters)}, and {@code O(sqrt n)} for each
 * trial that ended since the last. Not thread-safe.
 */
public final class GeneticSampler implements Sampler {
    private static final int LITTER = 60;
    private static final int TOURNAMENT = 4;
    private static final double EXTENSION = 0.5;
    private static final double SWAP = 0.5;
    private static final double GENES_MUTATED = 3;
    private static final double EXCHANGE_CALM = 3;
    private static final double NICHE_SHARE = 0.3;

    private final SearchSpace space;
    private final boolean conditional;
    private final GenotypeCodec codec;
    private final RandomSampler randomSampler;
    private final InitialPoints initialPoints;
    private final int population;
    private final int startup;
    private final double crossover;
    private final double mutation;

    private final Bookmark bookmark = new Bookmark();
    private Ranking ranking = new Ranking();
    private Operator.Rates rates = new Operator.Rates();
    private Soundness soundness;
    /** By the names of the parameters that are active. */
    private final Map<Set<String>, Ranking> niches = new HashMap<>();

    private final List<Ranking> nicheList = new ArrayList<>();
    private int read;

    private GeneticSampler(Builder builder) {
        require(builder.population >= 2, "population must be >= 2, was " + builder.population);
        require(builder.startup >= 2, "startup must be >= 2, was " + builder.startup);
        require(
                builder.crossover >= 0 && builder.crossover <= 1,
                "crossover must be in [0, 1], was " + builder.crossover);
        builder.mutation.ifPresent(
                rate -> require(rate > 0 && rate <= 1, "mutation must be in (0, 1], was %s".formatted(rate)));
        this.space = builder.space;
        this.conditional = space.parameters().stream()
                .anyMatch(parameter -> parameter.condition().isPresent());
        this.codec = new GenotypeCodec(space);
        this.soundness = new Soundness(codec);
        this.randomSampler = RandomSampler.of(space);
        this.population = builder.population;
        this.initialPoints = InitialPoints.of(space, builder.seed);
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
            var point = initialPoints.next(history, random);
            return Optional.of(new Suggested(
                    point.values(),
                    "genetic: %s, %d of %d startup trials".formatted(point.reason(), ranking.size(), startup)));
        }
        if (codec.chromosomes().isEmpty()) {
            return Optional.of(fallBack(history, random, "the only point there is"));
        }
        var parents = new Population(history, breeders(random));
        var operator = rates.draw(random);
        for (int child = 0; child < LITTER; child++) {
            double pressure = (double) child / LITTER;
            var bred = RandomRegistry.with(random, r -> parents.breed(operator, pressure));
            if (history.occurrences(bred.values()) == 0
                    && space.brokenConstraints(bred.values()).isEmpty()
                    && random.nextDouble() < soundness.of(bred.values())) {
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
            rates = new Operator.Rates();
            soundness = new Soundness(codec);
            niches.clear();
            nicheList.clear();
            read = 0;
        }
        for (; read < history.concluded().size(); read++) {
            Trial trial = history.concluded().get(read);
            var direction = history.objectives().getFirst().direction();
            int rank = ranking.add(trial, direction);
            soundness.add(trial.values(), rank >= 0);
            Operator.of(trial.suggestedBy())
                    .ifPresent(operator ->
                            rates.credit(operator, rank < 0 ? 0 : Math.max(0, 1 - (double) rank / population)));
            if (rank >= 0 && conditional) {
                niches.computeIfAbsent(trial.values().asMap().keySet(), names -> {
                            var niche = new Ranking();
                            nicheList.add(niche);
                            return niche;
                        })
                        .add(trial, direction);
            }
        }
    }

    /** The trials to choose parents from: mostly all, now and then those of one niche, the better of two drawn. */
    private Ranking breeders(RandomGenerator random) {
        if (nicheList.size() < 2 || random.nextDouble() >= NICHE_SHARE) {
            return ranking;
        }
        Ranking one = nicheList.get(random.nextInt(nicheList.size()));
        Ranking other = nicheList.get(random.nextInt(nicheList.size()));
        return other.leads(one) ? other : one;
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

        Population(TrialHistory history, Ranking breeders) {
            var loci = codec.loci();
            var dormant = new double[loci.size()];
            Arrays.fill(dormant, Double.NaN);
            for (int rank = 0; rank < Math.min(population, breeders.size()); rank++) {
                var values = history.get(new TrialId(breeders.number(rank))).values();
                var row = new double[loci.size()];
                for (var locus : loci) {
                    int i = locus.index();
                    row[i] = codec.coordinate(locus, values);
                    if (Double.isNaN(dormant[i])) {
                        dormant[i] = row[i];
                    }
                }
                numbers.add(breeders.number(rank));
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
        Suggested breed(Operator wanted, double pressure) {
            var chosen =
                    new TournamentSelector<DoubleGene, Integer>(TOURNAMENT).select(phenotypes, 2, Optimize.MINIMUM);
            int mother = chosen.get(0).fitness();
            int father = chosen.get(1).fitness();
            var operator = mother == father ? Operator.MUTANT : wanted;
            double base = operator == Operator.EXCHANGE ? mutation / EXCHANGE_CALM : mutation;
            double rate = base + (1 - base) * pressure;
            var child = new ArrayList<io.jenetics.Chromosome<DoubleGene>>();
            for (int c = 0; c < codec.chromosomes().size(); c++) {
                var pair = ISeq.of(part(chosen.get(0), c), part(chosen.get(1), c));
                child.add(alterer(operator, c, rate)
                        .alter(pair, 2)
                        .population()
                        .get(0)
                        .genotype()
                        .chromosome());
            }
            return new Suggested(
                    codec.values(Genotype.of(child)),
                    operator == Operator.MUTANT
                            ? "genetic: mutant of trial %d, out of the best %d"
                                    .formatted(numbers.get(mother), phenotypes.size())
                            : "genetic: %s of trials %d and %d, out of the best %d"
                                    .formatted(
                                            operator.word(),
                                            numbers.get(mother),
                                            numbers.get(father),
                                            phenotypes.size()));
        }

        private Phenotype<DoubleGene, Integer> part(Phenotype<DoubleGene, Integer> whole, int chromosome) {
            return Phenotype.of(Genotype.of(whole.genotype().get(chromosome)), 1, whole.fitness());
        }

        private Alterer<DoubleGene, Integer> alterer(Operator operator, int chromosome, double rate) {
            var genes = codec.chromosomes().get(chromosome);
            boolean choices = genes.getFirst().isChoice();
            Alterer<DoubleGene, Integer> mutator =
                    choices ? new Mutator<>(rate) : new SpreadMutator(rate, Spreads.of(rows, genes));
            return switch (operator) {
                case MUTANT -> mutator;
                case EXCHANGE -> new UniformCrossover<DoubleGene, Integer>(crossover, SWAP).andThen(mutator);
                case BLEND ->
                    choices
                            ? new UniformCrossover<DoubleGene, Integer>(crossover, SWAP).andThen(mutator)
                            : new IntermediateCrossover<DoubleGene, Integer>(crossover, EXTENSION).andThen(mutator);
            };
        }
    }

    /** What may be set; all but the space has a default. Not thread-safe. */
    public static final class Builder {
        private final SearchSpace space;
        private int population = 15;
        private int startup = 10;
        private double crossover = 0.9;
        private OptionalDouble mutation = OptionalDouble.empty();
        private OptionalLong seed = OptionalLong.empty();

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
        public GeneticSampler build() {
            return new GeneticSampler(this);
        }
    }
}
