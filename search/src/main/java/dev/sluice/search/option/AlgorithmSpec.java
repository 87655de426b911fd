package dev.sluice.search.option;

import java.util.List;
import java.util.Objects;

/**
 * An algorithm as data: its name in sweep files, what it is in one sentence, and its options.
 */
public record AlgorithmSpec(String name, String doc, List<OptionSpec> options) {
    public AlgorithmSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(doc, "doc");
        options = List.copyOf(options);
    }
}
