package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.auto.AutoSampler;
import java.util.List;

final class AutoSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "auto",
            "Chooses for you, and anew as trials end: grid for a few points, gp and tpe while trials are few, others for long runs and several objectives.",
            List.of());

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        return AutoSampler.of(context);
    }
}
