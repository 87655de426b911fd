package dev.sluice.search.sampler;

import org.hipparchus.random.SobolSequenceGenerator;

/**
 * A scrambled Sobol sequence: points in [0, 1)^dimensions of which the first {@code 2^k} fill the cube far more evenly than random ones.
 *
 * <p>The points are those of Sobol, "On the distribution of points in a cube and the approximate evaluation of integrals" (1967), with the
 * direction numbers of Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008), in Gray code order. They
 * are scrambled as Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995), section 2, has it: in each dimension the k-th binary
 * digit is turned over or not by a coin that belongs to all digits before it, so that each point by itself is uniform while their
 * evenness stays. Here the coins are a hash of seed, dimension and those digits, not the shortened one of Laine and Karras (2011), since
 * points are few; and digits after the {@value #DIGITS}th are the hash's.
 *
 * <p>Dimensions past {@value #MOST_DIMENSIONS}, for which there are no direction numbers, are uniform random numbers, equally a function of
 * seed, dimension and index. Memory: 424 bytes a dimension. Not thread-safe.
 */
public final class SobolSequence {
    /** How many dimensions lie evenly. */
    public static final int MOST_DIMENSIONS = 21_201;

    private static final int DIGITS = 32;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final int dimensions;
    private final SobolSequenceGenerator points;
    private final long[] seeds;
    private int next;

    private SobolSequence(int dimensions, long seed) {
        if (dimensions < 1) {
            throw new IllegalArgumentException("dimensions must be >= 1, was " + dimensions);
        }
        this.dimensions = dimensions;
        this.points = new SobolSequenceGenerator(Math.min(dimensions, MOST_DIMENSIONS));
        this.seeds = new long[dimensions];
        for (int d = 0; d < dimensions; d++) {
            seeds[d] = mix(mix(seed + GOLDEN) + (d + 1) * GOLDEN);
        }
    }

    /**
     * The sequence of this seed.
     *
     * @param dimensions at least 1
     */
    public static SobolSequence scrambled(int dimensions, long seed) {
        return new SobolSequence(dimensions, seed);
    }

    public int dimensions() {
        return dimensions;
    }

    /**
     * Writes the point of an index. {@code O(dimensions)} hashes; reading one after the other is a little cheaper than jumping.
     *
     * @param index at least 0
     * @param into at least {@link #dimensions} long
     */
    public void point(int index, double[] into) {
        double[] plain = index == next ? points.nextVector() : points.skipTo(index);
        next = index + 1;
        for (int d = 0; d < dimensions; d++) {
            into[d] = d < plain.length
                    ? scramble((long) (plain[d] * 0x1p32), seeds[d])
                    : (mix(seeds[d] + (index + 1L) * GOLDEN) >>> 11) * 0x1p-53;
        }
    }

    /** The number in [0, 1) that a number of {@value #DIGITS} binary digits becomes. */
    private static double scramble(long digits, long seed) {
        long scrambled = 0;
        for (int k = DIGITS - 1; k >= 0; k--) {
            // the digits before this one, with a leading one, so that prefixes of different length differ
            long before = (1L << (DIGITS - 1 - k)) | (digits >>> (k + 1));
            long coin = mix(seed ^ (before * GOLDEN)) >>> 63;
            scrambled = (scrambled << 1) | (((digits >>> k) & 1) ^ coin);
        }
        long tail = mix(seed + ((1L << DIGITS) | digits) * GOLDEN) >>> (64 - (53 - DIGITS));
        return ((scrambled << (53 - DIGITS)) | tail) * 0x1p-53;
    }

    /** The finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
