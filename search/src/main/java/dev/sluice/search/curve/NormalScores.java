package dev.sluice.search.curve;

import java.util.Arrays;

/**
 * Costs laid on the scale of a standard normal distribution by their ranks among a sample, so that neither the unit of a cost nor a few
 * huge ones matter. Immutable and thread-safe.
 */
final class NormalScores {
    private final double[] costs;
    private final double[] scores;

    private NormalScores(double[] costs, double[] scores) {
        this.costs = costs;
        this.scores = scores;
    }

    /**
     * @param sample finite costs, in any order, at least one; equals share the middle of their ranks
     */
    static NormalScores of(double[] sample) {
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        var costs = new double[sorted.length];
        var scores = new double[sorted.length];
        int distinct = 0;
        int begin = 0;
        while (begin < sorted.length) {
            int end = begin;
            while (end < sorted.length && sorted[end] == sorted[begin]) {
                end++;
            }
            costs[distinct] = sorted[begin];
            scores[distinct] = quantile((begin + end) / (2.0 * sorted.length));
            distinct++;
            begin = end;
        }
        return new NormalScores(Arrays.copyOf(costs, distinct), Arrays.copyOf(scores, distinct));
    }

    /** The score of a cost, linear between those of the sample and constant beyond. */
    double score(double cost) {
        return interpolate(costs, scores, cost);
    }

    /** The cost of a score: the inverse. */
    double cost(double score) {
        return interpolate(scores, costs, score);
    }

    private static double interpolate(double[] from, double[] to, double at) {
        int found = Arrays.binarySearch(from, at);
        if (found >= 0) {
            return to[found];
        }
        int above = -found - 1;
        if (above == 0) {
            return to[0];
        }
        if (above == from.length) {
            return to[above - 1];
        }
        double share = (at - from[above - 1]) / (from[above] - from[above - 1]);
        return to[above - 1] + share * (to[above] - to[above - 1]);
    }

    /**
     * The share of the standard normal distribution that lies below, by the approximation of Abramowitz and Stegun, 26.2.17, within
     * 7.5e-8.
     */
    static double below(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double polynomial =
                t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        double tail = polynomial * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        return x < 0 ? tail : 1 - tail;
    }

    /**
     * The quantile of the standard normal distribution, by the approximation of Abramowitz and Stegun, "Handbook of Mathematical
     * Functions" (1964), 26.2.23, within 4.5e-4.
     *
     * @param share in (0, 1)
     */
    private static double quantile(double share) {
        double tail = Math.min(share, 1 - share);
        double t = Math.sqrt(-2 * Math.log(tail));
        double x =
                t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
        return share < 0.5 ? -x : x;
    }
}
