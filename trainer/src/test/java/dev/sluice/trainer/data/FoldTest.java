package dev.sluice.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldTest {
    private static final int[] CLASSES = IntStream.range(0, 53)
            .map(row -> row % 7 == 0 ? 2 : row % 3 == 0 ? 1 : 0)
            .toArray();

    private static long rows(boolean[] held, int ofClass) {
        return IntStream.range(0, held.length)
                .filter(row -> held[row] && CLASSES[row] == ofClass)
                .count();
    }

    @Test
    void everyRowIsInOneFoldAndFoldsAreAlike() {
        int[] times = new int[CLASSES.length];
        for (int index = 0; index < 5; index++) {
            boolean[] held = new Fold(index, 5, 0).holds(CLASSES, 7);
            for (int row = 0; row < held.length; row++) {
                times[row] += held[row] ? 1 : 0;
            }
            assertThat(Fold.places(held, true)).hasSizeBetween(10, 11);
            assertThat(rows(held, 0)).isBetween(6L, 7L);
            assertThat(rows(held, 1)).isBetween(2L, 4L);
            assertThat(rows(held, 2)).isBetween(1L, 2L);
        }
        assertThat(Arrays.stream(times).distinct().toArray()).containsExactly(1);
    }

    @Test
    void hangsOnSeedAndDrawAlone() {
        boolean[] first = new Fold(1, 4, 0).holds(CLASSES, 7);

        assertThat(new Fold(1, 4, 0).holds(CLASSES, 7)).isEqualTo(first);
        assertThat(new Fold(1, 4, 1).holds(CLASSES, 7)).isNotEqualTo(first);
        assertThat(new Fold(1, 4, 0).holds(CLASSES, 8)).isNotEqualTo(first);
    }

    @Test
    void needsARowForEachFold() {
        assertThatThrownBy(() -> new Fold(0, 54, 0).holds(CLASSES, 0))
                .hasMessage("folds must be at most the 53 rows that are not for testing, was 54");
        assertThatThrownBy(() -> new Fold(2, 2, 0)).hasMessageContaining("fold must be in [0, 2), was 2");
    }
}
