package dev.sluice.bench.tracking;

import java.util.Arrays;
import java.util.Locale;

/** One line of the results: {@code part,who,condition,quantity,value}. */
final class Figure {
    private Figure() {}

    static void print(String part, String who, String condition, String quantity, double value) {
        System.out.printf(Locale.ROOT, "%s,%s,%s,%s,%.3f%n", part, who, condition, quantity, value);
    }

    /** How long calls took, in microseconds: their number, median, 99th percentile and longest. */
    static void printTimes(String part, String who, String condition, long[] nanos, int count) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        print(part, who, condition, "calls", count);
        print(part, who, condition, "p50_us", sorted[count / 2] / 1e3);
        print(part, who, condition, "p99_us", sorted[(int) Math.min(count - 1L, (long) Math.ceil(count * 0.99))] / 1e3);
        print(part, who, condition, "max_us", sorted[count - 1] / 1e3);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
