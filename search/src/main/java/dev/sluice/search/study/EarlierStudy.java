package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What is known of a study that ran before: how its trials were measured, and what came of each.
 *
 * @param name by which people know it
 * @param goals what it was about; another study may want something else
 * @param trials in the order in which they ended
 */
public record EarlierStudy(String name, Goals goals, List<Result> trials) {
    public EarlierStudy {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(goals, "goals");
        trials = List.copyOf(trials);
    }

    /**
     * One of its trials.
     *
     * @param number its number there
     * @param values as that study's space had them
     * @param state how it ended
     * @param metrics what it came to: the result of each objective and the last value of each constraint's metric, as far as they are
     *     known. A metric that is both stands for the objective
     */
    public record Result(int number, ParameterValues values, TrialState state, Map<String, Double> metrics) {
        public Result {
            Objects.requireNonNull(values, "values");
            Objects.requireNonNull(state, "state");
            metrics.forEach((metric, value) -> {
                Objects.requireNonNull(metric, "metric");
                Objects.requireNonNull(value, metric);
            });
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }

        OptionalDouble metric(String name) {
            Double value = metrics.get(name);
            return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
        }

        /** By how much it breaks these, as far as it is known; empty if it lacks the metric of one. */
        OptionalDouble violation(List<OutcomeConstraint> constraints) {
            double sum = 0;
            for (OutcomeConstraint constraint : constraints) {
                var value = metric(constraint.metric());
                if (value.isEmpty()) {
                    return OptionalDouble.empty();
                }
                sum += constraint.violation(value.getAsDouble());
            }
            return OptionalDouble.of(sum);
        }
    }

    /** What a study's history says of it. What it took over from others before is left out: it is theirs to give. */
    public static EarlierStudy of(String name, TrialHistory history) {
        var results = new ArrayList<Result>();
        for (Trial trial : history.concluded()) {
            if (trial.importedFrom().isEmpty()) {
                results.add(new Result(
                        trial.id().number(), trial.values(), trial.state(), metrics(trial, history.goals())));
            }
        }
        return new EarlierStudy(name, history.goals(), results);
    }

    private static Map<String, Double> metrics(Trial trial, Goals goals) {
        var metrics = new LinkedHashMap<String, Double>();
        for (int i = 0; i < goals.objectives().size(); i++) {
            Objective objective = goals.objectives().get(i);
            trial.objectiveValue(i).ifPresent(value -> metrics.put(objective.metric(), value));
        }
        for (int i = 0; i < goals.constraints().size(); i++) {
            OutcomeConstraint constraint = goals.constraints().get(i);
            trial.constraintValue(i).ifPresent(value -> metrics.putIfAbsent(constraint.metric(), value));
        }
        return metrics;
    }
}
