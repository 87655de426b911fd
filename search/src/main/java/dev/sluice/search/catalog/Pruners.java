package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.pruner.Pruner;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;

/** The pruners by the names that sweep files use. */
public final class Pruners {
    private static final Registry<PrunerEntry> ALGORITHMS = new Registry<>(
            "pruning",
            List.of(
                    new NopPrunerEntry(),
                    new AshaPrunerEntry(),
                    new HyperbandPrunerEntry(),
                    new CurvePrunerEntry(),
                    new MedianPrunerEntry(),
                    new PercentilePrunerEntry(),
                    new PatientPrunerEntry(),
                    new ThresholdPrunerEntry()));

    private Pruners() {}

    /** All algorithms with their options, as data. */
    public static List<AlgorithmSpec> algorithms() {
        return ALGORITHMS.algorithms();
    }

    /**
     * An algorithm with its options, as data.
     *
     * @throws IllegalArgumentException if there is none of this name, with those that there are
     */
    public static AlgorithmSpec algorithm(String name) {
        return ALGORITHMS.entry(name).spec();
    }

    /** The options of an algorithm. */
    public static List<OptionSpec> options(String algorithm) {
        return algorithm(algorithm).options();
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
        return entry.make(Options.read(entry.spec(), options), objectives);
    }
}
