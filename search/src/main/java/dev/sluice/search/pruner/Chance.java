package dev.sluice.search.pruner;

/** Draws that follow from a trial's seed alone. */
final class Chance {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Chance() {}

    /**
     * A number in [0, 1), by the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
     *
     * @param draw which of a trial's draws, at least 0
     */
    static double of(long seed, int draw) {
        long z = seed + GOLDEN * (draw + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
