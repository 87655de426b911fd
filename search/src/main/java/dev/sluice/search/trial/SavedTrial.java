package dev.sluice.search.trial;

import dev.sluice.search.space.ParameterValues;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A trial as plain data: what {@link Trial#saved} gives and {@link Trial#restored} takes. Its number is its place among its study's.
 *
 * @param seed for the trial's own randomness
 * @param suggestedBy why these values, in words
 * @param measurements by rising step
 * @param finalValues what came with the outcome of a COMPLETE trial and counts as its result, by metric; empty otherwise
 * @param pruneVerdict why the attempt under way, or the last one, was to be given up
 * @param reason why it ended or waits again, in words
 * @param attempt the number of the attempt under way, or of the last one; 0 before the first
 * @param importedFrom the study that ran it, where that was another one
 */
public record SavedTrial(
        ParameterValues values,
        long seed,
        String suggestedBy,
        TrialState state,
        List<Measurement> measurements,
        Map<String, Double> finalValues,
        Optional<String> pruneVerdict,
        String reason,
        int attempt,
        Optional<String> importedFrom) {
    public SavedTrial {
        Objects.requireNonNull(values, "values");
        Objects.requireNonNull(suggestedBy, "suggestedBy");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(pruneVerdict, "pruneVerdict");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(importedFrom, "importedFrom");
        measurements = List.copyOf(measurements);
        finalValues.forEach((metric, value) -> {
            Objects.requireNonNull(metric, "metric");
            Objects.requireNonNull(value, metric);
        });
        finalValues = finalValues.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(finalValues));
        long last = Trial.NO_STEP;
        for (Measurement measurement : measurements) {
            if (measurement.step() <= last) {
                throw new IllegalArgumentException("the steps of a trial's measurements must rise, was %d after %d"
                        .formatted(measurement.step(), last));
            }
            last = measurement.step();
        }
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt must be >= 0, was " + attempt);
        }
        if (!finalValues.isEmpty() && state != TrialState.COMPLETE) {
            throw new IllegalArgumentException(
                    "only a COMPLETE trial has final values, was %s with %s".formatted(state, finalValues));
        }
        if (importedFrom.isPresent() && state != TrialState.COMPLETE && state != TrialState.INFEASIBLE) {
            throw new IllegalArgumentException("what was taken over from %s must be COMPLETE or INFEASIBLE, was %s"
                    .formatted(importedFrom.get(), state));
        }
    }
}
