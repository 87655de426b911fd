package dev.sluice.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackingTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "val_loss",
                "a/b",
                "learning rate",
                "ключ",
                "a.b-c:d",
                "..a/b..",
                "a/..b",
                "_x12",
                "a...",
                "größe"
            })
    void leavesLegalKeysAlone(String key) {
        // MLflow refuses what begins with "..", even where it is a name.
        assertThat(TrackingText.legalKey(key)).isEqualTo(key.startsWith("..") ? "_x002E_.a/b.." : key);
    }

    @ParameterizedTest
    @CsvSource({
        "loss@5, loss_x0040_5",
        "/a, _x002F_a",
        "a//b, a/_x002F_b",
        "a/, a_x002F_",
        ".., _x002E_.",
        "a/../b, a/_x002E_./b",
        "., _x002E_",
        "😀, _xD83D__xDE00_",
        "_x0040_, _x005F_x0040_"
    })
    void escapesWhatTheServerRefuses(String key, String legal) {
        assertThat(TrackingText.legalKey(key)).isEqualTo(legal);
        assertThat(TrackingText.originalKey(legal)).isEqualTo(key);
    }

    @Test
    void everyShortKeyCanBeReadBack() {
        SplittableRandom random = new SplittableRandom(42);
        String alphabet = "_x0049AFa/.@ :-é";
        for (int round = 0; round < 100_000; round++) {
            StringBuilder key = new StringBuilder();
            random.ints(random.nextInt(1, 14), 0, alphabet.length()).forEach(i -> key.append(alphabet.charAt(i)));
            String legal = TrackingText.legalKey(key.toString());

            assertThat(TrackingText.originalKey(legal)).isEqualTo(key.toString());
            assertThat(legal).matches("[\\w./: é-]+").doesNotContain("//").doesNotStartWith("/");
        }
    }

    @Test
    void longKeysStayDifferent() {
        String first = TrackingText.legalKey("k".repeat(400) + "1");
        String second = TrackingText.legalKey("k".repeat(400) + "2");

        assertThat(first).hasSizeLessThanOrEqualTo(TrackingText.MAX_KEY).isNotEqualTo(second);
    }

    @Test
    void cutsLongValuesVisibly() {
        assertThat(TrackingText.param("x".repeat(6000))).hasSize(6000).doesNotContain("cut");
        assertThat(TrackingText.param("x".repeat(6001))).hasSize(6000).endsWith("[cut: 6001 characters]");
        assertThat(TrackingText.tag("😀".repeat(8000))).hasSize(16000);
        assertThat(TrackingText.tag("😀".repeat(8001))).endsWith("[cut: 8001 characters]");
    }
}
