package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.cmaes.CmaEsSampler;
import java.util.List;

final class CmaEsSamplerEntry implements SamplerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "cmaes",
            "Covariance matrix adaptation: draws from a normal distribution that moves, widens and turns with what was good.",
            List.of(
                    OptionSpec.integer(
                            "startup",
                            1,
                            1_000_000,
                            "How many trials must have ended before the distribution is used; left out, a generation."),
                    OptionSpec.integer(
                            "population",
                            2,
                            100_000,
                            "How many trials make a generation; left out, it follows from the number of parameters and the budget."),
                    OptionSpec.number(
                            "sigma", 0.0001, 1, 0.15, "The first step size, as a share of each parameter's range."),
                    OptionSpec.flag(
                            "restarts", true, "Whether it begins again elsewhere where it no longer gets on.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Sampler make(Options options, SamplerContext context) {
        Registry.requireOne("cmaes", "searches for", context.goals().objectives());
        var builder = CmaEsSampler.builder(context.space())
                .sigma(options.number("sigma"))
                .restarts(options.flag("restarts"))
                .seed(context.seed());
        context.trials().ifPresent(builder::trials);
        if (options.has("startup")) {
            builder.startup(options.integer("startup"));
        }
        if (options.has("population")) {
            builder.population(options.integer("population"));
        }
        return builder.build();
    }
}
