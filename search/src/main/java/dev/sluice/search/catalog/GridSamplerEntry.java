package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.GridSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import java.util.List;
import java.util.Locale;

final class GridSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "grid",
            "Tries every point of a finite space once and ends; floats need a step or a list of values.",
            List.of(
                    OptionSpec.choice(
                            "order",
                            List.of("spread", "declared"),
                            "spread",
                            "Whether the first points are spread over the whole grid, or follow one another as declared, the last parameter changing fastest.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        return GridSampler.builder(context.space())
                .order(GridSampler.Order.valueOf(options.choice("order").toUpperCase(Locale.ROOT)))
                .seed(context.seed())
                .build();
    }
}
