package dev.sluice.tracker;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is opened with.
 *
 * @param key what makes the run findable again: stored as the tag {@value #KEY_TAG}, unique within its experiment
 * @param name shown by the server
 * @param parent the run below which this one is shown
 * @param tags further tags; must not name {@value #KEY_TAG}
 * @param fresh the caller knows that nobody ever tried to open this key, so the search before the creation is left out
 */
public record RunRequest(
        ExperimentId experiment,
        String key,
        String name,
        Instant startTime,
        Optional<RunId> parent,
        Map<String, String> tags,
        boolean fresh) {
    /** The tag that holds {@link #key}. */
    public static final String KEY_TAG = "sluice.key";

    public RunRequest {
        if (key.isBlank()) {
            throw new IllegalArgumentException("key must not be blank");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        if (tags.containsKey(KEY_TAG)) {
            throw new IllegalArgumentException("tags must not hold " + KEY_TAG + ", which is the run's key");
        }
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** A request that is searched for before it is created. */
    public RunRequest(
            ExperimentId experiment,
            String key,
            String name,
            Instant startTime,
            Optional<RunId> parent,
            Map<String, String> tags) {
        this(experiment, key, name, startTime, parent, tags, false);
    }
}
