package dev.sluice.search.sampler.gp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.sampler.MultiObjectiveSamplerContract;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.TrialId;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HypervolumeSamplerTest extends MultiObjectiveSamplerContract {
    private static SamplerContext context(SearchSpace space, Goals goals) {
        return new SamplerContext(space, goals, 1, OptionalInt.empty(), 1, OptionalLong.empty());
    }

    /** With one seed all studies would begin with the same points of the Sobol sequence, and would not count as so many. */
    @Override
    protected Sampler sampler(SearchSpace space, Goals goals, long seed) {
        return HypervolumeSampler.builder(context(space, goals).withSeed(seed)).build();
    }

    @Override
    protected Sampler sampler(SearchSpace space, Goals goals) {
        return HypervolumeSampler.builder(context(space, goals)).build();
    }

    @Override
    protected String algorithm() {
        return "ehvi";
    }

    // an ask takes milliseconds, and few tell it from random search

    @Override
    protected int trialsToWarmUp() {
        return 14;
    }

    @Override
    protected int studies() {
        return 8;
    }

    @Override
    protected int trials() {
        return 22;
    }

    /** The best of 30 random points is 3.2 on average, and one study in a thousand gets below 0.05. */
    @Test
    void searchesForOneObjectiveAsWell() {
        var function = BenchmarkFunction.sphere(2);
        var goals = Goals.of(BenchmarkFunction.objective());
        var spec = StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", 1);
        var study = new Study(spec, sampler(function.space(), goals), new NopPruner(), event -> {});
        assertThat(StudySimulator.of(study, function).run(30).best()).isLessThan(0.02);
        assertThat(study.trial(new TrialId(4)).suggestedBy())
                .isEqualTo("ehvi: a point of a Sobol sequence, since 4 of 10 startup trials have shown numbers");
        assertThat(study.trial(new TrialId(29)).suggestedBy())
                .isEqualTo("ehvi: largest expected hypervolume improvement over 29 trials (1 not dominated)");
    }

    @Test
    void saysHowManyTrialsAreUnderWay() {
        var function = BenchmarkFunction.sphere(2);
        var goals = Goals.of(BenchmarkFunction.objective());
        var spec = StudySpec.of(function.space(), BenchmarkFunction.objective(), "random", 1);
        var study = new Study(spec, sampler(function.space(), goals), new NopPruner(), event -> {});
        StudySimulator.of(study, function).withWorkers(4).run(20);
        assertThat(study.trial(new TrialId(19)).suggestedBy())
                .isEqualTo(
                        "ehvi: largest expected hypervolume improvement over 16 trials (1 not dominated, 3 under way)");
    }

    @Test
    void refusesWhatMakesNoSense() {
        var function = BenchmarkFunction.sphere(2);
        var builder = HypervolumeSampler.builder(context(function.space(), Goals.of(BenchmarkFunction.objective())));
        assertThatThrownBy(() -> builder.startup(1).build()).hasMessage("startup must be >= 2, was 1");
    }
}
