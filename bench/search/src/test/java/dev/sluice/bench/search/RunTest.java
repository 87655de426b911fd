package dev.sluice.bench.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.study.AlgorithmChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final Run.Searcher RANDOM =
            new Run.Searcher("sluice-random", "test", AlgorithmChoice.of("random"), AlgorithmChoice.of("none"));
    private static final Run.Searcher HALVING = new Run.Searcher(
            "sluice-random-asha",
            "test",
            AlgorithmChoice.of("random"),
            new AlgorithmChoice("asha", Map.of("min", 1L, "max", 16L, "reduction", 2L)));

    private final List<Problem> problems = Problems.read(Path.of("tables"));

    RunTest() throws IOException {}

    @Test
    void runsSoManyTrialsToTheirEnd() {
        var rows = Run.of(RANDOM, problem("digits-mlp"), 3, 20, 0, 1);

        assertThat(rows).hasSize(20).allMatch(row -> row.epochs() == 16 && row.value() == row.truth());
    }

    @Test
    void letsTrialsOvertakeOneAnotherWithSeveralWorkers() {
        var one = Run.of(RANDOM, problem("branin"), 3, 40, 0, 1);
        var eight = Run.of(RANDOM, problem("branin"), 3, 40, 0, 8);

        assertThat(eight)
                .extracting(Row::value)
                .isNotEqualTo(one.stream().map(Row::value).toList());
        assertThat(eight)
                .extracting(Row::value)
                .containsExactlyInAnyOrderElementsOf(
                        one.stream().map(Row::value).toList());
    }

    @Test
    void endsOnceSoManyTrainingsWorthOfEpochsAreSpent() {
        var rows = Run.of(HALVING, problem("digits-mlp"), 3, 1_000_000, 5, 1);

        assertThat(rows.stream().mapToInt(Row::epochs).sum()).isBetween(5 * 16 - 16, 5 * 16);
        assertThat(rows).anyMatch(row -> row.epochs() < 16);
    }

    @Test
    void readsBackTheLinesThatItWrites() {
        var rows = Run.of(RANDOM, problem("hartmann6-noisy"), 3, 5, 0, 1);

        assertThat(rows)
                .allSatisfy(row -> assertThat(Row.parse(row.line()).line()).isEqualTo(row.line()));
    }

    @Test
    void followsTheTrialThatReportedTheBestValueAndCountsItsTruth() {
        var problem = problem("hartmann6-noisy");
        var good = new Row("a", "1", problem.name(), 0, 1, 0, 1, -3.0, problem.best(), 0);
        var lucky = new Row("a", "1", problem.name(), 0, 1, 1, 1, -3.1, problem.randomMedian100(), 0);

        var run = Trajectory.of(problem, List.of(good, lucky));

        assertThat(run.regret(2)).isEqualTo(1);
        assertThat(run.afterTrials(1)).hasValue(0);
        assertThat(run.afterTrials(3)).isEmpty();
    }

    private Problem problem(String name) {
        return problems.stream()
                .filter(problem -> problem.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
