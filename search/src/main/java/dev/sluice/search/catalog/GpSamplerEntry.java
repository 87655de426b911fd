package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.gp.GaussianProcessSampler;
import java.util.List;

final class GpSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "gp",
            "Bayesian optimisation: a Gaussian process learns the objective, and the point with the largest expected improvement is tried.",
            List.of(OptionSpec.integer(
                    "startup",
                    2,
                    1_000_000,
                    6,
                    "How many trials are begun with evenly spread points before the process is used.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        Registry.requireOne("gp", "searches for", context.goals().objectives());
        return GaussianProcessSampler.builder(context)
                .startup(options.integer("startup"))
                .build();
    }
}
