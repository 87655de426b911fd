package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.genetic.Nsga2Sampler;
import java.util.List;

final class Nsga2SamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "nsga2",
            "Breeds each trial from two that no other, or few, dominate and that lie apart; for several objectives.",
            List.of(
                    OptionSpec.integer("population", 2, 10_000, 30, "How many trials survive and may be parents."),
                    OptionSpec.integer(
                            "startup",
                            2,
                            10_000,
                            15,
                            "How many trials must have shown numbers before points are no longer drawn at random."),
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
                            "The share of genes that mutate; left out, one a trial on average, at most 0.35.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        var builder = Nsga2Sampler.builder(context.space())
                .population(options.integer("population"))
                .startup(options.integer("startup"))
                .crossover(options.number("crossover"));
        if (options.has("mutation")) {
            builder.mutation(options.number("mutation"));
        }
        return builder.build();
    }
}
