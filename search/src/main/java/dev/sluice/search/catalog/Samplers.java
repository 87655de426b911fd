package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.sampler.genetic.GeneticSampler;
import dev.sluice.search.sampler.tpe.TpeSampler;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;

/** The samplers by the names that sweep files use. */
public final class Samplers {
    private static final OptionSpec STARTUP = OptionSpec.integer(
            "startup",
            1,
            1_000_000,
            10,
            "How many trials must have ended before points are no longer drawn at random.");

    private static final Registry<Maker> ALGORITHMS = new Registry<>(
            "search",
            List.of(
                    new Registry.Entry<>(
                            new AlgorithmSpec("auto", "Chooses for you: tpe, for now.", List.of()),
                            (options, space, objectives) -> auto(space, objectives)),
                    new Registry.Entry<>(
                            new AlgorithmSpec(
                                    "random",
                                    "Draws each parameter by itself, evenly as its scale sees it.",
                                    List.of()),
                            (options, space, objectives) -> RandomSampler.of(space)),
                    new Registry.Entry<>(
                            new AlgorithmSpec(
                                    "tpe",
                                    "Tree-structured Parzen estimator: draws where good trials lie densely and bad ones do not.",
                                    List.of(
                                            STARTUP,
                                            OptionSpec.integer(
                                                    "candidates",
                                                    1,
                                                    10_000,
                                                    24,
                                                    "How many points are drawn for each trial, of which the best is taken."))),
                            (options, space, objectives) -> {
                                Registry.requireOne("tpe", "searches for", objectives);
                                return TpeSampler.builder(space)
                                        .startup(options.integer("startup"))
                                        .candidates(options.integer("candidates"))
                                        .build();
                            }),
                    new Registry.Entry<>(
                            new AlgorithmSpec(
                                    "genetic",
                                    "Breeds each trial from two of the best so far, without waiting for generations.",
                                    List.of(
                                            OptionSpec.integer(
                                                    "startup",
                                                    2,
                                                    1_000_000,
                                                    10,
                                                    "How many trials must have shown a number before points are no longer drawn at random."),
                                            OptionSpec.integer(
                                                    "population",
                                                    2,
                                                    10_000,
                                                    15,
                                                    "How many of the best trials may be parents."),
                                            OptionSpec.number(
                                                    "crossover",
                                                    0,
                                                    1,
                                                    0.9,
                                                    "The probability that a parent's genes are crossed with the other's."),
                                            OptionSpec.number(
                                                    "mutation",
                                                    0.001,
                                                    1,
                                                    "The share of genes that mutate; left out, three a trial on average, within [0.1, 0.35]."))),
                            (options, space, objectives) -> {
                                Registry.requireOne("genetic", "searches for", objectives);
                                var builder = GeneticSampler.builder(space)
                                        .startup(options.integer("startup"))
                                        .population(options.integer("population"))
                                        .crossover(options.number("crossover"));
                                if (options.has("mutation")) {
                                    builder.mutation(options.number("mutation"));
                                }
                                return builder.build();
                            })));

    private Samplers() {}

    /** All algorithms with their options, as data. */
    public static List<AlgorithmSpec> algorithms() {
        return ALGORITHMS.algorithms();
    }

    /** The options of an algorithm. */
    public static List<OptionSpec> options(String algorithm) {
        return ALGORITHMS.entry(algorithm).spec().options();
    }

    /**
     * A sampler by name.
     *
     * @param options Numbers, Booleans and Strings by name; what is left out has its default
     * @throws IllegalArgumentException if there is no such algorithm or it cannot work here
     * @throws dev.sluice.search.option.OptionException if an option is unknown or wrong
     */
    public static Sampler of(String algorithm, Map<String, ?> options, SearchSpace space, List<Objective> objectives) {
        var entry = ALGORITHMS.entry(algorithm);
        return entry.maker().make(Options.read(entry.spec(), options), space, objectives);
    }

    /** Says what it chose in the reason of each suggestion. */
    private static Sampler auto(SearchSpace space, List<Objective> objectives) {
        if (objectives.size() > 1) {
            var random = RandomSampler.of(space);
            return (history, generator) -> random.suggest(history, generator)
                    .map(suggested -> new Suggested(
                            suggested.values(),
                            "auto: random, since there are %d objectives: %s"
                                    .formatted(objectives.size(), suggested.reason())));
        }
        var tpe = TpeSampler.builder(space).build();
        return (history, generator) -> tpe.suggest(history, generator)
                .map(suggested -> new Suggested(
                        suggested.values(), "auto: " + suggested.reason().replaceFirst(":", ",")));
    }

    private interface Maker {
        Sampler make(Options options, SearchSpace space, List<Objective> objectives);
    }
}
