package dev.sluice.search.sampler.gp;

/** Numbers that were chosen by trying, on functions kept for that: means and deviations of the priors, of logarithms. */
final class Tuning {
    private Tuning() {}

    static final double LENGTH_CENTRE = -1.0;
    static final double LENGTH_DEVIATION = 1.0;
    static final double AMPLITUDE_CENTRE = 0;
    static final double AMPLITUDE_DEVIATION = 1;
    static final double NOISE_CENTRE = -7;
    static final double NOISE_DEVIATION = 2;
    static final double LEAST_NOISE = 1e-5;
    static final double WARP_DEVIATION = 0.3;
    static final boolean WARPING = true;
    static final int STARTUP = 6;
    static final double BROKEN_COST = 1;
    static final double BROKEN_VARIANCE = 0.25;
}
