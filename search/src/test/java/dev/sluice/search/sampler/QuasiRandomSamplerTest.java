package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.simulate.BenchmarkFunction;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuasiRandomSamplerTest extends SamplerContract {
    @Override
    protected Sampler sampler(SearchSpace space) {
        return QuasiRandomSampler.of(space, 1);
    }

    private static Study study(SearchSpace space, long seed) {
        return new Study(
                StudySpec.of(space, Objective.minimize("loss"), "random", 0),
                QuasiRandomSampler.of(space, seed),
                new NopPruner(),
                event -> {});
    }

    private static List<ParameterValues> ask(Study study, int trials) {
        var asked = new ArrayList<ParameterValues>();
        for (int i = 0; i < trials; i++) {
            var suggestion = study.ask().orElseThrow();
            study.start(suggestion.id(), 1, -1);
            asked.add(suggestion.values());
        }
        return asked;
    }

    @Test
    void givesEachValueItsDue() {
        var space = SearchSpace.builder()
                .add("choice", CategoricalDistribution.of("a", "b", "c", "d"))
                .add("count", IntDistribution.of(0, 7))
                .add("rate", FloatDistribution.log(1e-4, 1))
                .build();
        var cells = new HashMap<String, Integer>();
        for (ParameterValues values : ask(study(space, 5), 64)) {
            cells.merge("choice " + values.get("choice"), 1, Integer::sum);
            cells.merge("count " + values.get("count"), 1, Integer::sum);
            cells.merge("decade " + Math.floor(Math.log10(values.get("rate").asDouble())), 1, Integer::sum);
        }
        assertThat(cells).hasSize(16);
        assertThat(cells).allSatisfy((cell, count) -> assertThat(count).isEqualTo(cell.startsWith("count") ? 8 : 16));
    }

    @Test
    void keepsTheOtherCoordinatesEvenWhereSomeAreNotActive() {
        var space = SearchSpace.builder()
                .add("kind", CategoricalDistribution.of("a", "b"))
                .add(Parameter.of("x", FloatDistribution.of(0, 1)).when(Condition.oneOf("kind", "a")))
                .add("y", FloatDistribution.of(0, 1))
                .build();
        var asked = ask(study(space, 2), 64);
        assertThat(asked.stream()
                        .map(values -> (int) (64 * values.get("y").asDouble()))
                        .distinct())
                .hasSize(64);
        assertThat(asked.stream().filter(values -> values.contains("x"))).hasSize(32);
    }

    @Test
    void goesOnWhereItWasAfterAPointFromTheQueue() {
        var space = BenchmarkFunction.branin().space();
        var plain = ask(study(space, 3), 8);
        var study = study(space, 3);
        var mixed = ask(study, 4);
        var queued = space.complete(Map.of("x0", 1, "x1", 2));
        study.enqueue(queued);
        mixed.addAll(ask(study, 5));
        mixed.remove(queued);
        assertThat(mixed).isEqualTo(plain);
    }

    @Test
    void passesOverPointsThatBreakConstraintsAndNoOthers() {
        var free = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("y", FloatDistribution.of(0, 1))
                .build();
        var bound = SearchSpace.builder()
                .add("x", FloatDistribution.of(0, 1))
                .add("y", FloatDistribution.of(0, 1))
                .constraint("x + y < 0.8")
                .build();
        var kept = ask(study(free, 4), 100).stream()
                .filter(point -> bound.violations(point).isEmpty())
                .toList();
        assertThat(ask(study(bound, 4), kept.size())).isEqualTo(kept);
    }

    @Test
    void differsFromSeedToSeed() {
        var space = BenchmarkFunction.branin().space();
        assertThat(ask(study(space, 1), 4)).doesNotContainAnyElementsOf(ask(study(space, 2), 4));
    }

    @Test
    void isMadeByNameWithTheStudysSeed() {
        var space = BenchmarkFunction.branin().space();
        var study = new Study(StudySpec.of(space, Objective.minimize("loss"), "sobol", 6), event -> {});
        assertThat(ask(study, 4)).isEqualTo(ask(study(space, 6), 4));
        assertThat(Samplers.algorithms()).anyMatch(algorithm -> algorithm.name().equals("sobol"));
    }

    @Test
    void saysWhichPointItIsAndWhenAllWereTried() {
        var study = study(Spaces.constants(), 1);
        assertThat(study.ask().orElseThrow().reason()).isEqualTo("point 0 of a scrambled Sobol sequence");
        study.start(study.ask().orElseThrow().id(), 1, -1);
        assertThat(study.ask().orElseThrow().reason()).contains("all points of the space were tried");
    }
}
