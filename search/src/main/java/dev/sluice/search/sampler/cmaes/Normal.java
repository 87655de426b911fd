package dev.sluice.search.sampler.cmaes;

import org.hipparchus.special.Erf;

/** The standard normal distribution. */
final class Normal {
    private static final double ROOT2 = Math.sqrt(2);

    private Normal() {}

    /** The chance of a value of at most {@code x}. */
    static double below(double x) {
        return x < -38 ? 0 : 0.5 * Erf.erfc(-x / ROOT2);
    }

    /**
     * The value that is not exceeded with this chance, in (0, 1): Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.2.22,
     * and three steps of Newton's on the logarithm, which keep all digits far out, where the inverse of Hipparchus has none.
     */
    static double quantile(double chance) {
        if (chance > 0.5) {
            return -quantile(1 - chance);
        }
        double t = Math.sqrt(-2 * Math.log(chance));
        double x = (2.30753 + 0.27061 * t) / (1 + (0.99229 + 0.04481 * t) * t) - t;
        for (int step = 0; step < 3; step++) {
            double below = below(x);
            double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            x -= (Math.log(below) - Math.log(chance)) * below / density;
        }
        return x;
    }

    /** Of a normal variable, cut off outside of [from, to], the value below which a share of it lies. */
    static double truncated(double mean, double deviation, double from, double to, double share) {
        double a = (from - mean) / deviation;
        double b = (to - mean) / deviation;
        // reckoned in the tail that is near, where the chances have all their digits
        if (a > 0) {
            return mean - deviation * inner(-b, -a, 1 - share);
        }
        return mean + deviation * inner(a, b, share);
    }

    private static double inner(double a, double b, double share) {
        double low = below(a);
        double high = below(b);
        double chance = low + share * (high - low);
        // where neither tail is near enough to have a chance, the end that is nearer
        if (!(high > low) || chance < Double.MIN_NORMAL || chance >= 1) {
            return Math.clamp(0, Math.max(a, -1e9), Math.min(b, 1e9));
        }
        return Math.clamp(quantile(chance), a, b);
    }
}
