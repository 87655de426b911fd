package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** A sweep's best trial so far. */
record BestTrial(int number, String trialId, JsonNode params, JsonNode values, String metric, boolean imported) {

    static Optional<BestTrial> of(JsonNode sweep) {
        JsonNode best = sweep.path("best");
        if (!best.isObject()) {
            return Optional.empty();
        }
        JsonNode values = best.path("values");
        var goals = Objectives.of(sweep);
        String metric = goals.isEmpty()
                ? (values.fieldNames().hasNext() ? values.fieldNames().next() : "")
                : goals.get(0).metric();
        return Optional.of(new BestTrial(
                best.path("number").asInt(),
                best.path("trialId").asText(),
                best.path("params"),
                values,
                metric,
                best.path("importedFrom").isTextual()));
    }

    /** {@code 0.9722 (#17)}, or {@code 0.9722 (#17, imported)}. */
    String summary() {
        return "%s (#%d%s)".formatted(Figures.of(values.path(metric)), number, imported ? ", imported" : "");
    }
}
