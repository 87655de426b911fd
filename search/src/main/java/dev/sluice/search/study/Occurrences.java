package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which trials have which values. One thread adds, any number may ask how many there were when the study had so many trials: what is
 * added later does not count.
 */
final class Occurrences {
    private final Map<ParameterValues, Numbers> numbers = new ConcurrentHashMap<>();

    /** Lists that grew from one another share an array: the newest appends in place. Rising. */
    private static final class Numbers {
        private final int[] shared;
        private final int size;

        Numbers(int[] shared, int size) {
            this.shared = shared;
            this.size = size;
        }

        Numbers with(int number) {
            var array = size < shared.length ? shared : Arrays.copyOf(shared, 2 * size);
            array[size] = number;
            return new Numbers(array, size + 1);
        }

        int below(int number) {
            int at = Arrays.binarySearch(shared, 0, size, number);
            return at < 0 ? -at - 1 : at;
        }
    }

    /** The trial's number is above all those before. */
    void add(ParameterValues values, int number) {
        var before = numbers.get(values);
        numbers.put(values, before == null ? new Numbers(new int[] {number}, 1) : before.with(number));
    }

    /** How many of the first so many trials have these values. {@code O(log n)} at most. */
    int count(ParameterValues values, int trials) {
        var found = numbers.get(values);
        return found == null ? 0 : found.below(trials);
    }
}
