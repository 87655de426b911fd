package dev.sluice.tracker;

import java.util.Optional;

/**
 * A data set that a run has read, as MLflow's page of the run shows it. To the server two of the same name and digest
 * are one data set.
 *
 * @param digest of the content, at most {@value #MAX_DIGEST} characters
 * @param sourceType what kind of thing {@code source} names, such as {@code local} or {@code code}
 * @param source where it comes from, as a JSON object
 * @param schema its columns as JSON, in MLflow's form; empty: unknown
 * @param profile figures about it as a JSON object, such as {@code {"num_rows": 150}}; empty: unknown
 * @param context what it was read for, such as {@code training}; may be empty
 */
public record Dataset(
        String name,
        String digest,
        String sourceType,
        String source,
        Optional<String> schema,
        Optional<String> profile,
        String context) {
    /** Longest digest that MLflow takes, in characters. */
    public static final int MAX_DIGEST = 36;

    private static final int MAX_NAME = 500;

    public Dataset {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "name of a data set must have 1 to " + MAX_NAME + " characters, had " + name.length());
        }
        if (digest.isBlank() || digest.length() > MAX_DIGEST) {
            throw new IllegalArgumentException("digest of data set " + name + " must have 1 to " + MAX_DIGEST
                    + " characters, was \"" + digest + "\"");
        }
        if (sourceType.isBlank()) {
            throw new IllegalArgumentException("source type of data set " + name + " must not be blank");
        }
    }

    /** Whether both are one data set to the server. */
    public boolean isOneWith(Dataset other) {
        return name.equals(other.name) && digest.equals(other.digest);
    }
}
