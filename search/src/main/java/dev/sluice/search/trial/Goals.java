package dev.sluice.search.trial;

import java.util.HashSet;
import java.util.List;

/**
 * What a study's trials are measured by.
 *
 * @param objectives at least one, each of another metric
 * @param constraints what results must keep to, each on another metric and side, and not against one another; mostly none
 */
public record Goals(List<Objective> objectives, List<OutcomeConstraint> constraints) {
    public Goals {
        objectives = List.copyOf(objectives);
        constraints = List.copyOf(constraints);
        if (objectives.isEmpty()) {
            throw new IllegalArgumentException("objectives must hold at least one, was []");
        }
        var metrics = new HashSet<String>();
        for (Objective objective : objectives) {
            if (!metrics.add(objective.metric())) {
                throw new IllegalArgumentException(
                        "objectives must differ, but %s is there twice".formatted(objective.metric()));
            }
        }
        var bounds = new HashSet<String>();
        for (OutcomeConstraint constraint : constraints) {
            if (!bounds.add(constraint.metric() + constraint.bound().sign())) {
                throw new IllegalArgumentException(
                        "constraints must differ, but %s %s is there twice; keep the stricter one"
                                .formatted(
                                        constraint.metric(), constraint.bound().sign()));
            }
        }
        for (OutcomeConstraint most : constraints) {
            for (OutcomeConstraint least : constraints) {
                if (most.metric().equals(least.metric())
                        && most.bound() == OutcomeConstraint.Bound.AT_MOST
                        && least.bound() == OutcomeConstraint.Bound.AT_LEAST
                        && most.limit() < least.limit()) {
                    throw new IllegalArgumentException(
                            "constraints must leave results to keep to them, but none is both %s and %s"
                                    .formatted(most, least));
                }
            }
        }
    }

    /** Without constraints. */
    public static Goals of(Objective... objectives) {
        return new Goals(List.of(objectives), List.of());
    }

    /** Of a trial, the value of an objective or, after them, of a constraint's metric is kept up to date: so many. */
    int watched() {
        return objectives.size() + constraints.size();
    }

    /** The index of the objective that is on this metric, -1 if none is. */
    int objectiveOn(String metric) {
        for (int i = 0; i < objectives.size(); i++) {
            if (objectives.get(i).metric().equals(metric)) {
                return i;
            }
        }
        return -1;
    }

    String watchedMetric(int index) {
        return index < objectives.size()
                ? objectives.get(index).metric()
                : constraints.get(index - objectives.size()).metric();
    }
}
