package dev.sluice.console.sweep;

import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.importance.FunctionalAnova;
import dev.sluice.search.importance.Importance;
import dev.sluice.search.importance.Observation;
import dev.sluice.search.importance.PedAnova;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.TrialState;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
    static final List<String> METHODS = List.of(PED_ANOVA, FANOVA);

    /** One parameter's. */
    public record Share(String name, double importance) {}

    /** The same, as it stands at another revision at which the same trials are complete. */
    ImportanceView at(long other) {
        return new ImportanceView(other, metric, method, trials, parameters, reason, leftOut);
    }

    static ImportanceView of(
            long revision,
            SweepSpecification specification,
            List<TrialSnapshot> trials,
            Importances.Question question) {
        var objective = specification.objectives().stream()
                .filter(one -> one.metric().equals(question.metric()))
                .findFirst()
                .orElseThrow();
        var observations = trials.stream()
                .filter(trial -> trial.state() == TrialState.COMPLETE)
                .map(trial -> new Observation(
                        values(specification, trial.params()),
                        objective.direction().toCost(trial.values().getOrDefault(objective.metric(), Double.NaN))))
                .toList();
        var space = specification.space();
        var importance = question.method().equals(FANOVA)
                ? FunctionalAnova.of(
                        space,
                        observations,
                        new SplittableRandom(specification.search().seed()))
                : PedAnova.of(space, observations);
        return new ImportanceView(
                revision,
                objective.metric(),
                question.method(),
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

    private static ParameterValues values(SweepSpecification specification, Map<String, Object> params) {
        return specification.space().complete(params);
    }
}
