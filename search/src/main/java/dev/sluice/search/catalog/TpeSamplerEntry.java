package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.tpe.TpeSampler;
import java.util.List;

final class TpeSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "tpe",
            "Tree-structured Parzen estimator: draws where good trials lie densely and bad ones do not.",
            List.of(
                    OptionSpec.integer(
                            "startup",
                            1,
                            1_000_000,
                            10,
                            "How many trials must have ended before points are no longer drawn at random."),
                    OptionSpec.integer(
                            "candidates",
                            1,
                            10_000,
                            24,
                            "How many points are drawn for each trial, of which the best is taken.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        Registry.requireOne("tpe", "searches for", context.goals().objectives());
        return TpeSampler.builder(context.space())
                .startup(options.integer("startup"))
                .candidates(options.integer("candidates"))
                .seed(context.seed())
                .build();
    }
}
