package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrontedRungTest {
    private static final Goals GOALS = Goals.of(Objective.minimize("a"), Objective.minimize("b"));

    private static Showing showing(int number, double a, double b) {
        var trial = Trial.queued(new TrialId(number), GOALS, ParameterValues.empty(), 1, "test")
                .started(1, -1)
                .reported(new Measurement(1, Map.of("a", a, "b", b)));
        return Showing.at(trial, GOALS, 1).orElseThrow();
    }

    /** The number of the front of each by peeling them off. */
    private static int[] fronts(List<Showing> all) {
        var fronts = new int[all.size()];
        var left = new ArrayList<>(all);
        for (int front = 0; !left.isEmpty(); front++) {
            var best = left.stream()
                    .filter(one -> left.stream().noneMatch(other -> other.dominates(one)))
                    .toList();
            for (Showing one : best) {
                fronts[all.indexOf(one)] = front;
            }
            left.removeAll(best);
        }
        return fronts;
    }

    @Test
    void keepsWholeFrontsAsPeelingThemOffDoes() {
        var random = new SplittableRandom(3);
        var rung = new FrontedRung();
        var all = new ArrayList<Showing>();
        for (int i = 0; i < 120; i++) {
            var one = showing(i, random.nextInt(15), random.nextInt(15));
            all.add(one);
            rung.add(one);
            if (i % 10 == 9) {
                var gone = all.remove(random.nextInt(all.size()));
                rung.remove(gone);
            }
        }
        int[] fronts = fronts(all);
        for (int last = 0; last < 5; last++) {
            int front = last;
            int kept = (int)
                    java.util.Arrays.stream(fronts).filter(f -> f <= front).count();
            for (int i = 0; i < all.size(); i++) {
                assertThat(rung.shortfall(all.get(i), kept, GOALS).isEmpty()).isEqualTo(fronts[i] <= last);
            }
        }
    }

    @Test
    void cutsAFrontByHowWellItIsCovered() {
        var rung = new FrontedRung();
        var front =
                List.of(showing(0, 0, 10), showing(1, 1, 9), showing(2, 1.1, 8.9), showing(3, 5, 5), showing(4, 10, 0));
        front.forEach(rung::add);
        assertThat(front)
                .filteredOn(one -> rung.shortfall(one, 3, GOALS).isEmpty())
                .extracting(Showing::number)
                .containsExactly(0, 3, 4);
        assertThat(rung.shortfall(front.get(1), 3, GOALS))
                .contains("5 trials, in front 1 of which 3 of 5 are kept, others cover it better");
    }

    @Test
    void doesNotDependOnWhoCameFirst() {
        var random = new SplittableRandom(4);
        var all = new ArrayList<Showing>();
        for (int i = 0; i < 60; i++) {
            double a = random.nextDouble();
            all.add(showing(i, a, 1 - a + 0.1 * random.nextDouble()));
        }
        var one = new FrontedRung();
        all.forEach(one::add);
        var other = new FrontedRung();
        all.stream().sorted(Comparator.comparingInt(Showing::number).reversed()).forEach(other::add);
        for (Showing showing : all) {
            assertThat(other.shortfall(showing, 20, GOALS)).isEqualTo(one.shortfall(showing, 20, GOALS));
        }
    }
}
