package dev.sluice.search.sampler.gp;

/**
 * Matern's correlation with smoothness 5/2, as a function of the squared distance: Rasmussen and Williams, "Gaussian Processes for Machine
 * Learning" (2006), equation 4.17.
 */
final class Matern52Kernel {
    private Matern52Kernel() {}

    /** {@code (1 + s + s^2 / 3) exp(-s)} with {@code s = sqrt(5 r^2)}. */
    static double correlation(double squaredDistance) {
        double s = Math.sqrt(5 * squaredDistance);
        return (1 + s + s * s / 3) * Math.exp(-s);
    }

    /** Squared distances become covariances {@code amplitude * correlation + offset}, in place. */
    static void apply(double[] squared, int from, int to, double amplitude, double offset) {
        for (int i = from; i < to; i++) {
            double s = Math.sqrt(5 * squared[i]);
            squared[i] = (1 + s + s * s / 3) * amplitude * Math.exp(-s) + offset;
        }
    }

    /** The same, with the derivatives of the covariances by the squared distances. */
    static void apply(double[] squared, double[] slopes, int from, int to, double amplitude, double offset) {
        for (int i = from; i < to; i++) {
            double s = Math.sqrt(5 * squared[i]);
            double decay = amplitude * Math.exp(-s);
            squared[i] = (1 + s + s * s / 3) * decay + offset;
            slopes[i] = -5.0 / 6 * (1 + s) * decay;
        }
    }

    /** Its derivative by the squared distance, {@code -5/6 (1 + s) exp(-s)}: finite at 0 too. */
    static double slope(double squaredDistance) {
        double s = Math.sqrt(5 * squaredDistance);
        return -5.0 / 6 * (1 + s) * Math.exp(-s);
    }
}
