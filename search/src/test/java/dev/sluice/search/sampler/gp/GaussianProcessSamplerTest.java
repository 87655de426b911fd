package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.SearchingContract;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.study.Suggestion;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GaussianProcessSamplerTest extends SearchingContract {
    private static final Objective LOSS = Objective.minimize("loss");

    @Override
    protected Sampler sampler(SearchSpace space) {
        return GaussianProcessSampler.builder(SamplerContext.of(space, LOSS)).build();
    }

    @Override
    protected Sampler sampler(SearchSpace space, long seed) {
        return GaussianProcessSampler.builder(SamplerContext.of(space, LOSS).withSeed(seed))
                .build();
    }

    @Override
    protected String algorithm() {
        return "gp";
    }

    @Override
    protected int trialsToWarmUp() {
        return 15;
    }

    @Override
    protected int studies() {
        return 8;
    }

    @Override
    protected int trialsOfAStudy() {
        return 40;
    }

    @Override
    protected int asksToTime() {
        return 120;
    }

    private static Study study(SearchSpace space, Goals goals) {
        var none = AlgorithmChoice.of("none");
        var spec = new StudySpec(space, goals, AlgorithmChoice.of("gp"), none, 3, OptionalInt.empty(), 1);
        return new Study(spec, GaussianProcessSampler.builder(spec.context()).build(), new NopPruner(), event -> {});
    }

    private static void complete(Study study, Suggestion suggestion, Map<String, Double> values) {
        study.report(suggestion.id(), new Measurement(1, values));
        study.tell(suggestion.id(), Outcome.Completed.asReported());
    }

    private static Suggestion begin(Study study) {
        var suggestion = study.ask().orElseThrow();
        study.start(suggestion.id(), 1, -1);
        return suggestion;
    }

    private static double best(BenchmarkFunction function, int trials) {
        var study = study(function.space(), Goals.of(LOSS));
        for (int i = 0; i < trials; i++) {
            var suggestion = begin(study);
            complete(study, suggestion, Map.of("loss", function.at(suggestion.values())));
        }
        return study.best().orElseThrow().objectiveValue(0).orElseThrow();
    }

    @Test
    void findsTheMinimaOfKnownFunctions() {
        assertThat(best(BenchmarkFunction.branin(), 30)).isLessThan(0.42);
        assertThat(best(BenchmarkFunction.sphere(4), 40)).isLessThan(0.05);
        assertThat(best(BenchmarkFunction.mixed(), 40)).isLessThan(0.05);
        assertThat(best(BenchmarkFunction.conditional(), 40)).isLessThan(0.02);
    }

    @Test
    void beginsWithTheDefaults() {
        var space = SearchSpace.builder()
                .add(Parameter.of("x", FloatDistribution.of(0, 1)).withDefault(0.25))
                .add("y", IntDistribution.of(0, 10))
                .build();
        var study = study(space, Goals.of(LOSS));
        assertThat(begin(study).values().toPlain()).containsEntry("x", 0.25).containsEntry("y", 5L);
        assertThat(begin(study).values().toPlain()).doesNotContainEntry("x", 0.25);
    }

    @Test
    void keepsTrialsUnderWayApart() {
        var study = study(BenchmarkFunction.branin().space(), Goals.of(LOSS));
        for (int i = 0; i < 7; i++) {
            var suggestion = begin(study);
            complete(
                    study, suggestion, Map.of("loss", BenchmarkFunction.branin().at(suggestion.values())));
        }
        List<Suggestion> underWay = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            underWay.add(begin(study));
        }
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < i; j++) {
                assertThat(distance(underWay.get(i), underWay.get(j))).isGreaterThan(0.003);
            }
        }
    }

    /** In the unit square. */
    private static double distance(Suggestion one, Suggestion other) {
        double x = one.values().get("x0").asDouble() - other.values().get("x0").asDouble();
        double y = one.values().get("x1").asDouble() - other.values().get("x1").asDouble();
        return Math.hypot(x, y) / 15;
    }

    @Test
    void findsTheBestPointThatKeepsAConstraintOnResults() {
        var space = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("y", FloatDistribution.of(0, 1))
                .build();
        var study = study(space, new Goals(List.of(LOSS), List.of(OutcomeConstraint.parse("latency <= 1"))));
        int kept = 0;
        for (int i = 0; i < 40; i++) {
            var suggestion = begin(study);
            double x = suggestion.values().get("x").asDouble();
            double y = suggestion.values().get("y").asDouble();
            // the least sum with x * y * 4 >= 1 is at (0.5, 0.5)
            double latency = 2 - 4 * x * y;
            kept += i >= 20 && latency <= 1 ? 1 : 0;
            complete(study, suggestion, Map.of("loss", x + y, "latency", latency));
        }
        assertThat(study.best().orElseThrow().objectiveValue(0).orElseThrow()).isBetween(0.999, 1.02);
        assertThat(kept).isGreaterThan(5);
    }

    @Test
    void takesBelievedCostsOfTrialsThatWereGivenUp() {
        var space = SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
        var spec = StudySpec.of(space, LOSS, "gp", 1);
        PartialCosts believed = (objective, concluded, pruned) -> {
            List<PartialCosts.Guess> guesses = new ArrayList<>();
            for (int index : pruned) {
                double x = concluded.get(index).values().get("x").asDouble();
                guesses.add(new PartialCosts.Guess((x - 0.3) * (x - 0.3), 0.001));
            }
            return guesses;
        };
        var study = new Study(
                spec,
                GaussianProcessSampler.builder(spec.context())
                        .partialCosts(believed)
                        .build(),
                new NopPruner(),
                event -> {});
        double last = 0;
        for (int i = 0; i < 20; i++) {
            var suggestion = begin(study);
            last = suggestion.values().get("x").asDouble();
            study.report(suggestion.id(), Measurement.of(1, "loss", 5));
            study.tell(suggestion.id(), new Outcome.Pruned("poor"));
        }
        assertThat(last).isBetween(0.2, 0.4);
    }

    @Test
    void saysWhatItDid() {
        var study = study(BenchmarkFunction.branin().space(), Goals.of(LOSS));
        assertThat(begin(study).reason())
                .isEqualTo("gp: a point of a Sobol sequence, since 0 of 6 startup trials have shown a number");
        for (int i = 1; i < 8; i++) {
            complete(study, begin(study), Map.of("loss", (double) i));
        }
        assertThat(begin(study).reason()).isEqualTo("gp: largest expected improvement over 7 trials, 1 under way");
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> GaussianProcessSampler.builder(SamplerContext.of(Spaces.everything(), LOSS))
                        .startup(1)
                        .build())
                .hasMessage("startup must be >= 2, was 1");
    }
}
