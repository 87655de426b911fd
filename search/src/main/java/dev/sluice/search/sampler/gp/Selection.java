package dev.sluice.search.sampler.gp;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which points a process keeps when there are too many: half of them the best, a quarter the newest, and an even sample of the rest. */
final class Selection {
    private Selection() {}

    /** Of the first size points at most so many, in rising order. */
    static int[] of(List<double[]> rows, double[] targets, int size, int most) {
        if (size <= most) {
            return IntStream.range(0, size).toArray();
        }
        boolean[] taken = new boolean[size];
        int[] byTarget = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> targets[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        int count = 0;
        for (int i = 0; i < most / 2; i++) {
            taken[byTarget[i]] = true;
            count++;
        }
        for (int i = size - 1; i >= 0 && count < most * 3 / 4; i--) {
            if (!taken[i]) {
                taken[i] = true;
                count++;
            }
        }
        int[] rest = Arrays.stream(byTarget).filter(i -> !taken[i]).toArray();
        int wanted = most - count;
        for (int i = 0; i < wanted; i++) {
            taken[rest[(int) ((i + 0.5) * rest.length / wanted)]] = true;
        }
        return IntStream.range(0, size).filter(i -> taken[i]).toArray();
    }
}
