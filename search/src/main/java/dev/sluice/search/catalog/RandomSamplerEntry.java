package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import java.util.List;

final class RandomSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC =
            new AlgorithmSpec("random", "Draws each parameter by itself, evenly as its scale sees it.", List.of());

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        return RandomSampler.of(context.space());
    }
}
