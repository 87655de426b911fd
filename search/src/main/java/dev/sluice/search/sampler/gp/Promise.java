package dev.sluice.search.sampler.gp;

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
}
