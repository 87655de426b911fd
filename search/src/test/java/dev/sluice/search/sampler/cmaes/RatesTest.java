package dev.sluice.search.sampler.cmaes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Against the figures of the Python library cmaes 0.13.1 for ten dimensions, which lacks a quarter that the tutorial has since 2023. */
class RatesTest {
    private static final Rates TEN = Rates.of(10, 10, false);

    @Test
    void areThoseOfTheTutorial() {
        assertThat(Rates.lambda(10)).isEqualTo(10);
        assertThat(TEN.effective()).isCloseTo(3.1672992814107026, within(1e-12));
        assertThat(TEN.sigmaPath()).isCloseTo(0.2844285879463675, within(1e-12));
        assertThat(TEN.damping()).isCloseTo(1.2844285879463675, within(1e-12));
        assertThat(TEN.path()).isCloseTo(0.29499038303562225, within(1e-12));
        assertThat(TEN.rankOne()).isCloseTo(0.015283824524751714, within(1e-12));
        assertThat(TEN.rankMu()).isCloseTo(0.02015428276120838 + 0.5 / (144 + 3.1672992814107026), within(1e-12));
        assertThat(TEN.expectedLength()).isCloseTo(3.0847265651690123, within(1e-12));
    }

    @Test
    void weighTheBetterHalfWithOneAndTheOthersAgainstIt() {
        assertThat(Arrays.stream(TEN.weights()).limit(5).sum()).isCloseTo(1, within(1e-12));
        assertThat(TEN.weights()[0]).isCloseTo(0.45627264690340597, within(1e-12));
        assertThat(-Arrays.stream(TEN.weights()).skip(5).sum())
                .isCloseTo(1 + TEN.rankOne() / TEN.rankMu(), within(1e-12));
        for (int i = 1; i < 10; i++) {
            assertThat(TEN.weights()[i]).isLessThan(TEN.weights()[i - 1]);
        }
    }

    @Test
    void learnADiagonalFaster() {
        var diagonal = Rates.of(10, 10, true);
        assertThat(diagonal.rankOne()).isCloseTo(4 * TEN.rankOne(), within(1e-12));
        assertThat(diagonal.rankMu()).isCloseTo(4 * TEN.rankMu(), within(1e-12));
        assertThat(diagonal.sigmaPath()).isEqualTo(TEN.sigmaPath());
    }
}
