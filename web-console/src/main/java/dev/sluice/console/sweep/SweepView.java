package dev.sluice.console.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.console.study.EarlierSweep;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.console.tracking.SweepTracking;
import dev.sluice.search.trial.OutcomeConstraint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A sweep over REST. Lists leave `spec` and `warmStart` out. */
public record SweepView(
        UUID id,
        String name,
        SweepState state,
        String reason,
        SweepSnapshot.Counts counts,
        @Nullable Best best,
        SweepTracking mlflow,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode spec,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<EarlierSweep> warmStart,
        Objective objective,
        List<Objective> objectives,
        List<Constraint> constraints,
        Budget budget,
        Instant createdAt,
        @Nullable Instant endedAt,
        long revision) {

    /**
     * The best trial so far.
     *
     * @param importedFrom where it ran, if that was in an earlier sweep
     */
    public record Best(
            UUID trialId,
            int number,
            Map<String, Object> params,
            Map<String, Double> values,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String importedFrom) {
        static Best of(TrialSnapshot trial) {
            return new Best(
                    trial.id(),
                    trial.number(),
                    trial.params(),
                    trial.values(),
                    trial.importedFrom().orElse(null));
        }
    }

    /** What is searched for: enough for a list to show `best`. With several, `objective` is the first of them. */
    public record Objective(String metric, String goal) {}

    /** What results must keep to: the metric that it is about, and the whole of it as it is written. */
    public record Constraint(String metric, String text) {}

    /** Null where the sweep file sets no number of trials. */
    public record Budget(@Nullable Integer trials, int parallel) {}

    static SweepView of(
            SweepSnapshot sweep,
            JsonNode spec,
            @Nullable TrialSnapshot best,
            SweepTracking tracking,
            @Nullable List<EarlierSweep> warmStart,
            boolean whole) {
        var objectives = new ArrayList<Objective>();
        for (var objective :
                spec.path("objective").isMissingNode() ? spec.path("objectives") : List.of(spec.path("objective"))) {
            objectives.add(new Objective(
                    objective.path("metric").asText(), objective.path("goal").asText()));
        }
        var constraints = new ArrayList<Constraint>();
        for (var text : spec.path("constraints")) {
            var constraint = OutcomeConstraint.parse(text.asText());
            constraints.add(new Constraint(constraint.metric(), constraint.toString()));
        }
        var trials = spec.path("budget").path("trials");
        return new SweepView(
                sweep.id(),
                sweep.name(),
                sweep.state(),
                sweep.reason(),
                sweep.counts(),
                best == null ? null : Best.of(best),
                tracking,
                whole ? spec : null,
                warmStart,
                objectives.getFirst(),
                objectives,
                constraints,
                new Budget(
                        trials.isNumber() ? trials.asInt() : null,
                        spec.path("budget").path("parallel").asInt(1)),
                sweep.createdAt(),
                sweep.endedAt().orElse(null),
                sweep.revision());
    }
}
