package dev.sluice.search.catalog;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Algorithms by the names that sweep files use, each with what makes one.
 *
 * @param kind what they do, in a word that goes before "algorithm"
 */
record Registry<E extends Registry.Entry>(String kind, List<E> entries) {
    Registry {
        entries = List.copyOf(entries);
    }

    /** One algorithm. */
    interface Entry {
        AlgorithmSpec spec();
    }

    List<AlgorithmSpec> algorithms() {
        return entries.stream().map(Entry::spec).toList();
    }

    /**
     * The algorithm of this name.
     *
     * @throws IllegalArgumentException if there is none, with those that there are
     */
    E entry(String algorithm) {
        return entries.stream()
                .filter(entry -> entry.spec().name().equals(algorithm))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no %s algorithm %s; there are %s"
                        .formatted(
                                kind,
                                algorithm,
                                entries.stream()
                                        .map(entry -> entry.spec().name())
                                        .collect(Collectors.joining(", ")))));
    }

    /**
     * For algorithms that can work on one objective alone.
     *
     * @param does what the algorithm does with it, such as "judges"
     */
    static void requireOne(String algorithm, String does, List<Objective> objectives) {
        if (objectives.size() != 1) {
            throw new IllegalArgumentException("%s %s one objective, was given %d: %s"
                    .formatted(
                            algorithm,
                            does,
                            objectives.size(),
                            objectives.stream().map(Objective::metric).collect(Collectors.joining(", "))));
        }
    }
}
