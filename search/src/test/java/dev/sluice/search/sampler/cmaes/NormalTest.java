package dev.sluice.search.sampler.cmaes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NormalTest {
    @Test
    void knowsItsQuantiles() {
        assertThat(Normal.quantile(0.5)).isCloseTo(0, within(1e-12));
        assertThat(Normal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-12));
        assertThat(Normal.quantile(1e-12)).isCloseTo(-7.034483825301131, within(1e-9));
        assertThat(Normal.below(Normal.quantile(0.2))).isCloseTo(0.2, within(1e-14));
    }

    @Test
    void findsTheShareOfWhatIsCutOff() {
        assertThat(Normal.truncated(1, 2, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 0.975))
                .isCloseTo(1 + 2 * 1.959963984540054, within(1e-9));
        assertThat(Normal.truncated(0, 1, -1, 1, 0.5)).isCloseTo(0, within(1e-12));
        // half of what lies above 0 lies below the quantile of 3/4
        assertThat(Normal.truncated(0, 1, 0, Double.POSITIVE_INFINITY, 0.5))
                .isCloseTo(0.6744897501960817, within(1e-12));
    }

    @Test
    void staysInsideWhereTheMeanIsFarAway() {
        for (double share : new double[] {1e-9, 0.3, 1 - 1e-9}) {
            for (double far = 1; far < 50; far++) {
                assertThat(Normal.truncated(0, 1, Double.NEGATIVE_INFINITY, -far, share))
                        .isBetween(-far - 30, -far);
                assertThat(Normal.truncated(0, 1, far, far + 1, share)).isBetween(far, far + 1);
            }
            assertThat(Normal.truncated(0, 1e-3, 0.4, 0.6, share)).isBetween(0.4, 0.6);
            assertThat(Normal.truncated(1, 1e-3, 0.4, 0.6, share)).isBetween(0.4, 0.6);
            assertThat(Normal.truncated(0, 1e-3, 0.4, Double.POSITIVE_INFINITY, share))
                    .isBetween(0.4, 0.41);
            assertThat(Normal.truncated(1, 1e-3, Double.NEGATIVE_INFINITY, 0.4, share))
                    .isBetween(0.39, 0.4);
        }
    }
}
