package dev.sluice.search.sampler.genetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.sampler.ConstrainedSearch;
import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SearchingContract;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.TrialId;
import io.jenetics.util.RandomRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GeneticSamplerTest extends SearchingContract {
    @Override
    protected Sampler sampler(SearchSpace space) {
        return GeneticSampler.builder(space).build();
    }

    @Override
    protected String algorithm() {
        return "genetic";
    }

    @Test
    void saysWhoTheParentsAre() {
        var function = BenchmarkFunction.sphere(2);
        var study = new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "genetic", 1), event -> {});
        StudySimulator.of(study, function).run(30);
        assertThat(study.trial(new TrialId(3)).suggestedBy())
                .isEqualTo("genetic: spread over the space, 3 of 10 startup trials");
        for (int number = 20; number < 30; number++) {
            assertThat(study.trial(new TrialId(number)).suggestedBy())
                    .matches(
                            "genetic: ((blend|exchange) of trials \\d+ and \\d+|mutant of trial \\d+), out of the best \\d+");
        }
    }

    @Test
    void doesNotReadTheRandomnessThatJeneticsKeepsForAll() {
        var function = BenchmarkFunction.mixed();
        var study = new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "genetic", 2), event -> {});
        StudySimulator.of(study, function).run(40);
        var one = RandomRegistry.with(
                new SplittableRandom(1),
                r -> sampler(function.space()).suggest(study.history(), new SplittableRandom(5)));
        var other = RandomRegistry.with(
                new SplittableRandom(2),
                r -> sampler(function.space()).suggest(study.history(), new SplittableRandom(5)));
        assertThat(one).isEqualTo(other);
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void genotypesKeepAPointAsItIs(SearchSpace space) {
        var codec = new GenotypeCodec(space);
        var sampler = RandomSampler.of(space);
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200 && !codec.chromosomes().isEmpty(); i++) {
            var values = sampler.draw(random);
            var coordinates = new double[codec.loci().size()];
            for (var locus : codec.loci()) {
                double coordinate = codec.coordinate(locus, values);
                coordinates[locus.index()] = Double.isNaN(coordinate) ? 0 : coordinate;
            }
            var back = codec.values(codec.genotype(coordinates));
            assertThat(back.asMap().keySet()).isEqualTo(values.asMap().keySet());
            values.asMap().forEach((name, value) -> {
                if (space.parameter(name).distribution().size().isPresent()
                        && space.parameter(name).distribution().size().getAsLong() < 1_000_000) {
                    assertThat(back.get(name)).isEqualTo(value);
                }
            });
        }
    }

    private static Study simulated(BenchmarkFunction function, int trials, List<StudyEvent> journal) {
        var study =
                new Study(StudySpec.of(function.space(), BenchmarkFunction.objective(), "genetic", 6), journal::add);
        StudySimulator.of(study, function).run(trials);
        return study;
    }

    @Test
    void usesTheSameOperatorsWhenTheStudyIsReplayed() {
        var function = BenchmarkFunction.rosenbrock(3);
        var journal = new ArrayList<StudyEvent>();
        var study = simulated(function, 120, journal);
        var again = Study.replay(study.spec(), List.copyOf(journal), event -> {});
        StudySimulator.of(study, function).run(20);
        StudySimulator.of(again, function).run(20);
        assertThat(again.history().all()).isEqualTo(study.history().all());
    }

    @Test
    void keepsBranchesAliveThatAreBehind() {
        var function = BenchmarkFunction.conditional();
        var study = simulated(function, 150, new ArrayList<>());
        var late = study.history().all().subList(75, 150);
        // what the branch of the linear model can come to at best is worse than the best network by far
        assertThat(late.stream().filter(trial -> trial.values().contains("penalty")))
                .hasSizeGreaterThan(4);
    }

    /** Fixed seeds; at random a ninth would be allowed, 8 of 75. */
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
        var builder = GeneticSampler.builder(Spaces.everything());
        assertThatThrownBy(() -> builder.population(1).build()).hasMessage("population must be >= 2, was 1");
        assertThatThrownBy(() -> builder.population(5).crossover(1.5).build())
                .hasMessage("crossover must be in [0, 1], was 1.5");
        assertThatThrownBy(() -> builder.crossover(1).mutation(0).build())
                .hasMessage("mutation must be in (0, 1], was 0.0");
    }
}
