package dev.sluice.search.pruner;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void showFourDigitsWithoutTrailingZeros() {
        assertThat(Figures.of(0.71)).isEqualTo("0.71");
        assertThat(Figures.of(-1234.56)).isEqualTo("-1235");
        assertThat(Figures.of(99999)).isEqualTo("100000");
        assertThat(Figures.of(0)).isEqualTo("0");
        assertThat(Figures.of(1.5e-9)).isEqualTo("1.5E-9");
        assertThat(Figures.of(Double.NaN)).isEqualTo("NaN");
    }

    @Test
    void areRoundedAsTheWholeNumberIs() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            // every other one of few digits, so that some lie where rounding parts them
            double value = i % 2 == 0
                    ? (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-8, 17))
                    : random.nextInt(-100_000, 100_000) / Math.pow(10, random.nextInt(0, 10));
            double shown = Double.parseDouble(Figures.of(value));
            assertThat(shown)
                    .isEqualTo(new BigDecimal(value).round(new MathContext(4)).doubleValue());
        }
    }
}
