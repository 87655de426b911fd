package dev.sluice.console.study;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The row of one trial in the writer's hands. Confined to the writer; leaves as a {@link TrialSnapshot}. */
final class TrialRow {
    final UUID id;
    final UUID sweep;
    final int number;
    final Map<String, Object> params;
    final String suggestedBy;
    final long seed;
    final Instant queuedAt;
    /** Where it ran, if it was taken over. */
    final Optional<String> importedFrom;

    TrialState state = TrialState.QUEUED;
    Map<String, Double> values = Map.of();
    long step = -1;
    String reason = "";
    int attempt;

    @Nullable
    Instant startedAt;

    @Nullable
    Instant endedAt;

    long revision;
    /** Attempts that failed by their own fault, and attempts that were lost: two budgets. */
    int failures;

    int losses;
    /** The time of its attempts that are over, those before a rerun left out. */
    Duration used = Duration.ZERO;
    /** Not before this time is it tried again. */
    Instant notBefore = Instant.EPOCH;
    /** Not in the database yet. */
    boolean fresh = true;

    TrialRow(
            UUID id,
            UUID sweep,
            int number,
            Map<String, Object> params,
            String suggestedBy,
            long seed,
            Instant queuedAt,
            Optional<String> importedFrom) {
        this.id = id;
        this.sweep = sweep;
        this.number = number;
        this.params = params;
        this.suggestedBy = suggestedBy;
        this.seed = seed;
        this.queuedAt = queuedAt;
        this.importedFrom = importedFrom;
    }

    static TrialRow of(TrialSnapshot saved) {
        var row = new TrialRow(
                saved.id(),
                saved.sweep(),
                saved.number(),
                saved.params(),
                saved.suggestedBy(),
                saved.seed(),
                saved.queuedAt(),
                saved.importedFrom());
        row.state = saved.state();
        row.values = saved.values();
        row.step = saved.step();
        row.reason = saved.reason();
        row.attempt = saved.attempt();
        row.startedAt = saved.startedAt().orElse(null);
        row.endedAt = saved.endedAt().orElse(null);
        row.revision = saved.revision();
        row.fresh = false;
        return row;
    }

    /**
     * Takes a report in: the values that count are those of the step at which the objective was best, or last. Several objectives are
     * not best at the same step: of each its own best counts, or its last, and of all else what was reported last. So it is of what the
     * constraints are about: their last values count, whenever the objective was best.
     */
    void measured(Measurement measurement, Goals goals) {
        step = measurement.step();
        var objectives = goals.objectives();
        if (objectives.size() == 1) {
            measured(measurement, objectives.getFirst(), goals.constraints());
            return;
        }
        var merged = new LinkedHashMap<>(values);
        merged.putAll(measurement.values());
        for (var objective : objectives) {
            var before = values.get(objective.metric());
            if (before != null && !counts(measurement, objective)) {
                merged.put(objective.metric(), before);
            }
        }
        values = merged;
    }

    private void measured(Measurement measurement, Objective objective, List<OutcomeConstraint> constraints) {
        boolean counts = counts(measurement, objective);
        var kept = counts ? measurement.values() : values;
        var other = counts ? values : measurement.values();
        var merged = new LinkedHashMap<>(kept);
        for (var constraint : constraints) {
            var value = other.get(constraint.metric());
            if (value == null || constraint.metric().equals(objective.metric())) {
                continue;
            }
            if (counts) {
                merged.putIfAbsent(constraint.metric(), value);
            } else {
                merged.put(constraint.metric(), value);
            }
        }
        values = merged;
    }

    private boolean counts(Measurement measurement, Objective objective) {
        var value = measurement.values().get(objective.metric());
        if (value == null) {
            return false;
        }
        var before = values.get(objective.metric());
        return before == null
                || switch (objective.report()) {
                    case LAST -> true;
                    case BEST -> before.isNaN() || objective.direction().isBetter(value, before);
                };
    }

    TrialSnapshot snapshot() {
        return new TrialSnapshot(
                id,
                sweep,
                number,
                state,
                params,
                values,
                step,
                reason,
                suggestedBy,
                seed,
                attempt,
                queuedAt,
                Optional.ofNullable(startedAt),
                Optional.ofNullable(endedAt),
                revision,
                importedFrom);
    }
}
