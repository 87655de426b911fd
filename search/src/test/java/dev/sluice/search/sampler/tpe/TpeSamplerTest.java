package dev.sluice.search.sampler.tpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.sampler.ConstrainedSearch;
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

class TpeSamplerTest extends SearchingContract {
    @Override
    protected Sampler sampler(SearchSpace space) {
        return TpeSampler.builder(space).build();
    }

    @Override
    protected String algorithm() {
        return "tpe";
    }

    private static Study studyOf(String algorithm, int trials, int workers) {
        var function = BenchmarkFunction.sphere(2);
        var study = new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), algorithm, 1), event -> {});
        StudySimulator.of(study, function).withWorkers(workers).run(trials);
        return study;
    }

    @Test
    void saysWhatItDid() {
        var study = studyOf("tpe", 38, 1);
        assertThat(study.trial(new TrialId(3)).suggestedBy())
                .isEqualTo("tpe: spread over the space, since 3 of 10 startup trials have ended");
        assertThat(study.trial(new TrialId(37)).suggestedBy())
                .isEqualTo("tpe: best of 24 candidates by expected improvement over 37 trials (8 good)");
    }

    @Test
    void saysHowManyTrialsAreUnderWay() {
        assertThat(studyOf("tpe", 30, 4).trial(new TrialId(29)).suggestedBy())
                .isEqualTo("tpe: best of 24 candidates by expected improvement over 26 trials (6 good, 3 under way)");
    }

    @Test
    void keepsToConstraintsOnResults() {
        for (long seed = 0; seed < 4; seed++) {
            var result = ConstrainedSearch.run(this::sampler, 150, seed);
            assertThat(result.allowed()).isGreaterThan(30);
            assertThat(result.best()).isLessThan(2.05);
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(
                        () -> TpeSampler.builder(Spaces.everything()).startup(0).build())
                .hasMessage("startup must be >= 1, was 0");
        assertThatThrownBy(() ->
                        TpeSampler.builder(Spaces.everything()).candidates(0).build())
                .hasMessage("candidates must be >= 1, was 0");
    }
}
