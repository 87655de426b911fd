package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.Suggested;
import dev.sluice.search.sampler.tpe.TpeSampler;
import java.util.List;

/** Says what it chose in the reason of each suggestion. */
final class AutoSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec("auto", "Chooses for you: tpe, for now.", List.of());

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        int objectives = context.goals().objectives().size();
        if (objectives > 1) {
            var random = RandomSampler.of(context.space());
            return (history, generator) -> random.suggest(history, generator)
                    .map(suggested -> new Suggested(
                            suggested.values(),
                            "auto: random, since there are %d objectives: %s"
                                    .formatted(objectives, suggested.reason())));
        }
        var tpe = TpeSampler.builder(context.space()).build();
        return (history, generator) -> tpe.suggest(history, generator)
                .map(suggested -> new Suggested(
                        suggested.values(), "auto: " + suggested.reason().replaceFirst(":", ",")));
    }
}
