package dev.sluice.trainer.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void readsWhatItWrote() {
        Map<String, Object> tree = Map.of("n", 3L, "x", 1e-300, "t", "ä\"\n", "b", false, "l", List.of(1L, Map.of()));

        assertThat(JsonText.readObject(JsonText.write(tree))).isEqualTo(tree);
    }

    @Test
    void readsBareNaNAndLeavesOutNull() {
        assertThat(JsonText.readObject("{\"a\": NaN, \"b\": null}")).isEqualTo(Map.of("a", Double.NaN));
    }

    @Test
    void writesNumbersThatAreNoneAsTexts() {
        assertThat(JsonText.write(List.of(Double.NaN, Double.POSITIVE_INFINITY)))
                .isEqualTo("[\"NaN\",\"Infinity\"]");
    }

    @Test
    void writesPrimitiveArrays() {
        assertThat(JsonText.write(List.of(new int[] {1, 2}, new float[] {0.5f, 0.1f})))
                .isEqualTo("[[1,2],[0.5,0.1]]");
    }

    @Test
    void refusesWhatFollowsTheObject() {
        assertThatThrownBy(() -> JsonText.readObject("{} {}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesEndlessNesting() {
        assertThatThrownBy(() -> JsonText.readObject("{\"a\":".repeat(5000) + "1" + "}".repeat(5000)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
