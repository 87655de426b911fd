package dev.sluice.search.study;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Randomness as a function of a study's seed and a trial's number alone, so that what one trial draws does not depend on how much
 * another one did. Mixed as in Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), the finaliser of SplitMix64.
 */
final class Seeds {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long SUGGESTION = 0x5851F42D4C957F2DL;
    private static final long TRIAL = 0x14057B7EF767814FL;

    private Seeds() {}

    /** What the sampler draws from when it proposes this trial. */
    static RandomGenerator suggestion(long seed, int trial) {
        return new SplittableRandom(mix(seed, trial, SUGGESTION));
    }

    /** The trial's own seed, in [0, 2^31). */
    static long trial(long seed, int trial) {
        return mix(seed, trial, TRIAL) >>> 33;
    }

    private static long mix(long seed, int trial, long purpose) {
        return mix(mix(mix(seed + GOLDEN) ^ purpose) + GOLDEN * (trial + 1L));
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
