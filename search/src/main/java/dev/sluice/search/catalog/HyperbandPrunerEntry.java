package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.HyperbandPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class HyperbandPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "hyperband",
            "Hyperband: successive halving in several brackets, of which some begin to judge later.",
            List.of(
                    OptionSpec.integer("min", 1, Long.MAX_VALUE, 1, "The step of the first rung of the first bracket."),
                    OptionSpec.integer(
                            "max",
                            1,
                            Long.MAX_VALUE,
                            "The step of a trial that ran to its end; left out, that of the first one that did."),
                    OptionSpec.integer(
                            "reduction",
                            2,
                            1_000_000,
                            3,
                            "One in so many goes on from a rung, and the next rung is so many times as far."),
                    OptionSpec.number(
                            "explore",
                            0,
                            1,
                            0.05,
                            "The share of trials that go on from a rung whatever is said of them, chosen by their seed, so that it shows whether rungs say anything of what comes later."),
                    OptionSpec.flag(
                            "watch",
                            true,
                            "Whether rungs that say nothing of what comes later, by rank correlation, are passed over.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        var builder = HyperbandPruner.builder()
                .min(options.longInteger("min"))
                .reduction(options.integer("reduction"))
                .explore(options.number("explore"))
                .watch(options.flag("watch"));
        if (options.has("max")) {
            long min = options.longInteger("min");
            long max = options.longInteger("max");
            if (max < min) {
                throw new OptionException("max", "max must be >= min, was max %d with min %d".formatted(max, min));
            }
            builder.max(max);
        }
        return builder.build();
    }
}
