package dev.sluice.search.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RankedValuesTest {
    private static RankedValues of(Direction direction, double... values) {
        var ranked = new RankedValues(direction);
        for (double value : values) {
            ranked.add(value);
        }
        return ranked;
    }

    @Test
    void putsTheBestFirstAndNaNLast() {
        assertThat(of(Direction.MAXIMIZE, 1, Double.NaN, 3, 2, Double.NEGATIVE_INFINITY))
                .hasToString("[3.0, 2.0, 1.0, -Infinity, NaN]");
        assertThat(of(Direction.MINIMIZE, 1, Double.NaN, 3, -2)).hasToString("[-2.0, 1.0, 3.0, NaN]");
    }

    @Test
    void countsWhatIsStrictlyBetter() {
        var ranked = of(Direction.MAXIMIZE, 1, 2, 2, 3, Double.NaN);
        assertThat(ranked.countBetter(2)).isEqualTo(1);
        assertThat(ranked.countBetter(0)).isEqualTo(4);
        assertThat(ranked.countBetter(Double.NaN)).isEqualTo(4);
    }

    @Test
    void findsTheMedian() {
        assertThat(of(Direction.MAXIMIZE, 1, 5, 3).median()).isEqualTo(3);
        assertThat(of(Direction.MINIMIZE, 1, 5, 3, 4).median()).isEqualTo(3.5);
        assertThat(of(Direction.MINIMIZE).median()).isNaN();
        assertThat(of(Direction.MINIMIZE, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)
                        .median())
                .isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void countsQuantilesFromTheBest() {
        var ranked = of(Direction.MAXIMIZE, 1, 2, 3, 4, 5);
        assertThat(ranked.quantile(0)).isEqualTo(5);
        assertThat(ranked.quantile(0.25)).isEqualTo(4);
        assertThat(ranked.quantile(1)).isEqualTo(1);
    }

    @Test
    void takesOutWhatWasPutIn() {
        var ranked = of(Direction.MAXIMIZE, 1, Double.NaN, 2);
        ranked.remove(Double.NaN);
        ranked.remove(1);
        assertThat(ranked).hasToString("[2.0]");
        assertThatThrownBy(() -> ranked.remove(7)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void staysSortedWhateverComesAndGoes() {
        qt().forAll(
                        lists().of(doubles().between(-5, 5)).ofSizeBetween(0, 60),
                        integers().between(0, 60))
                .checkAssert((values, removed) -> {
                    var ranked = new RankedValues(Direction.MAXIMIZE);
                    values.forEach(ranked::add);
                    int gone = Math.min(removed, values.size());
                    values.subList(0, gone).forEach(ranked::remove);
                    var left = values.subList(gone, values.size()).stream()
                            .sorted((a, b) -> Double.compare(b, a))
                            .toList();
                    assertThat(IntStream.range(0, ranked.size()).mapToObj(ranked::get))
                            .isEqualTo(left);
                });
    }
}
