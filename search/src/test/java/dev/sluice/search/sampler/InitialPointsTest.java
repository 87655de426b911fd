package dev.sluice.search.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.SearchSpace;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Objective;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InitialPointsTest {
    private static SearchSpace space(String... constraints) {
        var space = SearchSpace.builder()
                .add(Parameter.of("rate", FloatDistribution.log(1e-4, 1)).withDefault(0.003))
                .add("layers", IntDistribution.of(1, 9));
        for (String constraint : constraints) {
            space.constraint(constraint);
        }
        return space.build();
    }

    private static Study study(SearchSpace space, OptionalLong seed) {
        var points = InitialPoints.of(space, seed);
        Sampler sampler = (history, random) -> Optional.of(points.next(history, random));
        return new Study(
                StudySpec.of(space, Objective.minimize("loss"), "random", 3),
                sampler,
                new dev.sluice.search.pruner.NopPruner(),
                event -> {});
    }

    private static Suggested next(Study study) {
        var suggestion = study.ask().orElseThrow();
        study.start(suggestion.id(), 1, -1);
        return new Suggested(suggestion.values(), suggestion.reason());
    }

    @Test
    void beginsWithTheDefaultsAndTheMiddleOfWhatHasNone() {
        var study = study(space(), OptionalLong.of(1));
        var first = next(study);
        assertThat(first.reason()).isEqualTo("the declared defaults");
        assertThat(first.values().toPlain()).isEqualTo(Map.of("rate", 0.003, "layers", 5L));
        assertThat(next(study).reason()).isEqualTo("spread over the space");
    }

    @Test
    void doesNotTryTheDefaultsAgainWhereSomebodyQueuedThem() {
        var study = study(space(), OptionalLong.empty());
        study.enqueue(space().complete(Map.of()));
        study.start(study.ask().orElseThrow().id(), 1, -1);
        assertThat(next(study).reason()).isEqualTo("random");
    }

    @Test
    void passesOverDefaultsThatAreNotAllowedTogether() {
        assertThat(next(study(space("layers < 5"), OptionalLong.empty())).reason())
                .isEqualTo("random");
    }

    @Test
    void spreadsPointsOverEachParameter() {
        var study =
                study(SearchSpace.builder().add("x", FloatDistribution.of(0, 1)).build(), OptionalLong.of(7));
        // of eight points of a Sobol sequence one lies in each eighth
        assertThat(IntStream.range(0, 8)
                        .map(i -> (int) (8 * next(study).values().get("x").asDouble()))
                        .distinct())
                .hasSize(8);
    }
}
