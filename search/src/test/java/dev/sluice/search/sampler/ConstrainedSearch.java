package dev.sluice.search.sampler;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A search whose best values are not allowed: the loss falls towards the corner (0, 0, 0), and the results outside a ball around
 * (0.8, 0.8, 0.8) with a radius of 0.3, which has a ninth of the space, break a constraint.
 */
public final class ConstrainedSearch {
    private ConstrainedSearch() {}

    /**
     * What came of it.
     *
     * @param allowed how many of the second half of the trials keep to the constraint
     * @param best the best loss of these of all trials
     */
    public record Result(int allowed, double best) {}

    public static Result run(Function<SearchSpace, Sampler> sampler, int trials, long seed) {
        var space = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("y", FloatDistribution.of(0, 1))
                .add("z", FloatDistribution.of(0, 1))
                .build();
        var goals = new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("away <= 0.3")));
        var spec = new StudySpec(
                space, goals, AlgorithmChoice.of("random"), AlgorithmChoice.of("none"), seed, OptionalInt.empty(), 1);
        var study = new Study(spec, sampler.apply(space), new NopPruner(), event -> {});
        int allowed = 0;
        for (int i = 0; i < trials; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            double loss = 0;
            double squares = 0;
            for (String name : List.of("x", "y", "z")) {
                double value = suggestion.values().get(name).asDouble();
                loss += value;
                squares += (value - 0.8) * (value - 0.8);
            }
            double away = Math.sqrt(squares);
            allowed += i >= trials / 2 && away <= 0.3 ? 1 : 0;
            study.report(suggestion.id(), new Measurement(1, java.util.Map.of("loss", loss, "away", away)));
            study.tell(suggestion.id(), Outcome.Completed.asReported());
        }
        return new Result(
                allowed,
                study.best().map(best -> best.objectiveValue(0).orElseThrow()).orElse(Double.POSITIVE_INFINITY));
    }
}
