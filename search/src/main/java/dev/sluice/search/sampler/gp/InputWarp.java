package dev.sluice.search.sampler.gp;

/**
 * Kumaraswamy's distribution function as a warp of [0, 1]: {@code w(x) = 1 - (1 - x^a)^b}. With it a function that changes faster in one
 * part of a range than in another looks even: Snoek et al., "Input Warping for Bayesian Optimization of Non-stationary Functions" (2014),
 * who use the Beta distribution's; Kumaraswamy's is close to it and has a closed form.
 *
 * <p>The ends are kept a millionth away, where derivatives may be infinite.
 */
final class InputWarp {
    private static final double MARGIN = 1e-6;

    private InputWarp() {}

    private static double inside(double x) {
        return MARGIN + (1 - 2 * MARGIN) * x;
    }

    static double value(double x, double a, double b) {
        return 1 - Math.exp(b * Math.log(1 - Math.exp(a * Math.log(inside(x)))));
    }

    /** The derivative by x. */
    static double slope(double x, double a, double b) {
        double inner = inside(x);
        double power = Math.exp(a * Math.log(inner));
        return (1 - 2 * MARGIN) * a * b * power / inner * Math.exp((b - 1) * Math.log(1 - power));
    }

    /**
     * The value, and its derivatives by the logarithms of a and b.
     *
     * @param into value, by log a, by log b
     */
    static void withDerivatives(double x, double a, double b, double[] into) {
        double logX = Math.log(inside(x));
        double power = Math.exp(a * logX);
        double logRest = Math.log(1 - power);
        double rest = Math.exp(b * logRest);
        into[0] = 1 - rest;
        into[1] = b * rest / (1 - power) * power * logX * a;
        into[2] = -rest * logRest * b;
    }
}
