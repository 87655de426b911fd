package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.MedianPruner;
import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.pruner.SuccessiveHalvingPruner;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;

/** The pruners by the names that sweep files use. */
public final class Pruners {
    private static final Registry<Maker> ALGORITHMS = new Registry<>(
            "pruning",
            List.of(
                    new Registry.Entry<>(
                            new AlgorithmSpec("none", "Gives up nothing.", List.of()),
                            (options, objectives) -> new NopPruner()),
                    new Registry.Entry<>(
                            new AlgorithmSpec(
                                    "asha",
                                    "Asynchronous successive halving: of the trials that reach a rung only the best share goes on.",
                                    List.of(
                                            OptionSpec.integer(
                                                    "min", 1, Long.MAX_VALUE, 1, "The step of the first rung."),
                                            OptionSpec.integer(
                                                    "max",
                                                    1,
                                                    Long.MAX_VALUE,
                                                    "The step from which on nothing is pruned; left out, rungs go on without end."),
                                            OptionSpec.integer(
                                                    "reduction",
                                                    2,
                                                    1_000_000,
                                                    3,
                                                    "One in so many goes on from a rung, and the next rung is so many times as far."))),
                            Pruners::asha),
                    new Registry.Entry<>(
                            new AlgorithmSpec(
                                    "median",
                                    "Gives up a trial that is worse than the median of the completed ones at the same step.",
                                    List.of(
                                            OptionSpec.integer(
                                                    "startupTrials",
                                                    0,
                                                    1_000_000,
                                                    5,
                                                    "How many trials must be complete before any is pruned."),
                                            OptionSpec.integer(
                                                    "warmupSteps",
                                                    0,
                                                    Long.MAX_VALUE,
                                                    0,
                                                    "The step before which nothing is pruned."),
                                            OptionSpec.integer(
                                                    "interval",
                                                    1,
                                                    Long.MAX_VALUE,
                                                    1,
                                                    "A trial is judged once every so many steps."))),
                            (options, objectives) -> {
                                Registry.requireOne("median", "judges", objectives);
                                return MedianPruner.builder()
                                        .startupTrials(options.integer("startupTrials"))
                                        .warmupSteps(options.longInteger("warmupSteps"))
                                        .interval(options.longInteger("interval"))
                                        .build();
                            })));

    private Pruners() {}

    /** All algorithms with their options, as data. */
    public static List<AlgorithmSpec> algorithms() {
        return ALGORITHMS.algorithms();
    }

    /** The options of an algorithm. */
    public static List<OptionSpec> options(String algorithm) {
        return ALGORITHMS.entry(algorithm).spec().options();
    }

    /**
     * A pruner by name.
     *
     * @param options Numbers, Booleans and Strings by name; what is left out has its default
     * @throws IllegalArgumentException if there is no such algorithm or it cannot work here
     * @throws dev.sluice.search.option.OptionException if an option is unknown or wrong
     */
    public static Pruner of(String algorithm, Map<String, ?> options, List<Objective> objectives) {
        var entry = ALGORITHMS.entry(algorithm);
        return entry.maker().make(Options.read(entry.spec(), options), objectives);
    }

    private static Pruner asha(Options options, List<Objective> objectives) {
        Registry.requireOne("asha", "judges", objectives);
        var builder = SuccessiveHalvingPruner.builder()
                .min(options.longInteger("min"))
                .reduction(options.integer("reduction"));
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

    private interface Maker {
        Pruner make(Options options, List<Objective> objectives);
    }
}
