package dev.sluice.search.sampler.gp;

import java.util.random.RandomGenerator;

/** Random numbers that are a function of a seed: SplitMix64 of Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). For what has to come out alike each time it is reckoned from the history. Not thread-safe. */
final class SeededStream implements RandomGenerator {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private long state;

    SeededStream(long seed) {
        this.state = seed;
    }

    @Override
    public long nextLong() {
        state += GOLDEN;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
