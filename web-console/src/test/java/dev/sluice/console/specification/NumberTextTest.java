package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import dev.sluice.search.space.BooleanValue;
import dev.sluice.search.space.FloatValue;
import dev.sluice.search.space.IntValue;
import dev.sluice.search.space.TextValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {

    @ParameterizedTest
    @CsvSource({
        "0.0001, 0.0001",
        "1e-6, 0.000001",
        "9.99e-7, 9.99e-07",
        "1e-7, 1e-07",
        "1.5e-10, 1.5e-10",
        "1e-300, 1e-300",
        "1, 1.0",
        "-1, -1.0",
        "0, 0.0",
        "-0.0, -0.0",
        "0.1, 0.1",
        "0.30000000000000004, 0.30000000000000004",
        "100, 100.0",
        "1e7, 10000000.0",
        "12345678.9, 12345678.9",
        "1e15, 1000000000000000.0",
        "1.5e15, 1.5e+15",
        "1e16, 1e+16",
        "-2.5e100, -2.5e+100",
        "5e-324, 5e-324",
        "2e-323, 2e-323"
    })
    void printsTheShortestFormThatReadsBackTheSame(double number, String text) {
        assertThat(NumberText.of(number)).isEqualTo(text);
    }

    @Test
    void printsOtherValuesAsTheyAre() {
        assertThat(NumberText.of(new IntValue(1L << 53))).isEqualTo("9007199254740992");
        assertThat(NumberText.of(new BooleanValue(true))).isEqualTo("true");
        assertThat(NumberText.of(new TextValue("a b"))).isEqualTo("a b");
        assertThat(NumberText.of(new FloatValue(1e-4))).isEqualTo("0.0001");
    }

    @Test
    void everyDoubleReadsBackTheSame() {
        qt().withExamples(20_000)
                .forAll(longs().all())
                .as(Double::longBitsToDouble)
                .checkAssert(number ->
                        assertThat(Double.parseDouble(NumberText.of(number))).isEqualTo(number));
    }

    @Test
    void everydayNumbersNeverHaveAnExponent() {
        qt().withExamples(5_000)
                .forAll(longs().between(-999_999_999, 999_999_999))
                .as(digits -> digits / 1e6)
                .checkAssert(number -> assertThat(NumberText.of(number)).matches("-?\\d+\\.\\d+"));
    }
}
