package dev.sluice.console.specification;

import static dev.sluice.console.specification.SweepFiles.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.study.AlgorithmChoice;
import dev.sluice.search.study.Study;
import dev.sluice.search.study.StudySpec;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExplanationTest {
    private static final String TWELVE = """
            name: small
            objective: {metric: loss, goal: minimize}
            parameters: {a: {min: 1, max: 4}, b: {values: [x, y, z]}}
            search: {algorithm: %s}
            budget: {trials: %d}
            trial: {external: true}
            """;

    private static Stream<String> algorithms() {
        return Samplers.algorithms().stream().map(AlgorithmSpec::name).filter(name -> !name.equals("ehvi"));
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void saysOfEachAlgorithmWhatItDoesWhenASmallSpaceIsUsedUp(String algorithm) {
        var sweep = valid(TWELVE.formatted(algorithm, 100));
        var study = new Study(
                new StudySpec(
                        sweep.space(),
                        sweep.goals(),
                        AlgorithmChoice.of(algorithm),
                        AlgorithmChoice.of("none"),
                        1,
                        OptionalInt.of(100),
                        1),
                event -> {});
        for (int i = 0; i < 12; i++) {
            var id = study.ask().orElseThrow().id();
            study.start(id, 1, -1);
            study.report(id, Measurement.of(1, "loss", i));
            study.tell(id, Outcome.Completed.asReported());
        }

        assertThat(Explanation.of(sweep).warnings())
                .containsExactly(
                        study.ask().isPresent()
                                ? "The space has 12 points; the budget of 100 trials tries points again."
                                : "The space has 12 points: the sweep ends when they were tried, before its budget of 100 trials is used.");
    }

    @Test
    void warnsOfNoSpaceThatIsLargeEnough() {
        assertThat(Explanation.of(valid(TWELVE.formatted("tpe", 12))).warnings())
                .isEmpty();
        assertThat(Explanation.of(valid(TWELVE.formatted("tpe", 13))).warnings())
                .hasSize(1);
    }

    @Test
    void countsThePointsThatConstraintsLeave() {
        var file = TWELVE.formatted("tpe", 10) + "parameterConstraints: ['a <= 2']\n";
        assertThat(Explanation.of(valid(file)).warnings())
                .containsExactly("The space has 6 points; the budget of 10 trials tries points again.");
    }

    @Test
    void saysWhenTheSweepEnds() {
        var file = TWELVE.formatted("tpe", 10)
                .replace(
                        "{trials: 10}",
                        "{trials: 10, wallTime: 30m, stall: {trials: 4}, regret: 0.001, failedTrials: 2}");
        assertThat(Explanation.of(valid(file)).ends())
                .hasSize(5)
                .contains("It has 10 trials.", "It ends when 4 trials in a row bring nothing better.")
                .anySatisfy(sentence -> assertThat(sentence).startsWith("It ends when at most 0.001 of loss is left"));
    }

    @Test
    void saysWhatItBeginsWith() {
        var file = TWELVE.formatted("tpe", 10);
        assertThat(Explanation.of(valid(file)).warmStart()).isEmpty();
        assertThat(Explanation.of(valid(file + "warmStart: {from: [a, b], trials: 5, points: 1}\n"))
                        .warmStart())
                .hasSize(2)
                .anySatisfy(sentence -> assertThat(sentence).startsWith("It takes over at most 5 trials of a and b"));
    }
}
