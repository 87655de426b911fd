package dev.sluice.search.sampler.genetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SearchingContract;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.TrialId;
import org.junit.jupiter.api.Test;

/** With one objective, where it must be a searcher as any other. */
class Nsga2SamplerTest extends SearchingContract {
    @Override
    protected Sampler sampler(SearchSpace space) {
        return Nsga2Sampler.builder(space).build();
    }

    @Override
    protected String algorithm() {
        return "nsga2";
    }

    @Test
    void saysWhoTheParentsAre() {
        var function = BenchmarkFunction.sphere(2);
        var study = new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "nsga2", 1), event -> {});
        StudySimulator.of(study, function).run(30);
        assertThat(study.trial(new TrialId(3)).suggestedBy()).isEqualTo("nsga2: random, 3 of 15 startup trials");
        for (int number = 20; number < 30; number++) {
            assertThat(study.trial(new TrialId(number)).suggestedBy())
                    .matches(
                            "nsga2: (child of trials \\d+ and \\d+|mutant of trial \\d+), out of \\d+ \\(1 not dominated\\)");
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        var builder = Nsga2Sampler.builder(Spaces.everything());
        assertThatThrownBy(() -> builder.population(1).build()).hasMessage("population must be >= 2, was 1");
        assertThatThrownBy(() -> builder.population(5).startup(1).build()).hasMessage("startup must be >= 2, was 1");
        assertThatThrownBy(() -> builder.startup(5).crossover(1.5).build())
                .hasMessage("crossover must be in [0, 1], was 1.5");
        assertThatThrownBy(() -> builder.crossover(1).mutation(0).build())
                .hasMessage("mutation must be in (0, 1], was 0.0");
    }
}
