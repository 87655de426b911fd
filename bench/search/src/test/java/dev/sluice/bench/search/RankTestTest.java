package dev.sluice.bench.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankTestTest {
    @Test
    void countsTheOrdersThatAreAsExtreme() {
        // Of the 20 ways to choose 3 of 6 ranks, 1+2+3 and 4+5+6 are as far off.
        assertThat(RankTest.p(new double[] {1, 2, 3}, new double[] {4, 5, 6})).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void findsNoDifferenceBetweenEqualValues() {
        assertThat(RankTest.p(new double[] {1, 1, 1}, new double[] {1, 1})).isEqualTo(1);
    }

    @Test
    void correctsTheSmallestOfManyMost() {
        assertThat(RankTest.holm(new double[] {0.04, 0.01, 0.03})).containsExactly(0.06, 0.03, 0.06);
    }
}
