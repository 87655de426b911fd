package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations, sizes and misspelt words. */
class TextFormsTest {

    @ParameterizedTest
    @CsvSource({
        "30m, PT30M",
        "1h30m, PT1H30M",
        "5s, PT5S",
        "500ms, PT0.5S",
        "2d, PT48H",
        "1d2h3m4s5ms, PT26H3M4.005S",
        "90m, PT1H30M"
    })
    void readsDurations(String text, Duration duration) {
        assertThat(DurationText.parse(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "m", "1.5h", "30 m", "-5s", "5s1m", "1h1h", "PT5M", "99999999999s", "5M"})
    void refusesOtherDurations(String text) {
        assertThat(DurationText.parse(text)).isEmpty();
    }

    @Test
    void printedDurationsReadBackTheSame() {
        qt().forAll(longs().between(0, 10_000_000_000L))
                .as(Duration::ofMillis)
                .checkAssert(duration -> assertThat(DurationText.parse(DurationText.of(duration)))
                        .contains(duration));
    }

    @ParameterizedTest
    @CsvSource({
        "2GiB, 2147483648",
        "512MiB, 536870912",
        "1.5GB, 1500000000",
        "1 KB, 1000",
        "7B, 7",
        "0.5KiB, 512",
        "1TiB, 1099511627776"
    })
    void readsSizes(String text, long sizeBytes) {
        assertThat(SizeText.parse(text)).hasValue(sizeBytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2", "2G", "2gib", "GiB", "-1GiB", "1e3GiB", "999999999999TiB", "2GiB "})
    void refusesOtherSizes(String text) {
        assertThat(SizeText.parse(text)).isEmpty();
    }

    @Test
    void printedSizesReadBackTheSame() {
        qt().forAll(longs().between(1, 1L << 53))
                .checkAssert(
                        size -> assertThat(SizeText.parse(SizeText.of(size))).hasValue(size));
    }

    @ParameterizedTest
    @CsvSource({
        "wall_time, wallTime",
        "walltime, wallTime",
        "paralel, parallel",
        "tirals, trials",
        "trialtime, trialTime"
    })
    void findsTheWordThatWasMeant(String word, String meant) {
        assertThat(Words.nearest(word, List.of("trials", "parallel", "wallTime", "trialTime"), Map.of()))
                .contains(meant);
    }

    @Test
    void suggestsNothingForAWordLikeNoOther() {
        assertThat(Words.nearest("banana", List.of("trials", "parallel"), Map.of()))
                .isEmpty();
    }

    @Test
    void neverShowsControlCharacters() {
        assertThat(Words.quoted("a\u001b[31mb\u202e")).isEqualTo("'a\\u001b[31mb\\u202e'");
    }
}
