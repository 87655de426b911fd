package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.QuasiRandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import java.util.List;

final class QuasiRandomSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "sobol",
            "Goes through a scrambled Sobol sequence, which fills the space more evenly than random points do.",
            List.of());

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        return QuasiRandomSampler.of(context.space(), context.seed());
    }
}
