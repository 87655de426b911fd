package dev.sluice.console.specification;

import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a sweep's algorithms are and what their options say, in words for people. */
public record Explanation(Algorithm search, Algorithm pruning) {
    /**
     * One algorithm.
     *
     * @param does what it is, in a sentence
     */
    public record Algorithm(String algorithm, String does, List<Option> options) {}

    /**
     * One of its options.
     *
     * @param value as it is in this sweep; null where it was left out and that has a meaning of its own
     * @param takes what may be given
     * @param means what it is, in a sentence
     */
    public record Option(String name, @Nullable Object value, String takes, String means) {}

    public static Explanation of(SweepSpecification sweep) {
        return new Explanation(
                algorithm(
                        Samplers.algorithm(sweep.search().algorithm()),
                        sweep.search().options()),
                algorithm(
                        Pruners.algorithm(sweep.pruning().algorithm()),
                        sweep.pruning().options()));
    }

    private static Algorithm algorithm(AlgorithmSpec spec, Map<String, Object> options) {
        return new Algorithm(
                spec.name(),
                spec.doc(),
                spec.options().stream()
                        .map(option -> option(option, options.get(option.name())))
                        .toList());
    }

    private static Option option(OptionSpec option, @Nullable Object value) {
        return new Option(option.name(), value, option.kind().describe(), option.doc());
    }
}
