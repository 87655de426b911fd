package dev.sluice.search.sampler.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.sampler.RandomSampler;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankingTest {
    private static final Goals GOALS =
            new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("size <= 10")));
    private static final ParameterValues POINT =
            RandomSampler.of(Spaces.constants()).draw(new SplittableRandom(1));

    private static Trial trial(int number, long step, Map<String, Double> values, Outcome outcome) {
        return Trial.queued(new TrialId(number), GOALS, POINT, 1, "test")
                .started(1, -1)
                .reported(new Measurement(step, values))
                .told(outcome);
    }

    private static Trial complete(int number, double loss, double size) {
        return trial(number, 1, Map.of("loss", loss, "size", size), Outcome.Completed.asReported());
    }

    private static List<Integer> order(Ranking ranking) {
        return IntStream.range(0, ranking.size()).mapToObj(ranking::number).toList();
    }

    @Test
    void whatKeepsToTheConstraintsComesFirstThenWhatBreaksThemLess() {
        var ranking = new Ranking();
        var pruned = new Outcome.Pruned("poor");
        List.of(
                        complete(0, 1, 30),
                        complete(1, 1, 12),
                        complete(2, 9, 10),
                        complete(3, 8, 2),
                        trial(4, 5, Map.of("loss", 0.1, "size", 3.0), pruned),
                        trial(5, 7, Map.of("loss", 0.2, "size", 3.0), pruned),
                        trial(6, 7, Map.of("loss", 0.1), pruned),
                        complete(7, 0.5, 12),
                        complete(8, 0, Double.NaN),
                        trial(9, 1, Map.of("loss", 0.0, "size", 1.0), new Outcome.Infeasible("too large")))
                .forEach(trial -> ranking.add(trial, Direction.MINIMIZE));
        assertThat(order(ranking)).containsExactly(3, 2, 5, 4, 7, 1, 0, 8, 6);
        assertThat(ranking.allowed()).isEqualTo(4);
        assertThat(ranking.taken()).isEqualTo(10);
        assertThat(ranking.unranked(0)).isEqualTo(9);
    }

    @Test
    void ranksThousandsAsSortingThemDoes() {
        var ranking = new Ranking();
        var random = new SplittableRandom(2);
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            // many are equal: these rank in the order in which they ended
            trials.add(complete(i, random.nextInt(500), 0));
            var sorted = trials.getLast();
            int before = (int) trials.stream()
                    .limit(i % 50 == 0 ? i : 0)
                    .filter(t -> loss(t) <= loss(sorted))
                    .count();
            int rank = ranking.add(sorted, Direction.MINIMIZE);
            assertThat(i % 50 == 0 ? rank : before).isEqualTo(before);
        }
        assertThat(order(ranking))
                .isEqualTo(trials.stream()
                        .sorted(Comparator.comparingDouble(RankingTest::loss))
                        .map(t -> t.id().number())
                        .toList());
    }

    private static double loss(Trial trial) {
        return trial.objectiveValue(0).orElseThrow();
    }

    @Test
    void leadsWhereItsBestTrialIsBetter() {
        var one = new Ranking();
        var other = new Ranking();
        one.add(complete(0, 5, 0), Direction.MAXIMIZE);
        other.add(complete(1, 7, 0), Direction.MAXIMIZE);
        assertThat(other.leads(one)).isTrue();
        assertThat(one.leads(other)).isFalse();
        assertThat(one.leads(one)).isFalse();
    }
}
