package dev.sluice.search.sampler.cmaes;

/** The weights of a generation and the rates of learning: Hansen, "The CMA Evolution Strategy: A Tutorial" (2016), table 1. Immutable. */
final class Rates {
    private final double[] weights;
    private final double effective;
    private final double sigmaPath;
    private final double damping;
    private final double path;
    private final double rankOne;
    private final double rankMu;
    private final double expectedLength;

    private Rates(
            double[] weights,
            double effective,
            double sigmaPath,
            double damping,
            double path,
            double rankOne,
            double rankMu,
            double expectedLength) {
        this.weights = weights;
        this.effective = effective;
        this.sigmaPath = sigmaPath;
        this.damping = damping;
        this.path = path;
        this.rankOne = rankOne;
        this.rankMu = rankMu;
        this.expectedLength = expectedLength;
    }

    /** By rank, the best first; those of the better half are positive and sum to 1, the others negative. A copy. */
    double[] weights() {
        return weights.clone();
    }

    /** The variance-effective number of positive weights. */
    double effective() {
        return effective;
    }

    /** The rate of the path that controls the step size. */
    double sigmaPath() {
        return sigmaPath;
    }

    /** The damping of the step size. */
    double damping() {
        return damping;
    }

    /** The rate of the path of the rank-one update. */
    double path() {
        return path;
    }

    /** The rate of the rank-one update. */
    double rankOne() {
        return rankOne;
    }

    /** The rate of the rank-mu update. */
    double rankMu() {
        return rankMu;
    }

    /** The expected length of a standard normal vector. */
    double expectedLength() {
        return expectedLength;
    }

    /**
     * The defaults.
     *
     * @param diagonal whether the covariance is a diagonal, which is learnt faster: Ros and Hansen, "A Simple Modification in CMA-ES
     *     Achieving Linear Time and Space Complexity" (2008)
     */
    static Rates of(int dimensions, int lambda, boolean diagonal) {
        double n = Math.max(1, dimensions);
        int mu = lambda / 2;
        var weights = new double[lambda];
        double good = 0;
        double goodSquares = 0;
        double bad = 0;
        double badSquares = 0;
        for (int i = 0; i < lambda; i++) {
            weights[i] = Math.log((lambda + 1) / 2.0) - Math.log(i + 1.0);
            if (i < mu) {
                good += weights[i];
                goodSquares += weights[i] * weights[i];
            } else {
                bad += weights[i];
                badSquares += weights[i] * weights[i];
            }
        }
        double effective = good * good / goodSquares;
        double effectiveBad = bad * bad / badSquares;
        double sigmaPath = (effective + 2) / (n + effective + 5);
        double damping = 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + sigmaPath;
        double path = (4 + effective / n) / (n + 4 + 2 * effective / n);
        double rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective);
        double rankMu =
                Math.min(1 - rankOne, 2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective));
        if (diagonal) {
            double faster = (n + 2) / 3;
            rankOne = Math.min(0.5, rankOne * faster);
            rankMu = Math.min(1 - rankOne, rankMu * faster);
        }
        double most = Math.min(
                1 + rankOne / rankMu,
                Math.min(1 + 2 * effectiveBad / (effective + 2), (1 - rankOne - rankMu) / (n * rankMu)));
        for (int i = 0; i < lambda; i++) {
            weights[i] = i < mu ? weights[i] / good : weights[i] * most / -bad;
        }
        double expectedLength = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
        return new Rates(weights, effective, sigmaPath, damping, path, rankOne, rankMu, expectedLength);
    }

    /** The usual size of a generation: the tutorial's equation 48. */
    static int lambda(int dimensions) {
        return 4 + (int) (3 * Math.log(Math.max(1, dimensions)));
    }
}
