package dev.sluice.search.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An algorithm by name, with what was said of its options.
 *
 * @param options Numbers, Booleans and Strings by name; what is left out has the algorithm's default
 */
public record AlgorithmChoice(String algorithm, Map<String, Object> options) {
    public AlgorithmChoice {
        Objects.requireNonNull(algorithm, "algorithm");
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** The algorithm with its defaults. */
    public static AlgorithmChoice of(String algorithm) {
        return new AlgorithmChoice(algorithm, Map.of());
    }
}
