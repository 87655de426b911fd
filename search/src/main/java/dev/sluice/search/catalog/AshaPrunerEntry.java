package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.SuccessiveHalvingPruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class AshaPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "asha",
            "Asynchronous successive halving: of the trials that reach a rung only the best share goes on.",
            List.of(
                    PruningOptions.min("The step of the first rung."),
                    PruningOptions.max("The step from which on nothing is pruned; left out, rungs go on without end."),
                    PruningOptions.reduction(),
                    PruningOptions.EXPLORE,
                    PruningOptions.WATCH));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        var builder = SuccessiveHalvingPruner.builder()
                .min(options.longInteger("min"))
                .reduction(options.integer("reduction"))
                .explore(options.number("explore"))
                .watch(options.flag("watch"));
        PruningOptions.max(options).ifPresent(builder::max);
        return builder.build();
    }
}
