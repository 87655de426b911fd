package dev.sluice.search.sampler;

import dev.sluice.search.space.ParameterValues;
import java.util.Objects;

/**
 * A point that a sampler proposes.
 *
 * @param reason why this one, in words for people; it is stored with the trial
 */
public record Suggested(ParameterValues values, String reason) {
    public Suggested {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(reason, "reason");
    }
}
