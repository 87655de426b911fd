package dev.sluice.trainer.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/*
 * What is shared out is all that is not for testing. Which fold a row belongs to hangs on the rows, the number of folds and
 * the draw alone, never on a trial's seed: trials that are validated on different rows could not be compared.
 */
/**
 * One of the parts of a cross-validation: its rows validate what was fitted to those of all others.
 *
 * @param index which one, in [0, of)
 * @param of how many there are, >= 2
 * @param draw which sharing out, >= 0: another one where all folds are gone through again
 */
public record Fold(int index, int of, int draw) {
    /** Checks the ranges. */
    public Fold {
        if (of < 2) {
            throw new IllegalArgumentException("folds must be >= 2, was " + of);
        }
        if (index < 0 || index >= of) {
            throw new IllegalArgumentException("fold must be in [0, " + of + "), was " + index);
        }
        if (draw < 0) {
            throw new IllegalArgumentException("draw must be >= 0, was " + draw);
        }
    }

    /**
     * Which rows are in this fold. Folds differ by at most one row, and so do the numbers of a class's rows in them.
     *
     * @param classes the class of each row, >= 0; all the same where there are none
     * @param seed decides, with the draw, which rows these are
     * @return by row
     * @throws IllegalArgumentException if there are fewer rows than folds
     */
    public boolean[] holds(int[] classes, long seed) {
        if (classes.length < of) {
            throw new IllegalArgumentException(
                    "folds must be at most the " + classes.length + " rows that are not for testing, was " + of);
        }
        int[] order = IntStream.range(0, classes.length).toArray();
        SplittableRandom random = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (draw + 1L));
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        boolean[] held = new boolean[classes.length];
        int dealt = 0; // like cards, class after class
        for (int each : Arrays.stream(classes).distinct().sorted().toArray()) {
            for (int row : order) {
                if (classes[row] == each) {
                    held[row] = dealt++ % of == index;
                }
            }
        }
        return held;
    }

    /** The rows that a fold holds, or those that it does not, by their places. */
    public static int[] places(boolean[] held, boolean isHeld) {
        return IntStream.range(0, held.length)
                .filter(row -> held[row] == isHeld)
                .toArray();
    }
}
