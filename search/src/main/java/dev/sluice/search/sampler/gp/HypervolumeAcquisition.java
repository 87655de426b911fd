package dev.sluice.search.sampler.gp;

import dev.sluice.search.pareto.OpenCells;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * How much hypervolume a point promises: the logarithm of the expected hypervolume improvement over a front, times the chance that it can be
 * run and keeps to the constraints.
 */
final class HypervolumeAcquisition implements Promise {
    /*
     * Emmerich, Giannakoglou and Naujoks, "Single- and multiobjective evolutionary optimization assisted by Gaussian random field metamodels"
     * (2006); exact for objectives that are independent of one another. In a box [l, u) of what the front leaves open a cost vector y
     * improves by the product over the objectives of (u - max(l, y))^+ = (u - y)^+ - (l - y)^+, whose expectations are those of the
     * expected improvement in one objective, psi(u) - psi(l), with psi(a) = s h((a - m) / s) (Yang et al., "Efficient computation of expected
     * hypervolume improvement using box decomposition algorithms", 2019, equation 14). The psi of all sides are reckoned once a point, and boxes
     * are products of their differences: O(m (n + boxes)).
     *
     * Each psi is divided by that of the reference point before it is multiplied, so that only what is far less likely than reaching the
     * reference at all underflows; such points are scored by the latter, below all others.
     */
    private static final int BLOCK = 256;
    private static final double HOPELESS = -700;

    private final GaussianProcess[] costs;
    private final OpenCells cells;
    private final List<Acquisition.Limit> limits;
    private final int objectives;
    private final double[][] means;
    private final double[][] variances;
    private final double[][] gains;
    private final double[][] chances;
    private final double[][] densities;
    private final double[] logScales;
    private final double[] result = new double[2];
    private final double[] byMean;
    private final double[] byDeviation;

    /**
     * @param costs one process an objective
     * @param cells of the front and the reference, in the unit of the processes
     */
    HypervolumeAcquisition(GaussianProcess[] costs, OpenCells cells, List<Acquisition.Limit> limits) {
        this.costs = costs;
        this.cells = cells;
        this.limits = limits;
        this.objectives = costs.length;
        this.means = new double[objectives][BLOCK];
        this.variances = new double[objectives][BLOCK];
        this.gains = new double[objectives][cells.levels()];
        this.chances = new double[objectives][cells.levels()];
        this.densities = new double[objectives][cells.levels()];
        this.logScales = new double[objectives];
        this.byMean = new double[objectives];
        this.byDeviation = new double[objectives];
    }

    @Override
    public void score(double[][] rows, int count, double[] scores) {
        var part = new double[BLOCK][];
        for (int begin = 0; begin < count; begin += BLOCK) {
            int width = Math.min(BLOCK, count - begin);
            System.arraycopy(rows, begin, part, 0, width);
            for (int o = 0; o < objectives; o++) {
                costs[o].predict(part, width, means[o], variances[o]);
            }
            for (int c = 0; c < width; c++) {
                for (int o = 0; o < objectives; o++) {
                    sides(o, means[o][c], Math.sqrt(variances[o][c]), false);
                }
                double value = logImprovement();
                scores[begin + c] = limits.isEmpty() ? value : Acquisition.logSum(value, Acquisition.LEAST);
            }
            for (Acquisition.Limit limit : limits) {
                GaussianProcess process = limit.surrogate().processes()[0];
                process.predict(part, width, means[0], variances[0]);
                for (int c = 0; c < width; c++) {
                    scores[begin + c] +=
                            StandardNormal.logBelow((limit.threshold() - means[0][c]) / Math.sqrt(variances[0][c]));
                }
            }
        }
    }

    /** Fills what is known of each side of the cells in an objective. */
    private void sides(int objective, double mean, double deviation, boolean slopes) {
        int last = cells.levels() - 1;
        double top = StandardNormal.logImprovement((cells.level(objective, last) - mean) / deviation);
        logScales[objective] = top + Math.log(deviation);
        for (int i = 0; i <= last; i++) {
            double z = (cells.level(objective, i) - mean) / deviation;
            gains[objective][i] = i == last ? 1 : Math.exp(StandardNormal.logImprovement(z) - top);
            if (slopes) {
                // by mean and deviation psi changes by -below(z) and density(z)
                chances[objective][i] = Math.exp(StandardNormal.logBelow(z) - logScales[objective]);
                densities[objective][i] = Math.exp(-0.5 * z * z - logScales[objective]) / Math.sqrt(2 * Math.PI);
            }
        }
    }

    private static double side(double[] levels, int lower, int upper) {
        return lower < 0 ? levels[upper] : levels[upper] - levels[lower];
    }

    private double logImprovement() {
        double sum = 0;
        for (int cell = 0; cell < cells.size(); cell++) {
            double product = 1;
            for (int o = 0; o < objectives && product > 0; o++) {
                product *= side(gains[o], cells.lower(cell, o), cells.upper(cell, o));
            }
            sum += Math.max(0, product);
        }
        double scale = Arrays.stream(logScales).sum();
        return scale + (sum > 0 ? Math.max(HOPELESS, Math.log(sum)) : HOPELESS);
    }

    @Override
    public double at(double[] row, int[] continuous, double[] gradient) {
        int size = continuous.length;
        var meanSlopes = new double[objectives][size];
        var varianceSlopes = new double[objectives][size];
        var deviations = new double[objectives];
        for (int o = 0; o < objectives; o++) {
            costs[o].predict(row, continuous, result, meanSlopes[o], varianceSlopes[o]);
            deviations[o] = Math.sqrt(result[1]);
            sides(o, result[0], deviations[o], true);
        }
        double score = differentiate();
        Arrays.fill(gradient, 0);
        for (int o = 0; o < objectives; o++) {
            for (int k = 0; k < size; k++) {
                gradient[k] +=
                        byMean[o] * meanSlopes[o][k] + byDeviation[o] * varianceSlopes[o][k] / (2 * deviations[o]);
            }
        }
        if (!limits.isEmpty()) {
            double bounded = Acquisition.logSum(score, Acquisition.LEAST);
            double share = Math.exp(score - bounded);
            for (int k = 0; k < size; k++) {
                gradient[k] *= share;
            }
            score = bounded;
        }
        var limitMean = new double[size];
        var limitVariance = new double[size];
        for (Acquisition.Limit limit : limits) {
            limit.surrogate().processes()[0].predict(row, continuous, result, limitMean, limitVariance);
            double deviation = Math.sqrt(result[1]);
            double z = (limit.threshold() - result[0]) / deviation;
            score += StandardNormal.logBelow(z);
            double slope = StandardNormal.logBelowSlope(z);
            for (int k = 0; k < size; k++) {
                gradient[k] -= slope * (limitMean[k] + z * limitVariance[k] / (2 * deviation)) / deviation;
            }
        }
        return score;
    }

    /** The logarithm of the improvement, and its derivatives by each mean and deviation. */
    private double differentiate() {
        double sum = 0;
        Arrays.fill(byMean, 0);
        Arrays.fill(byDeviation, 0);
        for (int cell = 0; cell < cells.size(); cell++) {
            double product = 1;
            for (int o = 0; o < objectives; o++) {
                product *= Math.max(0, side(gains[o], cells.lower(cell, o), cells.upper(cell, o)));
            }
            sum += product;
            for (int o = 0; o < objectives; o++) {
                double others = 1;
                for (int other = 0; other < objectives; other++) {
                    if (other != o) {
                        others *= Math.max(0, side(gains[other], cells.lower(cell, other), cells.upper(cell, other)));
                    }
                }
                byMean[o] -= others * side(chances[o], cells.lower(cell, o), cells.upper(cell, o));
                byDeviation[o] += others * side(densities[o], cells.lower(cell, o), cells.upper(cell, o));
            }
        }
        double scale = Arrays.stream(logScales).sum();
        if (!(sum > 0) || Math.log(sum) < HOPELESS) {
            int top = cells.levels() - 1;
            for (int o = 0; o < objectives; o++) {
                byMean[o] = -chances[o][top];
                byDeviation[o] = densities[o][top];
            }
            return scale + HOPELESS;
        }
        for (int o = 0; o < objectives; o++) {
            byMean[o] /= sum;
            byDeviation[o] /= sum;
        }
        return scale + Math.log(sum);
    }

    @Override
    public void tellsApart(int feature, BitSet choices) {
        for (GaussianProcess process : costs) {
            process.choices(feature, choices);
        }
        for (Acquisition.Limit limit : limits) {
            limit.surrogate().processes()[0].choices(feature, choices);
        }
    }
}
