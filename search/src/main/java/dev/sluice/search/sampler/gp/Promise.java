package dev.sluice.search.sampler.gp;

import java.util.BitSet;

/** How much points promise, to be maximised. */
interface Promise {
    /**
     * Of many rows of the encoding.
     *
     * @param scores filled from 0 to count
     */
    void score(double[][] rows, int count, double[] scores);

    /**
     * Of one row, with the derivatives by the continuous features given.
     *
     * @param gradient is filled
     */
    double at(double[] row, int[] continuous, double[] gradient);

    /**
     * Adds the choices of a feature that it tells from others, as indices: all that some point has from which it knows something. Points
     * that differ in nothing but which of the others they have promise the same.
     */
    void tellsApart(int feature, BitSet choices);
}
