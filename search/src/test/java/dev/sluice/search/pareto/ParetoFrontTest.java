package dev.sluice.search.pareto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParetoFrontTest {
    private static final Goals GOALS = new Goals(
            List.of(Objective.minimize("loss"), Objective.maximize("accuracy")),
            List.of(OutcomeConstraint.parse("seconds <= 10")));

    private static Trial ended(Goals goals, int number, Outcome outcome) {
        return Trial.queued(new TrialId(number), goals, ParameterValues.empty(), 0, "test")
                .started(1, -1)
                .told(outcome);
    }

    private static Trial complete(int number, double loss, double accuracy, double seconds) {
        return ended(
                GOALS, number, new Outcome.Completed(Map.of("loss", loss, "accuracy", accuracy, "seconds", seconds)));
    }

    @Test
    void keepsWhatIsBetterInOneObjective() {
        var front = new ParetoFront(GOALS);
        assertThat(front.add(complete(0, 1, 0.5, 1))).isTrue();
        assertThat(front.add(complete(1, 2, 0.9, 1))).isTrue();
        assertThat(front.add(complete(2, 2, 0.8, 1))).isFalse();
        assertThat(front.add(complete(3, 0.5, 0.7, 1))).isTrue();
        assertThat(front.trials()).extracting(trial -> trial.id().number()).containsExactly(3, 1);
    }

    @Test
    void keepsEquals() {
        var front = new ParetoFront(GOALS);
        front.add(complete(0, 1, 0.5, 1));
        front.add(complete(1, 1, 0.5, 2));
        assertThat(front.trials()).extracting(trial -> trial.id().number()).containsExactly(0, 1);
    }

    @Test
    void passesOverWhatBreaksConstraintsOrHasNoNumberOrDidNotComplete() {
        var front = new ParetoFront(GOALS);
        assertThat(front.add(complete(0, 0, 1, 11))).isFalse();
        assertThat(front.add(complete(1, Double.NaN, 1, 1))).isFalse();
        assertThat(front.add(ended(GOALS, 2, new Outcome.Completed(Map.of("loss", 0.0, "accuracy", 1.0)))))
                .isFalse();
        assertThat(front.add(ended(GOALS, 3, new Outcome.Pruned("poor")))).isFalse();
        assertThat(front.trials()).isEmpty();
    }

    @Test
    void coversWhatIsBetterThanTheReference() {
        var front = new ParetoFront(GOALS);
        front.add(complete(0, 1, 0.5, 1));
        front.add(complete(1, 2, 0.75, 1));
        assertThat(front.hypervolume(3, 0.25)).isEqualTo(2 * 0.25 + 1 * 0.25);
        assertThatThrownBy(() -> front.hypervolume(1))
                .hasMessage("reference must have 2 values, one an objective, was 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void oneAtATimeComesToTheFirstFrontOfSorting(int objectives) {
        var names = List.of("a", "b", "c").subList(0, objectives);
        var goals = new Goals(names.stream().map(Objective::minimize).toList(), List.of());
        qt().withExamples(200).forAll(Standings.rows(objectives, 30)).checkAssert(rows -> {
            var trials = new ArrayList<Trial>();
            for (int i = 0; i < rows.size(); i++) {
                var row = rows.get(i);
                var values = new java.util.HashMap<String, Double>();
                names.forEach(name -> values.put(name, row[names.indexOf(name)]));
                trials.add(ended(goals, i, new Outcome.Completed(values)));
            }
            Collections.shuffle(trials, new Random(rows.size()));
            var front = new ParetoFront(goals);
            trials.forEach(front::add);
            var ranks = NonDominatedSorting.ranks(
                    rows.stream().map(row -> Standing.of(row, 0)).toList());
            assertThat(front.trials())
                    .containsExactlyInAnyOrderElementsOf(trials.stream()
                            .filter(trial -> ranks[trial.id().number()] == 0)
                            .toList());
            assertThat(List.of(front.costs())).isSortedAccordingTo(Domination::compare);
        });
    }
}
