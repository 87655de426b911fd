package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.option.Options;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;

/** The samplers by the names that sweep files use. */
public final class Samplers {
    private static final Registry<SamplerEntry> ALGORITHMS = new Registry<>(
            "search",
            List.of(
                    new AutoSamplerEntry(),
                    new RandomSamplerEntry(),
                    new GridSamplerEntry(),
                    new QuasiRandomSamplerEntry(),
                    new TpeSamplerEntry(),
                    new GpSamplerEntry(),
                    new CmaEsSamplerEntry(),
                    new GeneticSamplerEntry(),
                    new Nsga2SamplerEntry(),
                    new EhviSamplerEntry()));

    private Samplers() {}

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
     * A sampler by name.
     *
     * @param options Numbers, Booleans and Strings by name; what is left out has its default
     * @throws IllegalArgumentException if there is no such algorithm or it cannot work here
     * @throws dev.sluice.search.option.OptionException if an option is unknown or wrong
     */
    public static Sampler of(String algorithm, Map<String, ?> options, SamplerContext context) {
        var entry = ALGORITHMS.entry(algorithm);
        return entry.make(Options.read(entry.spec(), options), context);
    }

    /** The same where nothing but space and objectives is known. */
    public static Sampler of(String algorithm, Map<String, ?> options, SearchSpace space, List<Objective> objectives) {
        return of(algorithm, options, SamplerContext.of(space, objectives));
    }
}
