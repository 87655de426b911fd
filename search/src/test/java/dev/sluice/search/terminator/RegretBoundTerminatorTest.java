package dev.sluice.search.terminator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegretBoundTerminatorTest extends TerminatorContract {
    private static final SearchSpace LINE =
            SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build();
    private static final SamplerContext CONTEXT = SamplerContext.of(LINE, Objective.minimize("loss"));

    @Override
    protected Terminator terminator() {
        return RegretBoundTerminator.builder(CONTEXT).regret(0.05).startup(12).build();
    }

    @Override
    protected void bringToItsEnd() {
        for (int i = 0; i < 12; i++) {
            double x = study.ask().orElseThrow().values().get("x").asDouble();
            complete((x - 0.3) * (x - 0.3));
        }
    }

    @Test
    void saysHowMuchIsLeftToGain() {
        bringToItsEnd();
        assertThat(terminator().check(study.history()).orElseThrow().reason())
                .matches("at most \\S+ is left to gain, by what 12 trials showed, and 0.0500 was said not to matter");
        assertThat(RegretBoundTerminator.builder(CONTEXT)
                        .share(0.9)
                        .startup(12)
                        .build()
                        .check(study.history())
                        .orElseThrow()
                        .reason())
                .contains("is 90.0 % of the way from the median of the first trials to the best one");
    }

    @Test
    void goesOnWhereNothingCanBeLearntYet() {
        for (int i = 0; i < 15; i++) {
            complete(i % 2 == 0 ? Double.NaN : 1);
        }
        assertThat(RegretBoundTerminator.builder(CONTEXT).startup(3).build().check(study.history()))
                .isEmpty();
    }

    /**
     * A bowl of two dimensions by a Sobol sequence. The bound holds with a chance of nine in ten at least; that four or more of ten studies stop
     * while there is more to gain than was said not to matter would then happen once in eighty times.
     */
    @Test
    void stopsWhereLittleIsLeftToGain() {
        var function = BenchmarkFunction.sphere(2);
        int stopped = 0;
        int tooEarly = 0;
        for (int seed = 0; seed < 10; seed++) {
            var spec = StudySpec.of(function.space(), BenchmarkFunction.objective(), "sobol", seed);
            var searching = new Study(spec, event -> {});
            var terminator =
                    RegretBoundTerminator.builder(spec.context()).regret(0.8).build();
            for (int trial = 0;
                    trial < 45 && terminator.check(searching.history()).isEmpty();
                    trial++) {
                var next = searching.ask().orElseThrow();
                searching.start(next.id(), 1, -1);
                searching.tell(
                        next.id(), new Outcome.Completed(Map.of(BenchmarkFunction.METRIC, function.at(next.values()))));
            }
            if (searching.history().size() < 45) {
                stopped++;
                double regret = searching.best().orElseThrow().objectiveValue(0).orElseThrow() - function.minimum();
                tooEarly += regret > 0.8 ? 1 : 0;
            }
        }
        assertThat(stopped).isGreaterThan(4);
        assertThat(tooEarly).isLessThan(4);
    }

    @Test
    void isOfOneObjective() {
        var both = SamplerContext.of(LINE, List.of(Objective.minimize("loss"), Objective.maximize("speed")));
        assertThatThrownBy(() -> RegretBoundTerminator.builder(both).build())
                .hasMessage("a bound on the regret is of one objective, was 2");
    }

    @Test
    void checksItsOptions() {
        var builder = RegretBoundTerminator.builder(CONTEXT);
        assertThatThrownBy(() -> builder.regret(0)).hasMessage("regret must be > 0 and finite, was 0.0");
        assertThatThrownBy(() -> builder.share(1)).hasMessage("share must be in (0, 1), was 1.0");
        assertThatThrownBy(() -> builder.startup(2)).hasMessage("startup must be >= 3, was 2");
    }
}
