package dev.sluice.tracker.registry;

import dev.sluice.tracker.RunId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a version of a registered model is created with.
 *
 * @param name the registered model
 * @param source what its files are found by: {@code models:/m-…} or {@code runs:/…/path}
 * @param model the logged model, where the source is one
 * @param key what makes it findable again: stored as the tag {@code sluice.key}, unique within the registered model
 */
public record VersionRequest(
        String name,
        String key,
        String source,
        Optional<LoggedModelId> model,
        RunId run,
        String description,
        Map<String, String> tags) {
    public VersionRequest {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        if (key.isBlank()) {
            throw new IllegalArgumentException("key must not be blank");
        }
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
