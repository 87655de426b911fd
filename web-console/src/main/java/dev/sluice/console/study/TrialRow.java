package dev.sluice.console.study;

import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
     * Takes a report in: of the metrics that the goals are about those values count that the study goes by (see
     * {@link Trial#objectiveValue} and {@link Trial#constraintValue}). Of all other metrics stands what was reported together with the
     * objective's value, or, with several objectives, which are not best at the same step, what was reported last.
     *
     * @param trial as the study has it, with this report
     */
    void measured(Measurement measurement, Trial trial, Goals goals) {
        step = measurement.step();
        var objectives = goals.objectives();
        var now = new LinkedHashMap<String, Double>();
        if (objectives.size() > 1) {
            now.putAll(values);
            now.putAll(measurement.values());
        } else {
            boolean counts = trial.objectiveStep(0).equals(OptionalLong.of(measurement.step()));
            now.putAll(counts ? measurement.values() : values);
        }
        for (int i = 0; i < goals.constraints().size(); i++) {
            var metric = goals.constraints().get(i).metric();
            trial.constraintValue(i).ifPresent(value -> now.put(metric, value));
        }
        for (int i = 0; i < objectives.size(); i++) {
            var metric = objectives.get(i).metric();
            trial.objectiveValue(i).ifPresent(value -> now.put(metric, value));
        }
        values = now;
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
