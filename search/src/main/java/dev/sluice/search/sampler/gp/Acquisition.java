package dev.sluice.search.sampler.gp;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * How much a point promises: the logarithm of the expected improvement (Ament et al., "Unexpected Improvements to Expected Improvement for
 * Bayesian Optimization", 2023, equation 9), averaged over hyperparameters, times the chance that it can be run and keeps to the
 * constraints (Gardner et al., "Bayesian Optimization with Inequality Constraints", 2014). Without an incumbent the chance alone.
 */
final class Acquisition implements Promise {
    private static final int BLOCK = 256;

    /** An improvement that is none, as a logarithm in deviations of the costs: less is not worth a point that may not run. */
    static final double LEAST = -14;

    private final GaussianProcess[] costs;
    private final double[] incumbents;
    private final List<Limit> limits;
    private final double[] means = new double[BLOCK];
    private final double[] variances = new double[BLOCK];
    private final double[] result = new double[2];

    /** A quantity that should stay below a limit. */
    record Limit(Surrogate surrogate, double threshold) {}

    /**
     * @param incumbents for each of the processes, the cost to improve on; empty if there is none
     */
    Acquisition(GaussianProcess[] costs, double[] incumbents, List<Limit> limits) {
        this.costs = costs;
        this.incumbents = incumbents;
        this.limits = limits;
    }

    @Override
    public void score(double[][] rows, int count, double[] scores) {
        double[][] part = new double[BLOCK][];
        for (int begin = 0; begin < count; begin += BLOCK) {
            int width = Math.min(BLOCK, count - begin);
            System.arraycopy(rows, begin, part, 0, width);
            Arrays.fill(scores, begin, begin + width, 0);
            if (incumbents.length > 0) {
                for (int m = 0; m < costs.length; m++) {
                    costs[m].predict(part, width, means, variances);
                    for (int c = 0; c < width; c++) {
                        double value = logImprovement(m, means[c], variances[c]);
                        scores[begin + c] = m == 0 ? value : logSum(scores[begin + c], value);
                    }
                }
            }
            for (int c = begin; c < begin + width && !limits.isEmpty(); c++) {
                scores[c] = logSum(scores[c], LEAST);
            }
            for (Limit limit : limits) {
                for (int m = 0; m < limit.surrogate.processes().length; m++) {
                    limit.surrogate.processes()[m].predict(part, width, means, variances);
                    for (int c = 0; c < width; c++) {
                        scores[begin + c] +=
                                StandardNormal.logBelow((limit.threshold - means[c]) / Math.sqrt(variances[c]))
                                        / limit.surrogate.processes().length;
                    }
                }
            }
        }
    }

    private double logImprovement(int member, double mean, double variance) {
        double deviation = Math.sqrt(variance);
        return Math.log(deviation) + StandardNormal.logImprovement((incumbents[member] - mean) / deviation);
    }

    static double logSum(double a, double b) {
        double larger = Math.max(a, b);
        return larger == Double.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
    }

    @Override
    public double at(double[] row, int[] continuous, double[] gradient) {
        int size = continuous.length;
        double[] byMean = new double[size];
        double[] byVariance = new double[size];
        Arrays.fill(gradient, 0);
        double score = 0;
        if (incumbents.length > 0) {
            double[] values = new double[costs.length];
            double[][] slopes = new double[costs.length][size];
            for (int m = 0; m < costs.length; m++) {
                costs[m].predict(row, continuous, result, byMean, byVariance);
                double deviation = Math.sqrt(result[1]);
                double z = (incumbents[m] - result[0]) / deviation;
                values[m] = Math.log(deviation) + StandardNormal.logImprovement(z);
                double slope = StandardNormal.logImprovementSlope(z);
                for (int k = 0; k < size; k++) {
                    double byDeviation = byVariance[k] / (2 * deviation);
                    slopes[m][k] = (byDeviation - slope * (byMean[k] + z * byDeviation)) / deviation;
                }
                score = m == 0 ? values[m] : logSum(score, values[m]);
            }
            for (int m = 0; m < costs.length; m++) {
                double weight = Math.exp(values[m] - score);
                for (int k = 0; k < size; k++) {
                    gradient[k] += weight * slopes[m][k];
                }
            }
        }
        if (!limits.isEmpty()) {
            double floored = logSum(score, LEAST);
            double weight = Math.exp(score - floored);
            for (int k = 0; k < size; k++) {
                gradient[k] *= weight;
            }
            score = floored;
        }
        for (Limit limit : limits) {
            for (GaussianProcess process : limit.surrogate.processes()) {
                process.predict(row, continuous, result, byMean, byVariance);
                double deviation = Math.sqrt(result[1]);
                double z = (limit.threshold - result[0]) / deviation;
                double share = 1.0 / limit.surrogate.processes().length;
                score += share * StandardNormal.logBelow(z);
                double slope = share * StandardNormal.logBelowSlope(z);
                for (int k = 0; k < size; k++) {
                    double byDeviation = byVariance[k] / (2 * deviation);
                    gradient[k] -= slope * (byMean[k] + z * byDeviation) / deviation;
                }
            }
        }
        return score;
    }

    @Override
    public void tellsApart(int feature, BitSet choices) {
        for (GaussianProcess process : costs) {
            process.choices(feature, choices);
        }
        for (Limit limit : limits) {
            for (GaussianProcess process : limit.surrogate.processes()) {
                process.choices(feature, choices);
            }
        }
    }
}
