package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The trials of a sweep with several objectives that no other one beats, by the first objective. */
record ParetoFront(List<JsonNode> trials) {
    private static final int NAMED = 20;

    ParetoFront {
        trials = List.copyOf(trials);
    }

    /** Empty for a sweep with one objective: that has a best trial instead. */
    static Optional<ParetoFront> of(ServiceClient client, JsonNode sweep) {
        if (Objectives.of(sweep).size() < 2) {
            return Optional.empty();
        }
        List<JsonNode> trials = new ArrayList<>();
        client.get("/sweeps/" + Sweeps.text(sweep, "id") + "/pareto")
                .path("trials")
                .forEach(trials::add);
        return Optional.of(new ParetoFront(trials));
    }

    boolean holds(JsonNode trial) {
        return trials.stream()
                .anyMatch(one ->
                        one.path("number").asInt() == trial.path("number").asInt());
    }

    /** {@code 3 trials that no other beats: #1 #5 #4}. */
    String summary() {
        return (trials.size() == 1 ? "1 trial" : trials.size() + " trials")
                + " that no other beats: "
                + trials.stream()
                        .limit(NAMED)
                        .map(trial -> "#" + trial.path("number").asInt())
                        .collect(Collectors.joining(" "))
                + (trials.size() > NAMED ? " ..." : "");
    }
}
