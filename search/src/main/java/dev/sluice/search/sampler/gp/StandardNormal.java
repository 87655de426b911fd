package dev.sluice.search.sampler.gp;

/**
 * The normal distribution's tail, and what acquisition functions need of it, without loss far out. The tail over the density is Hart's
 * rational approximation ("Computer Approximations", 1968, number 5666), good to 1e-14, and beyond seven deviations a continued fraction.
 */
final class StandardNormal {
    private static final double[] ABOVE = {
        220.206867912376,
        221.213596169931,
        112.079291497871,
        33.912866078383,
        6.37396220353165,
        0.700383064443688,
        3.52624965998911e-02
    };
    private static final double[] BELOW = {
        440.413735824752,
        793.826512519948,
        637.333633378831,
        296.564248779674,
        86.7807322029461,
        16.064177579207,
        1.75566716318264,
        8.83883476483184e-02
    };
    private static final double ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
    private static final double LOG_ROOT_TWO_PI = Math.log(ROOT_TWO_PI);
    private static final double FAR = 7.07106781186547;
    private static final double VERY_FAR = 50;

    private StandardNormal() {}

    static double density(double z) {
        return Math.exp(-z * z / 2) / ROOT_TWO_PI;
    }

    /** The tail above t over the density at t, for t >= 0: Mills' ratio. */
    static double mills(double t) {
        if (t < FAR) {
            double above = 0;
            for (int i = ABOVE.length - 1; i >= 0; i--) {
                above = above * t + ABOVE[i];
            }
            double below = 0;
            for (int i = BELOW.length - 1; i >= 0; i--) {
                below = below * t + BELOW[i];
            }
            return ROOT_TWO_PI * above / below;
        }
        double fraction = t + 0.65;
        for (int k = 9; k >= 1; k--) {
            fraction = t + k / fraction;
        }
        return 1 / fraction;
    }

    static double below(double z) {
        return z < 0 ? density(z) * mills(-z) : 1 - density(z) * mills(z);
    }

    /** log of {@link #below}. */
    static double logBelow(double z) {
        return z < 0 ? -z * z / 2 - LOG_ROOT_TWO_PI + Math.log(mills(-z)) : Math.log(below(z));
    }

    /** The derivative of {@link #logBelow}. */
    static double logBelowSlope(double z) {
        return z < 0 ? 1 / mills(-z) : density(z) / below(z);
    }

    /** log of {@code density(z) + z below(z)}, the expected improvement of a standard normal: Ament et al. (2023), equation 9. */
    static double logImprovement(double z) {
        if (z >= 0) {
            return Math.log(density(z) + z * below(z));
        }
        return -z * z / 2 - LOG_ROOT_TWO_PI + Math.log(rest(-z));
    }

    /** The derivative of {@link #logImprovement}. */
    static double logImprovementSlope(double z) {
        if (z >= 0) {
            return below(z) / (density(z) + z * below(z));
        }
        return mills(-z) / rest(-z);
    }

    /** {@code 1 - t mills(t)}, from its series where the difference would cancel. */
    private static double rest(double t) {
        if (t < VERY_FAR) {
            return 1 - t * mills(t);
        }
        double inverse = 1 / (t * t);
        return inverse * (1 - 3 * inverse * (1 - 5 * inverse));
    }

    /** The point below which a share of (0, 1) lies, to about 1e-9: Newton's steps from a logistic guess. */
    static double quantile(double share) {
        if (share > 0.5) {
            return -quantile(1 - share);
        }
        // log below(z) is concave and nearly quadratic, so that Newton's method on it converges from anywhere
        double target = Math.log(share);
        double z = -Math.sqrt(Math.max(0, -2 * target - Math.log(4)));
        for (int i = 0; i < 12; i++) {
            z -= (logBelow(z) - target) / logBelowSlope(z);
        }
        return z;
    }
}
