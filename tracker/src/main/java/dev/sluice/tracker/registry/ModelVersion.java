package dev.sluice.tracker.registry;

import dev.sluice.tracker.RunId;
import java.util.Map;
import java.util.Optional;

/**
 * A version of a registered model.
 *
 * @param version counted from 1
 * @param source where its files come from, such as {@code models:/m-49fa…}
 */
public record ModelVersion(
        String name,
        int version,
        String source,
        Optional<RunId> run,
        Optional<LoggedModelId> model,
        Map<String, String> tags) {
    public ModelVersion {
        tags = Map.copyOf(tags);
    }
}
