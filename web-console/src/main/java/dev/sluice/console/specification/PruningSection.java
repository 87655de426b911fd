package dev.sluice.console.specification;

import java.util.Map;

/**
 * How hopeless trials are stopped.
 *
 * @param algorithm a name that {@code Pruners} knows; {@code none} where the file has no {@code pruning}
 * @param resource  what people call a step, such as {@code epoch}; {@code step} by default
 * @param options   the algorithm's options by name, as {@code Pruners} takes them
 */
public record PruningSection(String algorithm, String resource, Map<String, Object> options) {
    public PruningSection {
        options = SweepSpecification.ordered(options);
    }
}
