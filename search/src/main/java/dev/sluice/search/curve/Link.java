package dev.sluice.search.curve;

/**
 * What a trial's score is at a later step, given that at an earlier one: a straight line with normal noise, by Bayesian regression (Bishop,
 * "Pattern Recognition and Machine Learning" (2006), section 3.3). Immutable and thread-safe.
 *
 * <p>That only trials go on that did well does not bend it: they were chosen by the score that it is given. Where few have gone on it is drawn
 * to a line without improvement, which is the pessimistic one.
 *
 * @param slope how far a difference lasts
 * @param variance of the noise
 */
record Link(double intercept, double slope, double variance) {
    private static final double PRIOR_TRIALS = 2;
    private static final double PRIOR_VARIANCE = 0.15;

    /**
     * @param before scores at the earlier step
     * @param after of the same trials at the later one
     */
    static Link of(double[] before, double[] after) {
        int n = before.length;
        double meanBefore = 0;
        for (double x : before) {
            meanBefore += x;
        }
        // the prior's pseudo trials lie on the line of no change, half of them at either end of a unit about the middle
        double weight = PRIOR_TRIALS;
        meanBefore = n == 0 ? 0 : meanBefore / n;
        double meanChange = 0;
        for (int i = 0; i < n; i++) {
            meanChange += after[i] - before[i];
        }
        meanChange /= n + weight;
        double xx = weight;
        double xd = 0;
        for (int i = 0; i < n; i++) {
            double x = before[i] - meanBefore;
            xx += x * x;
            xd += x * (after[i] - before[i] - meanChange);
        }
        double bend = Math.clamp(xd / xx, -1, 1);
        double squares = PRIOR_VARIANCE * weight;
        for (int i = 0; i < n; i++) {
            double miss = after[i] - before[i] - meanChange - bend * (before[i] - meanBefore);
            squares += miss * miss;
        }
        return new Link(meanChange - bend * meanBefore, 1 + bend, squares / (n + weight));
    }

    double apply(double score) {
        return intercept + slope * score;
    }
}
