package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
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
                    PruningOptions.min("The step of the first rung of the first bracket."),
                    PruningOptions.max(PruningOptions.RAN_TO_ITS_END),
                    PruningOptions.reduction(),
                    PruningOptions.EXPLORE,
                    PruningOptions.WATCH));

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
        PruningOptions.max(options).ifPresent(builder::max);
        return builder.build();
    }
}
