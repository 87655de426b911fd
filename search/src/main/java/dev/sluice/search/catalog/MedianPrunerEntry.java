package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.MedianPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class MedianPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "median",
            "Gives up a trial that is worse than the median of the completed ones at the same step.",
            List.of(
                    PruningOptions.STARTUP_TRIALS,
                    PruningOptions.WARMUP_STEPS,
                    PruningOptions.INTERVAL,
                    PruningOptions.EXPLORE_STEPS,
                    PruningOptions.WATCH_STEPS));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        return MedianPruner.builder()
                .startupTrials(options.integer("startupTrials"))
                .warmupSteps(options.longInteger("warmupSteps"))
                .interval(options.longInteger("interval"))
                .explore(options.number("explore"))
                .watch(options.flag("watch"))
                .build();
    }
}
