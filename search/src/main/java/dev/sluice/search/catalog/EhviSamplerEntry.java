package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.gp.HypervolumeSampler;
import java.util.List;

final class EhviSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "ehvi",
            "Bayesian optimisation of several objectives: tries where the front is expected to gain most hypervolume.",
            List.of(OptionSpec.integer(
                    "startup",
                    2,
                    10_000,
                    10,
                    "How many trials are begun before points are no longer taken from a Sobol sequence.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        return HypervolumeSampler.builder(context)
                .startup(options.integer("startup"))
                .build();
    }
}
