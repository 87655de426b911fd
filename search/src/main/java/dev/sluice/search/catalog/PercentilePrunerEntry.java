package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.PercentilePruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class PercentilePrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "percentile",
            "Gives up a trial that is worse than the best so many percent of the completed ones at the same step.",
            List.of(
                    OptionSpec.number(
                            "percentile",
                            0.1,
                            99.9,
                            25,
                            "How many percent of the completed trials it is held against, the best."),
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
        return PercentilePruner.builder()
                .percentile(options.number("percentile"))
                .startupTrials(options.integer("startupTrials"))
                .warmupSteps(options.longInteger("warmupSteps"))
                .interval(options.longInteger("interval"))
                .explore(options.number("explore"))
                .watch(options.flag("watch"))
                .build();
    }
}
