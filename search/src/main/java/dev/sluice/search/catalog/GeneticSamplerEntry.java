package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.genetic.GeneticSampler;
import java.util.List;

final class GeneticSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "genetic",
            "Breeds each trial from two of the best so far, without waiting for generations.",
            List.of(
                    OptionSpec.integer(
                            "startup",
                            2,
                            1_000_000,
                            10,
                            "How many trials must have shown a number before points are no longer drawn at random."),
                    OptionSpec.integer("population", 2, 10_000, 15, "How many of the best trials may be parents."),
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
                            "The share of genes that mutate; left out, three a trial on average, within [0.1, 0.35].")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        Registry.requireOne("genetic", "searches for", context.goals().objectives());
        var builder = GeneticSampler.builder(context.space())
                .seed(context.seed())
                .startup(options.integer("startup"))
                .population(options.integer("population"))
                .crossover(options.number("crossover"));
        if (options.has("mutation")) {
            builder.mutation(options.number("mutation"));
        }
        return builder.build();
    }
}
