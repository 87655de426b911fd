package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.MedianPruner;
import dev.sluice.search.pruner.PatientPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class PatientPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "patience",
            "Gives up a trial that has not improved for so many steps.",
            List.of(
                    OptionSpec.integer(
                            "patience",
                            1,
                            Long.MAX_VALUE,
                            10,
                            "For how many steps a trial may go without improvement."),
                    OptionSpec.number(
                            "minDelta",
                            0,
                            Double.MAX_VALUE,
                            0,
                            "By more than what a value must be better to be an improvement, in the objective's unit."),
                    OptionSpec.integer("warmupSteps", 0, Long.MAX_VALUE, 0, "The step before which nothing is pruned."),
                    OptionSpec.choice(
                            "then",
                            List.of("prune", "median"),
                            "prune",
                            "What becomes of such a trial: it is pruned, or judged by the median.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        var builder = PatientPruner.builder()
                .patience(options.longInteger("patience"))
                .minDelta(options.number("minDelta"))
                .warmupSteps(options.longInteger("warmupSteps"));
        if (options.choice("then").equals("median")) {
            builder.then(MedianPruner.builder().build());
        }
        return builder.build();
    }
}
