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

    /** Mostly one alone. Lists that grew from one another share an array: the newest appends in place. Rising. */
    private static final class Numbers {
        private static final int[] NONE = {};

        private final int first;
        private final int[] shared;
        private final int more;

        Numbers(int first, int[] shared, int more) {
            this.first = first;
            this.shared = shared;
            this.more = more;
        }

        Numbers with(int number) {
            var array = more < shared.length ? shared : Arrays.copyOf(shared, 2 * more + 1);
            array[more] = number;
            return new Numbers(first, array, more + 1);
        }

        int below(int number) {
            if (number <= first) {
                return 0;
            }
            int at = Arrays.binarySearch(shared, 0, more, number);
            return 1 + (at < 0 ? -at - 1 : at);
        }
    }

    /** The trial's number is above all those before. */
    void add(ParameterValues values, int number) {
        var before = numbers.get(values);
        numbers.put(values, before == null ? new Numbers(number, Numbers.NONE, 0) : before.with(number));
    }

    /** How many of the first so many trials have these values. {@code O(log n)} at most. */
    int count(ParameterValues values, int trials) {
        var found = numbers.get(values);
        return found == null ? 0 : found.below(trials);
    }
}
