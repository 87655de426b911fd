package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.ThresholdPruner;
import dev.sluice.search.trial.Objective;
import java.util.List;

final class ThresholdPrunerEntry implements PrunerEntry {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "threshold",
            "Gives up a trial that reports a value out of bounds, or one that is NaN or infinite.",
            List.of(
                    OptionSpec.number(
                            "lower",
                            -Double.MAX_VALUE,
                            Double.MAX_VALUE,
                            "The smallest value allowed; left out, there is none."),
                    OptionSpec.number(
                            "upper",
                            -Double.MAX_VALUE,
                            Double.MAX_VALUE,
                            "The largest value allowed; left out, there is none."),
                    OptionSpec.integer(
                            "objective", 1, 1_000, 1, "Which objective is held against the bounds, 1 the first."),
                    OptionSpec.integer(
                            "warmupSteps", 0, Long.MAX_VALUE, 0, "The step before which nothing is pruned.")));

    @Override
    public AlgorithmSpec spec() {
        return SPEC;
    }

    @Override
    public Pruner make(Options options, List<Objective> objectives) {
        int objective = options.integer("objective");
        if (objective > objectives.size()) {
            throw new OptionException(
                    "objective", "objective must be in [1, %d], was %d".formatted(objectives.size(), objective));
        }
        var builder =
                ThresholdPruner.builder().objective(objective - 1).warmupSteps(options.longInteger("warmupSteps"));
        if (options.has("lower") && options.has("upper") && options.number("lower") > options.number("upper")) {
            throw new OptionException(
                    "lower",
                    "lower must be <= upper, was [%s, %s]".formatted(options.number("lower"), options.number("upper")));
        }
        if (options.has("lower")) {
            builder.lower(options.number("lower"));
        }
        if (options.has("upper")) {
            builder.upper(options.number("upper"));
        }
        return builder.build();
    }
}
