package dev.sluice.console.sweep;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.importance.FunctionalAnova;
import dev.sluice.search.importance.Importance;
import dev.sluice.search.importance.Observation;
import dev.sluice.search.importance.PedAnova;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How much each parameter matters for an objective.
 *
 * @param revision of the sweep
 * @param method {@code ped-anova}: for being among the best; {@code fanova}: over the whole space
 * @param trials how many complete trials it was judged from
 * @param parameters the largest share first, with shares that add up to 1, or all 0; empty where there were too few trials
 * @param reason why there are none; null where there are
 * @param leftOut what was left out of the reckoning, and why; null where nothing was
 */
public record ImportanceView(
        long revision,
        String metric,
        String method,
        int trials,
        List<Share> parameters,
        @Nullable String reason,
        @Nullable String leftOut) {
    static final String PED_ANOVA = "ped-anova";
    static final String FANOVA = "fanova";

    /** One parameter's. */
    public record Share(String name, double importance) {}

    static ImportanceView of(
            long revision,
            SweepSpecification specification,
            List<TrialSnapshot> trials,
            Optional<String> metric,
            Optional<String> method) {
        var objective = objective(specification, metric);
        var observations = trials.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .map(trial -> new Observation(
                        values(specification, trial.params()),
                        objective.direction().toCost(trial.values().getOrDefault(objective.metric(), Double.NaN))))
                .toList();
        var by = method.orElse(PED_ANOVA);
        var space = specification.space();
        var importance = switch (by) {
            case PED_ANOVA -> PedAnova.of(space, observations);
            case FANOVA ->
                FunctionalAnova.of(
                        space,
                        observations,
                        new SplittableRandom(specification.search().seed()));
            default ->
                throw new Problem.Malformed("The query parameter `method` must be %s or %s, was \"%s\"."
                                .formatted(PED_ANOVA, FANOVA, by))
                        .exception();
        };
        return new ImportanceView(
                revision,
                objective.metric(),
                by,
                importance.trials(),
                importance.shares().entrySet().stream()
                        .map(share -> new Share(share.getKey(), share.getValue()))
                        .toList(),
                importance.shares().isEmpty()
                        ? "%d complete trials with a value of `%s` are too few; it takes %d"
                                .formatted(importance.trials(), objective.metric(), Importance.FEWEST_TRIALS)
                        : null,
                importance.leftOut().isEmpty() ? null : importance.leftOut());
    }

    private static Objective objective(SweepSpecification specification, Optional<String> metric) {
        return metric.map(wanted -> specification.objectives().stream()
                        .filter(objective -> objective.metric().equals(wanted))
                        .findFirst()
                        .orElseThrow(() -> new Problem.Malformed(
                                        "The query parameter `metric` must be an objective of the sweep (%s), was \"%s\"."
                                                .formatted(
                                                        specification.objectives().stream()
                                                                .map(Objective::metric)
                                                                .collect(Collectors.joining(", ")),
                                                        wanted))
                                .exception()))
                .orElse(specification.objectives().getFirst());
    }

    private static ParameterValues values(SweepSpecification specification, Map<String, Object> params) {
        return specification.space().complete(params);
    }
}
