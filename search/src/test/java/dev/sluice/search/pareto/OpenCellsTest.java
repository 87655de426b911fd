package dev.sluice.search.pareto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenCellsTest {
    private static final int SIDE = 7;

    private static int cellsWith(OpenCells cells, double[] point) {
        int with = 0;
        for (int cell = 0; cell < cells.size(); cell++) {
            boolean inside = true;
            for (int o = 0; o < point.length; o++) {
                int lower = cells.lower(cell, o);
                inside &= (lower < 0 || cells.level(o, lower) <= point[o])
                        && point[o] < cells.level(o, cells.upper(cell, o));
            }
            with += inside ? 1 : 0;
        }
        return with;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void eachOpenPointIsInOneCellAndNoOtherIsInAny(int objectives) {
        var reference = new double[objectives];
        Arrays.fill(reference, SIDE);
        qt().withExamples(150).forAll(Standings.rows(objectives, 15)).checkAssert(rows -> {
            var cells = OpenCells.of(Standings.array(rows), reference);
            var random = new SplittableRandom(rows.size());
            for (int draw = 0; draw < 100; draw++) {
                // halves as well as whole numbers, and some below all
                var point = random.doubles(objectives)
                        .map(share -> Math.floor(share * (2 * SIDE + 4)) / 2 - 1)
                        .toArray();
                boolean open = Domination.isNoWorse(point, reference)
                        && Arrays.stream(point).allMatch(cost -> cost < SIDE)
                        && rows.stream().noneMatch(row -> Domination.isNoWorse(row, point));
                assertThat(cellsWith(cells, point)).isEqualTo(open ? 1 : 0);
            }
        });
    }

    @Test
    void areFewOfThreeObjectives() {
        var random = new SplittableRandom(1);
        var rows = new double[60][];
        for (int i = 0; i < rows.length; i++) {
            // on a plane, so that none dominates another
            double a = random.nextDouble();
            double b = random.nextDouble() * (1 - a);
            rows[i] = new double[] {a, b, 1 - a - b};
        }
        assertThat(OpenCells.of(rows, new double[] {1, 1, 1}).size()).isEqualTo(2 * 60 + 1);
    }
}
