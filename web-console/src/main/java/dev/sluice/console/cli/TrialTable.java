package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Trials as a table: number, state, objective values, parameters, and why each ended. Where the sweep has constraints on results, also
 * the metrics that these are about, and which of them each trial breaks.
 */
final class TrialTable {
    private TrialTable() {}

    /** In the order given. */
    static TextTable of(JsonNode sweep, Iterable<JsonNode> trials) {
        Set<String> metrics = new LinkedHashSet<>();
        Objectives.of(sweep).forEach(goal -> metrics.add(goal.metric()));
        JsonNode constraints = sweep.path("constraints");
        constraints.forEach(constraint -> metrics.add(constraint.path("metric").asText()));
        boolean constrained = !constraints.isEmpty();
        Set<String> params = new LinkedHashSet<>();
        sweep.path("spec").path("parameters").fieldNames().forEachRemaining(params::add);
        trials.forEach(trial -> trial.path("params").fieldNames().forEachRemaining(params::add));
        List<String> headings = new ArrayList<>(List.of("TRIAL", "STATE"));
        headings.addAll(metrics);
        if (constrained) {
            headings.add("BREAKS");
        }
        headings.addAll(params);
        headings.add("REASON");
        TextTable table = new TextTable(headings);
        for (JsonNode trial : trials) {
            List<String> cells = new ArrayList<>();
            cells.add(trial.path("number").asText("-"));
            cells.add(trial.path("state").asText("-"));
            metrics.forEach(metric -> cells.add(Figures.of(trial.path("values").path(metric))));
            if (constrained) {
                cells.add(StreamSupport.stream(trial.path("breaks").spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(", ")));
            }
            params.forEach(param -> cells.add(Figures.of(trial.path("params").path(param))));
            cells.add(reason(trial));
            table.add(cells);
        }
        return table;
    }

    /** Why it ended, or where it ran if that was in an earlier sweep. */
    private static String reason(JsonNode trial) {
        String from = trial.path("importedFrom").asText("");
        String reason = trial.path("reason").asText("");
        String imported = from.isEmpty() || from.equals("null") ? "" : "imported from " + from;
        return imported.isEmpty() || reason.isEmpty() || reason.equals("null")
                ? imported + (reason.equals("null") ? "" : reason)
                : imported + ": " + reason;
    }
}
