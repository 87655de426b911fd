package dev.sluice.trainer.network;

import java.util.SplittableRandom;

/**
 * Randomness as a pure function of a trial's seed and a place (an epoch, a step, a parameter's name), so that nothing
 * about it has to be saved: a resumed trial draws what the undisturbed one would have drawn.
 */
public final class SeedStream {
    private SeedStream() {}

    /** Purposes, so that epoch 3's shuffle and step 3's dropout share nothing. */
    public enum Purpose {
        /** First values of weights. */
        WEIGHTS(1),
        /** Order of the samples in an epoch. */
        SHUFFLE(2),
        /** Masks of dropout at a step. */
        DROPOUT(3),
        /** Seeds of those that are trained side by side. */
        MEMBER(4);

        private final long salt;

        Purpose(long salt) {
            this.salt = salt;
        }
    }

    /** A well-mixed 64-bit number for a place; the finaliser is SplitMix64's (Steele, Lea, Flood 2014, figure 14). */
    public static long mix(long seed, Purpose purpose, long place) {
        return mix64(mix64(mix64(seed) + purpose.salt) + place);
    }

    /** A generator for a place. */
    public static SplittableRandom at(long seed, Purpose purpose, long place) {
        return new SplittableRandom(mix(seed, purpose, place));
    }

    private static long mix64(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
