package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.CurvePruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class CurvePrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "curve",
            "Learns from all curves how early values end, and gives up a trial that is unlikely to end as the best one.",
            List.of(
                    OptionSpec.integer("min", 1, Long.MAX_VALUE, 1, "The first step at which a trial is judged."),
                    OptionSpec.integer(
                            "max",
                            1,
                            Long.MAX_VALUE,
                            "The step of a trial that ran to its end; left out, that of the first one that did."),
                    OptionSpec.integer(
                            "reduction",
                            2,
                            1_000_000,
                            2,
                            "The next step at which a trial is judged is so many times as far; at the start, one in so many goes on."),
                    OptionSpec.number(
                            "explore",
                            0,
                            1,
                            0.05,
                            "The share of trials that go on from a rung whatever is said of them, chosen by their seed, so that it shows whether rungs say anything of what comes later."),
                    OptionSpec.integer(
                            "startup",
                            1,
                            1_000_000,
                            6,
                            "How many trials must be concluded before the model decides; before, it is successive halving."),
                    OptionSpec.number(
                            "hope",
                            0,
                            1,
                            0.1,
                            "The share of a new trial's chance to become the best, for each step that it takes, that a trial must have to go on.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        var builder = CurvePruner.builder()
                .min(options.longInteger("min"))
                .reduction(options.integer("reduction"))
                .explore(options.number("explore"))
                .startup(options.integer("startup"))
                .hope(options.number("hope"));
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
