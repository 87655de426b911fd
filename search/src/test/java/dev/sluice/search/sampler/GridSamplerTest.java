package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.pruner.NopPruner;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GridSamplerTest extends SamplerContract {
    private static final SearchSpace TWO = SearchSpace.builder()
            .add("a", IntDistribution.of(1, 2))
            .add("b", CategoricalDistribution.of("x", "y", "z"))
            .build();

    @Override
    protected Sampler sampler(SearchSpace space) {
        return GridSampler.builder(space).build();
    }

    @Override
    protected Stream<SearchSpace> spaces() {
        return Stream.of(
                Spaces.countable(),
                SearchSpace.builder()
                        .add("width", IntDistribution.log(1, 100_000))
                        .build());
    }

    @Override
    protected SearchSpace richest() {
        return Spaces.countable();
    }

    @Override
    protected SearchSpace impossible() {
        return SearchSpace.builder()
                .add("a", FloatDistribution.stepped(0, 1, 0.1))
                .add("b", FloatDistribution.stepped(0, 1, 0.1))
                .constraint("a + b > 2")
                .build();
    }

    private static Study study(SearchSpace space, GridSampler.Order order) {
        return new Study(
                StudySpec.of(space, Objective.minimize("loss"), "random", 0),
                GridSampler.builder(space).order(order).build(),
                new NopPruner(),
                event -> {});
    }

    private static List<ParameterValues> askAll(Study study) {
        var asked = new ArrayList<ParameterValues>();
        while (true) {
            var suggestion = study.ask();
            if (suggestion.isEmpty()) {
                return asked;
            }
            study.start(suggestion.get().id(), 1, -1);
            asked.add(suggestion.get().values());
        }
    }

    @Test
    void goesThroughThePointsAsTheyAreDeclaredAndEnds() {
        assertThat(askAll(study(TWO, GridSampler.Order.DECLARED)).stream()
                        .map(values ->
                                values.get("a").plain() + "" + values.get("b").plain()))
                .containsExactly("1x", "1y", "1z", "2x", "2y", "2z");
    }

    @Test
    void triesAllPointsOfASpaceWithBranchesAndConstraintsOnce() {
        for (SearchSpace space : List.of(Spaces.countable(), Spaces.twelvePoints(), Spaces.constants())) {
            var points = space.points(1_000_000).orElseThrow();
            assertThat(askAll(study(space, GridSampler.Order.DECLARED))).isEqualTo(points);
            var spread = askAll(study(space, GridSampler.Order.SPREAD));
            assertThat(spread).hasSameSizeAs(points);
            assertThat(new HashSet<>(spread)).isEqualTo(new HashSet<>(points));
        }
    }

    @Test
    void hasTriedABitOfEverythingWhereItIsBrokenOff() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(0, 7))
                .add("b", IntDistribution.log(1, 8))
                .add("c", CategoricalDistribution.of(0, 1, 2, 3))
                .build();
        var first = askAll(study(space, GridSampler.Order.SPREAD)).subList(0, 32);
        assertThat(first.stream().collect(Collectors.groupingBy(v -> v.get("a"), Collectors.counting())))
                .hasSize(8)
                .allSatisfy((value, count) -> assertThat(count).isBetween(3L, 5L));
        assertThat(first.stream().collect(Collectors.groupingBy(v -> v.get("b"), Collectors.counting())))
                .hasSize(8)
                .allSatisfy((value, count) -> assertThat(count).isBetween(3L, 5L));
        assertThat(first.stream().map(v -> v.get("a") + "," + v.get("c")).distinct())
                .hasSizeGreaterThan(24);
    }

    @Test
    void passesOverWhatWasQueued() {
        var study = study(TWO, GridSampler.Order.DECLARED);
        study.enqueue(TWO.complete(Map.of("a", 1, "b", "z")));
        study.enqueue(TWO.complete(Map.of("a", 1, "b", "z")));
        assertThat(askAll(study)).hasSize(7).containsOnlyOnce(TWO.complete(Map.of("a", 2, "b", "z")));
    }

    @Test
    void goesOnAfterItHasEndedWhereTheStudyDoesNot() {
        var study = study(TWO, GridSampler.Order.SPREAD);
        assertThat(askAll(study)).hasSize(6);
        assertThat(study.ask()).isEmpty();
        study.enqueue(TWO.complete(Map.of("a", 1, "b", "z")));
        assertThat(askAll(study)).hasSize(1);
    }

    @Test
    void saysWhichParametersHaveNoEnd() {
        var space = SearchSpace.builder()
                .add("rate", FloatDistribution.log(1e-5, 1))
                .add("layers", IntDistribution.of(1, 4))
                .build();
        assertThatThrownBy(() -> GridSampler.builder(space).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a grid needs parameters with finitely many values; give a step, or a list of values, to rate,"
                                + " which is a float in [1.0E-5, 1.0]");
    }

    @Test
    void saysWhereAGridIsTooLarge() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(1, 2000))
                .add("b", IntDistribution.of(1, 1000))
                .build();
        assertThatThrownBy(() -> GridSampler.builder(space).build())
                .hasMessage("a grid may have 1000000 points, but this one has 2000000: a has 2000, b has 1000");
    }

    @Test
    void isMadeByNameWithItsOrder() {
        var study = new Study(StudySpec.of(TWO, Objective.minimize("loss"), "grid", 6), event -> {});
        assertThat(askAll(study)).hasSize(6);
        var context = SamplerContext.of(TWO, Objective.minimize("loss"));
        assertThat(Samplers.of("grid", Map.of("order", "declared"), context)).isInstanceOf(GridSampler.class);
        assertThatThrownBy(() -> Samplers.of("grid", Map.of("order", "random"), context))
                .isInstanceOf(OptionException.class)
                .hasMessage("order must be one of spread, declared, was \"random\"");
    }
}
