package dev.sluice.trainer.data;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/*
 * Which rows are for what is a function of the data set and its options alone, never of a trial's seed: trials that train
 * on different rows could not be compared.
 */
/**
 * Which rows of a data set are for what, by their places.
 *
 * @param train what weights and preparations are fitted to
 * @param validation what epochs are judged by
 * @param test what is looked at once, at the end
 */
@SuppressWarnings("ArrayRecordComponent") // places: never compared
public record Parts(int[] train, int[] validation, int[] test) {
    /**
     * Draws parts so that each class has its share in each: of a class's rows those for validation and for testing, rounded
     * down, the rest for training.
     *
     * @param places the rows to share out
     * @param classes the class of each of them, at the same index; all the same where there are none
     * @param shares together below 1
     */
    static Parts draw(int[] places, int[] classes, Shares shares) {
        double validation = shares.validation();
        double test = shares.test();
        if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
            throw new IllegalArgumentException("validation and test must be shares >= 0 and together below 1, were "
                    + validation + " and " + test);
        }
        int[] order = new int[places.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        SplittableRandom random = new SplittableRandom(shares.seed());
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        int count = Arrays.stream(classes).max().orElse(0) + 1;
        int[] size = new int[count];
        for (int each : classes) {
            size[each]++;
        }
        int[] taken = new int[count];
        int[] kind = new int[places.length]; // 0: test, 1: validation, 2: training
        for (int index : order) {
            int of = classes[index];
            int forTest = (int) (size[of] * test);
            int forValidation = (int) (size[of] * validation);
            int place = taken[of]++;
            kind[index] = place < forTest ? 0 : place < forTest + forValidation ? 1 : 2;
        }
        return new Parts(ofKind(places, kind, 2), ofKind(places, kind, 1), ofKind(places, kind, 0));
    }

    private static int[] ofKind(int[] places, int[] kind, int wanted) {
        return IntStream.range(0, places.length)
                .filter(index -> kind[index] == wanted)
                .map(index -> places[index])
                .toArray();
    }

    /**
     * Training and validation shared out anew.
     *
     * @param classes by place
     * @param seed of the data set's split
     */
    public Parts fold(Fold fold, int[] classes, long seed) {
        int[] pool = IntStream.concat(Arrays.stream(train), Arrays.stream(validation))
                .sorted()
                .toArray();
        boolean[] held =
                fold.holds(Arrays.stream(pool).map(place -> classes[place]).toArray(), seed);
        return new Parts(
                Arrays.stream(Fold.places(held, false)).map(at -> pool[at]).toArray(),
                Arrays.stream(Fold.places(held, true)).map(at -> pool[at]).toArray(),
                test);
    }

    /** Checks that no part is empty. */
    Parts requireRows(String set) {
        requireRows(set, train.length, validation.length, test.length);
        return this;
    }

    /** Checks that no part of so many rows is empty. */
    static void requireRows(String set, int train, int validation, int test) {
        if (train == 0 || validation == 0 || test == 0) {
            throw new IllegalArgumentException("data \"" + set + "\" has too few rows: " + train + " to train on, "
                    + validation + " to validate on and " + test + " to test on, each must have one");
        }
    }
}
