package dev.sluice.console.trial;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sluice.console.study.Attempt;
import dev.sluice.console.study.Front;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.TrialState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A trial over REST. Lists leave `reports` and `attempts` out.
 *
 * @param breaks the constraints of the sweep that `values` break, as they are written: such a trial is never the best
 */
public record TrialView(
        UUID id,
        UUID sweep,
        int number,
        TrialState state,
        Map<String, Object> params,
        Map<String, Double> values,
        List<String> breaks,
        long step,
        String reason,
        String suggestedBy,
        @Nullable String importedFrom,
        long seed,
        int attempt,
        @Nullable String mlflowRunId,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        long revision,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<Report> reports,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<AttemptView> attempts) {

    /** Values at a step. */
    public record Report(long step, Map<String, Double> values) {}

    /** One launch of the trial. */
    public record AttemptView(
            int number,
            String state,
            String worker,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Instant expiresAt,
            @Nullable String resumeFrom,
            String reason) {
        static AttemptView of(Attempt attempt) {
            return new AttemptView(
                    attempt.number(),
                    attempt.state().name(),
                    attempt.worker(),
                    attempt.startedAt(),
                    attempt.endedAt().orElse(null),
                    attempt.expiresAt().orElse(null),
                    attempt.resumeFrom().orElse(null),
                    attempt.reason());
        }
    }

    public static TrialView of(TrialSnapshot trial, Goals goals) {
        return of(trial, goals, null, null, null);
    }

    public static TrialView of(TrialSnapshot trial, Goals goals, @Nullable String runId) {
        return of(trial, goals, runId, null, null);
    }

    static TrialView of(
            TrialSnapshot trial,
            Goals goals,
            @Nullable String runId,
            @Nullable List<Measurement> reports,
            @Nullable List<Attempt> attempts) {
        return new TrialView(
                trial.id(),
                trial.sweep(),
                trial.number(),
                trial.state(),
                trial.params(),
                trial.values(),
                Front.broken(goals, trial).stream()
                        .map(OutcomeConstraint::toString)
                        .toList(),
                trial.step(),
                trial.reason(),
                trial.suggestedBy(),
                trial.importedFrom().orElse(null),
                trial.seed(),
                trial.attempt(),
                runId,
                trial.queuedAt(),
                trial.startedAt().orElse(null),
                trial.endedAt().orElse(null),
                trial.revision(),
                reports == null
                        ? null
                        : reports.stream()
                                .map(m -> new Report(m.step(), m.values()))
                                .toList(),
                attempts == null ? null : attempts.stream().map(AttemptView::of).toList());
    }
}
