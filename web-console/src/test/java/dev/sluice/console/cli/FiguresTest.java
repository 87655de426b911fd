package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0.9722222, 0.9722",
        "0.1, 0.1",
        "1, 1.0",
        "0, 0.0",
        "-2.5, -2.5",
        "12345.678, 12350",
        "0.0001, 0.0001",
        "0.00001234567, 1.235e-05",
        "1e-7, 1e-07",
        "12345678, 1.235e+07",
        "NaN, NaN",
        "-Infinity, -Infinity",
        "123.4, 123.4",
        "1000, 1000"
    })
    void floatsHaveFourSignificantDigits(double value, String shown) {
        assertThat(Figures.of(value)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min 00 s", "3599, 59 min 59 s", "3600, 1 h 00 min", "-5, 0 s"})
    void durationsReadWell(long seconds, String shown) {
        assertThat(Figures.of(Duration.ofSeconds(seconds))).isEqualTo(shown);
    }
}
