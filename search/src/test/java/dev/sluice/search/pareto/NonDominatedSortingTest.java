package dev.sluice.search.pareto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NonDominatedSortingTest {
    /** Front after front, each what nothing left dominates. */
    private static int[] byDefinition(List<Standing> standings) {
        var ranks = new int[standings.size()];
        Arrays.fill(ranks, -1);
        for (int front = 0; Arrays.stream(ranks).anyMatch(rank -> rank < 0); front++) {
            var before = ranks.clone();
            for (int i = 0; i < ranks.length; i++) {
                boolean dominated = false;
                for (int j = 0; j < ranks.length; j++) {
                    dominated |= before[j] < 0 && standings.get(j).dominates(standings.get(i));
                }
                if (before[i] < 0 && !dominated) {
                    ranks[i] = front;
                }
            }
        }
        return ranks;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void ranksAsTheDefinitionHasIt(int objectives) {
        qt().withExamples(300).forAll(Standings.rows(objectives, 40)).checkAssert(rows -> {
            var standings = Standings.partlyBroken(rows);
            assertThat(NonDominatedSorting.ranks(standings)).isEqualTo(byDefinition(standings));
        });
    }

    @Test
    void takesInfiniteCostsForWhatTheyAre() {
        var ranks = NonDominatedSorting.ranks(List.of(
                Standing.of(new double[] {Double.POSITIVE_INFINITY, 0}, 0),
                Standing.of(new double[] {1, 1}, 0),
                Standing.of(new double[] {2, Double.NEGATIVE_INFINITY}, 0),
                Standing.of(new double[] {0, 0}, Double.POSITIVE_INFINITY)));
        assertThat(ranks).containsExactly(1, 0, 0, 2);
    }

    @Test
    void takesTheTwoZerosForOne() {
        var ranks = NonDominatedSorting.ranks(
                List.of(Standing.of(new double[] {-0.0, 1}, 0), Standing.of(new double[] {0.0, 1}, 0)));
        assertThat(ranks).containsExactly(0, 0);
    }

    @Test
    void refusesWhatHasNoPlace() {
        assertThatThrownBy(() -> Standing.of(new double[] {1, Double.NaN}, 0))
                .hasMessage("costs must be numbers, at least one, was [1.0, NaN]");
        assertThatThrownBy(() -> Standing.of(new double[] {1}, Double.NaN))
                .hasMessage("violation must be >= 0, was NaN");
        assertThatThrownBy(() -> NonDominatedSorting.ranks(
                        List.of(Standing.of(new double[] {1}, 0), Standing.of(new double[] {1, 2}, 0))))
                .hasMessage("standings must have as many objectives each, was 1 and 2");
    }

    @Test
    void crowdingIsTheSumOfTheGapsBetweenNeighbours() {
        var front = List.of(
                Standing.of(new double[] {4, 1}, 0),
                Standing.of(new double[] {0, 9}, 0),
                Standing.of(new double[] {1, 5}, 0),
                Standing.of(new double[] {10, 0}, 0));
        assertThat(CrowdingDistance.of(front))
                .containsExactly(
                        9 / 10.0 + 5 / 9.0, Double.POSITIVE_INFINITY, 4 / 10.0 + 8 / 9.0, Double.POSITIVE_INFINITY);
    }

    @Test
    void crowdingCopesWithEqualAndInfiniteCosts() {
        assertThat(CrowdingDistance.of(List.of())).isEmpty();
        var equal = Standing.of(new double[] {1, 1}, 0);
        assertThat(CrowdingDistance.of(List.of(equal, equal, equal))).containsExactly(0, 0, 0);
        var ends = CrowdingDistance.of(List.of(
                Standing.of(new double[] {Double.NEGATIVE_INFINITY, 2}, 0),
                Standing.of(new double[] {1, 1}, 0),
                Standing.of(new double[] {2, 0}, 0)));
        assertThat(ends).containsExactly(Double.POSITIVE_INFINITY, 1, Double.POSITIVE_INFINITY);
    }
}
