package dev.sluice.tracker.registry;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a logged model is created with.
 *
 * @param key what makes it findable again: stored as the tag {@code sluice.key}, unique within its experiment
 * @param name shown by the server; need not be unique
 * @param modelType what it is, in a word, such as {@code cnn}; may be empty
 */
public record LoggedModelRequest(
        ExperimentId experiment,
        String key,
        String name,
        RunId sourceRun,
        String modelType,
        Map<String, String> params,
        Map<String, String> tags) {
    public LoggedModelRequest {
        if (key.isBlank()) {
            throw new IllegalArgumentException("key must not be blank");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
