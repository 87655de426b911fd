package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a sweep's file asks for, as its normalised form in the service's answers says it. */
final class Objectives {
    private Objectives() {}

    record Goal(String metric, boolean maximize) {}

    static List<Goal> of(JsonNode sweep) {
        JsonNode spec = sweep.path("spec");
        List<Goal> goals = new ArrayList<>();
        for (JsonNode objective : spec.path("objectives")) {
            goals.add(goal(objective));
        }
        for (JsonNode holder : List.of(spec, sweep)) { // lists leave the spec out
            if (goals.isEmpty() && holder.path("objective").isObject()) {
                goals.add(goal(holder.path("objective")));
            }
        }
        return List.copyOf(goals);
    }

    private static Goal goal(JsonNode objective) {
        return new Goal(
                objective.path("metric").asText(),
                objective.path("goal").asText().equals("maximize"));
    }

    /** The better trial first; those without a value after them, and last of all those that break a constraint. */
    static Comparator<JsonNode> better(Goal goal) {
        Comparator<Double> order = goal.maximize() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Comparator.comparing((JsonNode trial) -> !trial.path("breaks").isEmpty())
                .thenComparing(
                        (JsonNode trial) -> {
                            double value =
                                    trial.path("values").path(goal.metric()).asDouble(Double.NaN);
                            boolean worst = Double.isNaN(value);
                            return worst
                                    ? (goal.maximize() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                                    : value;
                        },
                        order);
    }
}
