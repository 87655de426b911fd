package dev.sluice.search.pareto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HypervolumeTest {
    private static final int SIDE = 7;

    private static double[] reference(int objectives) {
        var reference = new double[objectives];
        Arrays.fill(reference, SIDE);
        return reference;
    }

    /** Costs are whole numbers: the unit cells below the reference that one of the rows dominates. */
    private static double cells(double[][] rows, int objectives) {
        int cells = 0;
        for (int cell = 0; cell < Math.pow(SIDE, objectives); cell++) {
            int rest = cell;
            var corner = new double[objectives];
            for (int o = 0; o < objectives; o++) {
                corner[o] = rest % SIDE;
                rest /= SIDE;
            }
            cells += Arrays.stream(rows).anyMatch(row -> Domination.isNoWorse(row, corner)) ? 1 : 0;
        }
        return cells;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void isTheNumberOfCellsThatAreDominated(int objectives) {
        qt().withExamples(objectives > 4 ? 30 : 150)
                .forAll(Standings.rows(objectives, 12))
                .checkAssert(rows -> assertThat(Hypervolume.of(Standings.array(rows), reference(objectives)))
                        .isEqualTo(cells(Standings.array(rows), objectives)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void contributionsAreWhatWouldBeLost(int objectives) {
        qt().withExamples(100).forAll(Standings.rows(objectives, 10)).checkAssert(rows -> {
            var contributions = Hypervolume.contributions(Standings.array(rows), reference(objectives));
            for (int i = 0; i < rows.size(); i++) {
                var others = new ArrayList<>(rows);
                others.remove(i);
                assertThat(contributions[i])
                        .isEqualTo(
                                cells(Standings.array(rows), objectives) - cells(Standings.array(others), objectives));
            }
        });
    }

    /** Of points that are no whole numbers; the share of 200,000 draws has a standard error of at most 0.0012. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void agreesWithDrawingAtRandom(int objectives) {
        var random = new SplittableRandom(objectives);
        var rows = new double[40][objectives];
        for (double[] row : rows) {
            Arrays.setAll(row, o -> random.nextDouble());
        }
        int hits = 0;
        for (int draw = 0; draw < 200_000; draw++) {
            var point = random.doubles(objectives).toArray();
            hits += Arrays.stream(rows).anyMatch(row -> Domination.isNoWorse(row, point)) ? 1 : 0;
        }
        var ones = new double[objectives];
        Arrays.fill(ones, 1);
        assertThat(Hypervolume.of(rows, ones)).isCloseTo(hits / 200_000.0, within(0.006));
    }

    @Test
    void passesOverWhatIsNotBelowTheReference() {
        double[][] costs = {{1, 2}, {2, 1}, {Double.NaN, 0}, {3, 0}, {0, Double.POSITIVE_INFINITY}};
        assertThat(Hypervolume.of(costs, new double[] {3, 3})).isEqualTo(3);
        assertThat(Hypervolume.contributions(costs, new double[] {3, 3})).containsExactly(1, 1, 0, 0, 0);
    }

    @Test
    void isInfiniteForACostOfMinusInfinity() {
        double[][] costs = {{1, Double.NEGATIVE_INFINITY}, {0, 0}};
        assertThat(Hypervolume.of(costs, new double[] {3, 3})).isInfinite();
        assertThat(Hypervolume.contributions(costs, new double[] {3, 3})).containsExactly(Double.POSITIVE_INFINITY, 3);
    }

    @Test
    void theReferenceIsATenthBeyondTheWorst() {
        double[][] costs = {{1, 5, 0, Double.NaN}, {11, 5, 0, Double.POSITIVE_INFINITY}};
        assertThat(Hypervolume.reference(costs, 4)).containsExactly(12, 5.5, 1, 1);
        assertThat(Hypervolume.reference(new double[0][], 2)).containsExactly(1, 1);
        assertThat(Hypervolume.reference(new double[][] {{-Double.MAX_VALUE}, {Double.MAX_VALUE}}, 1))
                .containsExactly(Double.MAX_VALUE);
    }

    @Test
    void refusesAReferenceThatIsNone() {
        assertThatThrownBy(() -> Hypervolume.of(new double[][] {{1}}, new double[] {Double.NaN}))
                .hasMessage("reference must be finite numbers, at least one, was [NaN]");
        assertThatThrownBy(() -> Hypervolume.of(new double[][] {{1}}, new double[] {1, 2}))
                .hasMessage("a row of costs must be as long as the reference, 2, was 1");
    }
}
