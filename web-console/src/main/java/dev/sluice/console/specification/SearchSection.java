package dev.sluice.console.specification;

import java.util.Map;

/**
 * How points are proposed.
 *
 * @param algorithm a name that {@code Samplers} knows
 * @param seed      in [0, 2^53]; drawn in [0, 2^31) where the file has none
 * @param options   the algorithm's options by name, as {@code Samplers} takes them
 */
public record SearchSection(String algorithm, long seed, Map<String, Object> options) {
    public SearchSection {
        options = SweepSpecification.ordered(options);
    }
}
