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
                    OptionSpec.integer(
                            "startupTrials",
                            0,
                            1_000_000,
                            5,
                            "How many trials must be complete before any is compared."),
                    OptionSpec.integer("warmupSteps", 0, Long.MAX_VALUE, 0, "The step before which nothing is pruned."),
                    OptionSpec.integer("interval", 1, Long.MAX_VALUE, 1, "A trial is judged once every so many steps."),
                    OptionSpec.number(
                            "explore",
                            0,
                            1,
                            0.05,
                            "The share of trials that go on for a while whatever is said of them, chosen by their seed, so that it shows whether early steps say anything of what comes later."),
                    OptionSpec.flag(
                            "watch",
                            true,
                            "Whether steps that say nothing of what comes later, by rank correlation, are passed over.")));

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
