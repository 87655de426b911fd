package dev.sluice.bench.search;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The test of Wilcoxon, and of Mann and Whitney, for two independent samples, exact with ties too, and Holm's correction for many of them. */
final class RankTest {
    private RankTest() {}

    /**
     * The two-sided p-value: the chance, if all orders are equally likely, of a sum of ranks as far from its mean as this one.
     * {@code O(n^3)} for {@code n} values in all.
     */
    static double p(double[] one, double[] other) {
        int total = one.length + other.length;
        long[] ranks = doubledRanks(one, other);
        int most = (int) Arrays.stream(ranks).sum();
        // ways[k][s]: how many choices of k of the values have ranks that add up to s.
        var ways = new double[one.length + 1][most + 1];
        ways[0][0] = 1;
        for (long rank : ranks) {
            for (int k = one.length; k >= 1; k--) {
                for (int s = most; s >= rank; s--) {
                    ways[k][s] += ways[k - 1][s - (int) rank];
                }
            }
        }
        double sum = Arrays.stream(ranks, 0, one.length).sum();
        double mean = (double) one.length * (total + 1);
        double all = 0;
        double asFar = 0;
        for (int s = 0; s <= most; s++) {
            all += ways[one.length][s];
            if (Math.abs(s - mean) >= Math.abs(sum - mean)) {
                asFar += ways[one.length][s];
            }
        }
        return asFar / all;
    }

    /** Twice the rank of each value among all, of equals the mean. */
    private static long[] doubledRanks(double[] one, double[] other) {
        double[] all = IntStream.range(0, one.length + other.length)
                .mapToDouble(i -> i < one.length ? one[i] : other[i - one.length])
                .toArray();
        return Arrays.stream(all)
                .mapToLong(value -> {
                    long below = Arrays.stream(all).filter(x -> x < value).count();
                    long equal = Arrays.stream(all).filter(x -> x == value).count();
                    return 2 * below + equal + 1;
                })
                .toArray();
    }

    /** The p-values as they count where so many are looked at (S. Holm, "A simple sequentially rejective multiple test procedure", 1979). */
    static double[] holm(double[] p) {
        var order = IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Double.compare(p[a], p[b]))
                .mapToInt(i -> i)
                .toArray();
        var corrected = new double[p.length];
        double largest = 0;
        for (int i = 0; i < order.length; i++) {
            largest = Math.max(largest, Math.min(1, p[order[i]] * (p.length - i)));
            corrected[order[i]] = largest;
        }
        return corrected;
    }
}
