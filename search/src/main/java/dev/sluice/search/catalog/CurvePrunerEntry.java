package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
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
                    OptionSpec.integer(
                            "min",
                            1,
                            Long.MAX_VALUE,
                            "The first step at which a trial is judged; a twelfth of max if left out."),
                    PruningOptions.max(PruningOptions.RAN_TO_ITS_END),
                    PruningOptions.reduction(
                            2,
                            "The next step at which a trial is judged is so many times as far; at the start, one in so many goes on."),
                    PruningOptions.EXPLORE,
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
                .reduction(options.integer("reduction"))
                .explore(options.number("explore"))
                .startup(options.integer("startup"))
                .hope(options.number("hope"));
        if (options.has("min")) {
            builder.min(options.longInteger("min"));
        }
        PruningOptions.max(options).ifPresent(builder::max);
        return builder.build();
    }
}
