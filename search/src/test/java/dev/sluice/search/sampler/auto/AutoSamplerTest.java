package dev.sluice.search.sampler.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.sampler.Sampler;
import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.SearchingContract;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.simulate.StudySimulator;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AutoSamplerTest extends SearchingContract {
    private static final Objective LOSS = Objective.minimize("loss");
    private static final SearchSpace NUMBERS = BenchmarkFunction.sphere(2).space();

    @Override
    protected Sampler sampler(SearchSpace space) {
        return AutoSampler.of(SamplerContext.of(space, LOSS));
    }

    @Override
    protected Sampler sampler(SearchSpace space, long seed) {
        return AutoSampler.of(SamplerContext.of(space, LOSS).withSeed(seed));
    }

    @Override
    protected String algorithm() {
        return "auto";
    }

    @Override
    protected int trialsToWarmUp() {
        return 12;
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
        return 60;
    }

    private static StudySpec spec(SearchSpace space) {
        return StudySpec.of(space, LOSS, "auto", 5);
    }

    /** What it says of its next trial after so many that ended. The points do not matter, and models are slow: so all were put in the queue. */
    private static String reasonAfter(StudySpec spec, int trials) {
        var study = new Study(spec, event -> {});
        var points = new Study(StudySpec.of(spec.space(), LOSS, "random", 1), event -> {});
        IntStream.range(0, trials).forEach(i -> {
            var point = points.ask().orElseThrow();
            points.start(point.id(), 1, Trial.NO_STEP);
            var id = study.enqueue(point.values());
            study.start(id, 1, Trial.NO_STEP);
            study.report(id, new Measurement(1, Map.of("loss", Math.sin(i), "latency", Math.cos(i))));
            study.tell(id, Outcome.Completed.asReported());
        });
        return study.ask().orElseThrow().reason();
    }

    @Test
    void beginsWithAModel() {
        assertThat(reasonAfter(spec(NUMBERS), 0))
                .isEqualTo("auto: gp, since 0 trials have ended and a model pays up to 300: "
                        + "a point of a Sobol sequence, since 0 of 6 startup trials have shown a number");
        assertThat(reasonAfter(spec(NUMBERS), 9)).startsWith("auto: gp, since 9 trials have ended");
    }

    @Test
    void givesEverySecondTrialToAnotherInTurnLater() {
        assertThat(reasonAfter(spec(NUMBERS), 20)).startsWith("auto: gp, since 20 trials have ended");
        assertThat(reasonAfter(spec(NUMBERS), 19))
                .matches(
                        "auto: genetic, since every second trial, or fourth while the model gets on, is another's: .* of trial.*");
        assertThat(reasonAfter(spec(NUMBERS), 21)).startsWith("auto: cmaes, since every second trial");
        assertThat(reasonAfter(spec(NUMBERS), 23)).startsWith("auto: tpe, since every second trial");
    }

    @Test
    void leavesMoreToTheModelWhileItGetsOn() {
        var study = new Study(StudySpec.of(NUMBERS, BenchmarkFunction.objective(), "auto", 5), event -> {});

        StudySimulator.of(study, BenchmarkFunction.sphere(2)).run(32);

        assertThat(study.history().all().subList(12, 32))
                .filteredOn(trial -> trial.suggestedBy().startsWith("auto: gp,"))
                .hasSize(15);
    }

    @Test
    void leavesTheModelWhereTrialsAreMany() {
        assertThat(reasonAfter(spec(NUMBERS), 300))
                .startsWith("auto: genetic, since 300 trials have ended and a model pays up to 300: ");
        assertThat(reasonAfter(spec(NUMBERS), 301)).startsWith("auto: cmaes, since 301 trials have ended");
        assertThat(reasonAfter(spec(Spaces.everything()), 302)).startsWith("auto: tpe, since 302 trials have ended");
    }

    @Test
    void leavesTheModelSoonerWhereThereWillBeVeryManyTrials() {
        assertThat(reasonAfter(spec(NUMBERS).withTrials(5_000), 150))
                .startsWith("auto: genetic, since 150 trials have ended and a model pays up to 150");
    }

    @Test
    void leavesTheModelSoonerWhereThereAreVeryManyParameters() {
        var space = SearchSpace.builder();
        IntStream.range(0, 90).forEach(i -> space.add("x" + i, FloatDistribution.of(0, 1)));

        assertThat(reasonAfter(spec(space.build()), 100))
                .startsWith("auto: cmaes, since 100 trials have ended and a model pays up to 100 with 90 parameters");
    }

    @Test
    void usesNoModelWhereVeryManyRunAtATime() {
        assertThat(reasonAfter(spec(NUMBERS).withParallel(100), 20)).startsWith("auto: tpe, since 100 run at a time");
    }

    private static StudySpec several(int objectives) {
        var metrics = List.of("loss", "latency", "size", "energy", "price").subList(0, objectives);
        return new StudySpec(
                NUMBERS,
                metrics.stream().map(Objective::minimize).toList(),
                AlgorithmChoice.of("auto"),
                AlgorithmChoice.of("none"),
                1);
    }

    @Test
    void looksForAFrontWithSeveralObjectives() {
        assertThat(reasonAfter(several(2), 30))
                .startsWith(
                        "auto: ehvi, since there are 2 objectives, 30 trials have ended and a model pays up to 300: "
                                + "largest expected");
        assertThat(reasonAfter(several(2), 300))
                .startsWith(
                        "auto: nsga2, since there are 2 objectives, 300 trials have ended and a model pays up to 300: ");
        assertThat(reasonAfter(several(5), 0))
                .startsWith("auto: nsga2, since there are 5 objectives, and a model pays up to 4: ");
    }

    @Test
    void walksThroughAFewPoints() {
        var space = SearchSpace.builder()
                .add("x", IntDistribution.of(1, 5))
                .add("y", CategoricalDistribution.of("a", "b"))
                .build();

        assertThat(reasonAfter(spec(space).withTrials(12), 0))
                .isEqualTo("auto: grid, since all 10 points will be tried within 12 trials: "
                        + "a point of the grid of 10, spread evenly");
        assertThat(reasonAfter(spec(space).withTrials(8), 0)).startsWith("auto: gp, since");
        assertThat(reasonAfter(spec(space), 0)).startsWith("auto: gp, since");
    }

    @Test
    void triesEachPointOfALargerGridOnceInTheModelsOrderAndEnds() {
        var space = SearchSpace.builder()
                .add("x", IntDistribution.of(1, 12))
                .add("y", IntDistribution.of(1, 5))
                .build();
        var function = new BenchmarkFunction(
                "grid",
                space,
                0,
                values -> Math.abs(values.get("x").asDouble() - 9)
                        + Math.abs(values.get("y").asDouble() - 2));
        var study = new Study(
                StudySpec.of(space, BenchmarkFunction.objective(), "auto", 2).withTrials(80), event -> {});

        StudySimulator.of(study, function).withWorkers(4).run(80);

        assertThat(new HashSet<>(
                        study.history().all().stream().map(Trial::values).toList()))
                .hasSize(60)
                .hasSameSizeAs(study.history().all());
        assertThat(study.best().orElseThrow().id().number()).isLessThan(30);
        assertThat(study.ask()).isEmpty();
    }
}
