package dev.sluice.search.sampler.tpe;

import dev.sluice.search.sampler.internal.Axis;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A density over the points of a space: a mixture of one kernel an observation and an even one, the prior.
 */
final class ParzenEstimator {
    /*
     * A kernel is a product over the parameters: a normal truncated to [0, 1] for a number, the same integrated over the cell of each
     * value on a grid, and for an unordered choice most of the mass on the observed one and the rest even (Aitchison and Aitken, 1976).
     * Where a parameter is inactive in the observation the kernel is even in it; where it is inactive in the point that is looked at, it
     * is left out. So each kernel is a density over the whole conditional space (choose the parents, then what they activate), and so is
     * the mixture: observations of all branches tell of the parameters that the branches share, and only those of a branch tell of its
     * own. The prior is the kernel that is even in all.
     *
     * All densities are relative to that of drawing evenly, and are summed as logarithms, since products over many parameters leave the
     * range of a double. Parameters lie in columns, kernels beside one another, so that the innermost loops run over plain arrays.
     * Cost: a candidate takes O(kernels * parameters) cheap steps and one exponential a kernel.
     */
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final double NEGLIGIBLE = 1e-300;
    private static final double PRIOR_WEIGHT = 1;

    /** How wide the normal kernels of a parameter are. */
    enum Bandwidth {
        /**
         * As far as the farther of the two neighbouring observations (Bergstra et al. 2011): follows every gap, so that the density keeps
         * in mind where exactly something was tried. Choices keep to what was observed.
         */
        NEIGHBOURS,
        /** One for all by Scott's rule, n^(-1/(d+4)) standard deviations: closes in as the observations do. Choices are twice as even. */
        SPREAD
    }

    private final Encoding encoding;
    private final int kernels;
    private final double[] cumulativeWeights;
    private final double[] logWeights;
    /** By parameter and kernel; NaN where the kernel is even. Only of parameters with more than one value. */
    private final double[][] centres;
    /** By parameter and kernel, 0 where the kernel is even. Only of numbers. */
    private final double[][] inverseWidths;
    /** By parameter and kernel, 0 where the kernel is even: of CONTINUOUS the log of the factor, of GRID the mass within [0, 1]. */
    private final double[][] norms;
    /** By parameter, of CHOICE: the chance to keep the observed value before evenness comes in. */
    private final double[] stays;

    /**
     * @param columns coordinates, by parameter and row
     * @param rows which rows are observations, the first {@code size} of them
     * @param weights of these, each above 0
     */
    ParzenEstimator(
            Encoding encoding, double[][] columns, int[] rows, double[] weights, int size, Bandwidth bandwidth) {
        this.encoding = encoding;
        this.kernels = size + 1;
        this.cumulativeWeights = new double[kernels];
        this.logWeights = new double[kernels];
        weigh(weights);
        int parameters = encoding.size();
        this.centres = new double[parameters][];
        this.inverseWidths = new double[parameters][];
        this.norms = new double[parameters][];
        this.stays = new double[parameters];
        double dimensions = 0;
        for (int p = 0; p < parameters; p++) {
            if (encoding.axis(p).kind() != Axis.Kind.CONSTANT) {
                centres[p] = new double[kernels];
                int active = gather(columns[p], rows, centres[p]);
                dimensions += (double) active / Math.max(1, size);
            }
        }
        for (int p = 0; p < parameters; p++) {
            switch (encoding.axis(p).kind()) {
                case CONSTANT -> {}
                case CHOICE -> {
                    double even = bandwidth == Bandwidth.SPREAD ? 2 * PRIOR_WEIGHT : PRIOR_WEIGHT;
                    even /= active(p) + 1;
                    stays[p] = 1 / (1 + encoding.axis(p).choices() * even);
                }
                case CONTINUOUS, GRID -> shape(p, bandwidth, dimensions);
            }
        }
    }

    private void weigh(double[] weights) {
        double sum = 0;
        for (int k = 0; k < kernels; k++) {
            double weight = k < kernels - 1 ? weights[k] : PRIOR_WEIGHT;
            sum += weight;
            cumulativeWeights[k] = sum;
            logWeights[k] = Math.log(weight);
        }
        double logSum = Math.log(sum);
        for (int k = 0; k < kernels; k++) {
            logWeights[k] -= logSum;
        }
    }

    private int gather(double[] column, int[] rows, double[] centre) {
        int active = 0;
        for (int k = 0; k < kernels - 1; k++) {
            centre[k] = column[rows[k]];
            active += Double.isNaN(centre[k]) ? 0 : 1;
        }
        centre[kernels - 1] = Double.NaN;
        return active;
    }

    private int active(int p) {
        int active = 0;
        for (double centre : centres[p]) {
            active += Double.isNaN(centre) ? 0 : 1;
        }
        return active;
    }

    private void shape(int p, Bandwidth bandwidth, double dimensions) {
        double[] centre = centres[p];
        int active = active(p);
        double[] inverse = switch (bandwidth) {
            case NEIGHBOURS -> byNeighbours(centre, active);
            case SPREAD -> bySpread(centre, active, dimensions);
        };
        double[] norm = new double[kernels];
        boolean grid = encoding.axis(p).kind() == Axis.Kind.GRID;
        for (int k = 0; k < kernels; k++) {
            if (inverse[k] > 0) {
                double mass =
                        NormalTable.below((1 - centre[k]) * inverse[k]) - NormalTable.below(-centre[k] * inverse[k]);
                norm[k] = grid ? mass : Math.log(inverse[k] / mass) - HALF_LOG_TWO_PI;
            }
        }
        inverseWidths[p] = inverse;
        norms[p] = norm;
    }

    /** "Magic clipping": the fewer observations, the wider a kernel must be at least. */
    private static double inverse(double width, int active) {
        return 1 / Math.clamp(width, 1 / Math.min(100.0, 2.0 + active), 1);
    }

    private double[] byNeighbours(double[] centre, int active) {
        double[] sorted = new double[active];
        int n = 0;
        for (double value : centre) {
            if (!Double.isNaN(value)) {
                sorted[n] = value;
                n++;
            }
        }
        Arrays.sort(sorted);
        double[] inverse = new double[kernels];
        for (int k = 0; k < kernels; k++) {
            if (!Double.isNaN(centre[k])) {
                inverse[k] = inverse(toNeighbours(sorted, centre[k]), active);
            }
        }
        return inverse;
    }

    /** How far it is to the farther neighbour of a value, 0 if the value is there twice; of a single one, to the end of [0, 1]. */
    private static double toNeighbours(double[] sorted, double value) {
        if (sorted.length == 1) {
            return Math.max(value, 1 - value);
        }
        int at = Arrays.binarySearch(sorted, value);
        double left = at > 0 ? value - sorted[at - 1] : 0;
        double right = at < sorted.length - 1 ? sorted[at + 1] - value : 0;
        boolean twice = (at > 0 && left == 0) || (at < sorted.length - 1 && right == 0);
        return twice ? 0 : Math.max(left, right);
    }

    private double[] bySpread(double[] centre, int active, double dimensions) {
        // one observation more, even over [0, 1], so that a few equal ones do not make a spike
        double count = 1;
        double sum = 0.5;
        double squares = 1 / 3.0;
        for (double value : centre) {
            if (!Double.isNaN(value)) {
                count++;
                sum += value;
                squares += value * value;
            }
        }
        double mean = sum / count;
        double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
        double inverse = inverse(deviation * Math.pow(Math.max(1, active), -1 / (dimensions + 4)), active);
        double[] inverses = new double[kernels];
        for (int k = 0; k < kernels; k++) {
            inverses[k] = Double.isNaN(centre[k]) ? 0 : inverse;
        }
        return inverses;
    }

    /** Draws a point into {@code row}: inactive parameters become NaN. The constraints are not looked at. */
    void sample(RandomGenerator random, double[] row) {
        double at = random.nextDouble() * cumulativeWeights[kernels - 1];
        int found = Arrays.binarySearch(cumulativeWeights, at);
        int kernel = Math.min(found < 0 ? -found - 1 : found + 1, kernels - 1);
        for (int p = 0; p < row.length; p++) {
            row[p] = encoding.isActive(p, row) ? sample(p, kernel, random) : Double.NaN;
        }
    }

    private double sample(int p, int kernel, RandomGenerator random) {
        Axis axis = encoding.axis(p);
        if (axis.kind() == Axis.Kind.CONSTANT || Double.isNaN(centres[p][kernel])) {
            return axis.drawUniform(random);
        }
        double centre = centres[p][kernel];
        if (axis.kind() == Axis.Kind.CHOICE) {
            return random.nextDouble() < stays[p] ? centre : axis.drawUniform(random);
        }
        // the centre is within [0, 1] and the width at most 1, so that at least a third of the draws stay inside
        double width = 1 / inverseWidths[p][kernel];
        double coordinate;
        do {
            coordinate = centre + width * random.nextGaussian();
        } while (coordinate < 0 || coordinate > 1);
        return axis.snap(coordinate);
    }

    /**
     * The logarithm of the density at a point, relative to drawing evenly.
     *
     * @param row the point's coordinates, NaN where inactive
     * @param terms space for at least {@link #kernels} numbers, which are overwritten
     */
    double logDensity(double[] row, double[] terms) {
        System.arraycopy(logWeights, 0, terms, 0, kernels);
        for (int p = 0; p < row.length; p++) {
            if (!Double.isNaN(row[p])) {
                switch (encoding.axis(p).kind()) {
                    case CONSTANT -> {}
                    case CONTINUOUS -> addContinuous(p, row[p], terms);
                    case GRID -> addGrid(p, row[p], terms);
                    case CHOICE -> addChoice(p, row[p], terms);
                }
            }
        }
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < kernels; k++) {
            max = Math.max(max, terms[k]);
        }
        double sum = 0;
        for (int k = 0; k < kernels; k++) {
            double below = terms[k] - max;
            // e^-40 of the largest term is beyond what a double can add to it
            if (below > -40) {
                sum += Math.exp(below);
            }
        }
        return max + Math.log(sum);
    }

    private void addContinuous(int p, double coordinate, double[] terms) {
        double[] centre = centres[p];
        double[] inverse = inverseWidths[p];
        double[] norm = norms[p];
        for (int k = 0; k < kernels; k++) {
            // NaN where the kernel is even
            double away = (coordinate - centre[k]) * inverse[k];
            terms[k] += Double.isNaN(away) ? 0 : norm[k] - 0.5 * away * away;
        }
    }

    private void addGrid(int p, double coordinate, double[] terms) {
        Axis axis = encoding.axis(p);
        double begin = axis.cellBegin(coordinate);
        double end = axis.cellEnd(coordinate);
        double[] centre = centres[p];
        double[] inverse = inverseWidths[p];
        double[] norm = norms[p];
        for (int k = 0; k < kernels; k++) {
            if (inverse[k] > 0) {
                double mass = NormalTable.below((end - centre[k]) * inverse[k])
                        - NormalTable.below((begin - centre[k]) * inverse[k]);
                terms[k] += Math.log(Math.max(mass, NEGLIGIBLE) / (norm[k] * (end - begin)));
            }
        }
    }

    private void addChoice(int p, double index, double[] terms) {
        double[] centre = centres[p];
        double other = Math.log1p(-stays[p]);
        double same = Math.log(stays[p] * encoding.axis(p).choices() + 1 - stays[p]);
        for (int k = 0; k < kernels; k++) {
            if (!Double.isNaN(centre[k])) {
                terms[k] += centre[k] == index ? same : other;
            }
        }
    }

    /** How many kernels there are, the prior among them. */
    int kernels() {
        return kernels;
    }
}
