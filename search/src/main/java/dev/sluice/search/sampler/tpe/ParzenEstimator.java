package dev.sluice.search.sampler.tpe;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
     * range of a double. Parameters lie in columns, kernels beside one another, so that the innermost loops run over plain arrays without
     * a branch, which the compiler makes vectors of: where a kernel is even, its width is infinite. Where there are few values, kernels on
     * the same one are alike, and what they say of a value is reckoned once and looked up.
     * Cost: a candidate takes O(kernels * parameters) cheap steps and one exponential a kernel that is near.
     */
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final double NEGLIGIBLE = 1e-300;
    private static final double PRIOR_WEIGHT = 1;
    /** A cell this narrow, in standard deviations, has its mass in its middle: the error is below 1e-3 of it within 5 deviations. */
    private static final double NARROW = 0.03;

    /** What Scott's rule is multiplied by: it is for one peak, and there may be several. */
    private static final double NARROWING = 0.85;

    private static final int INDEX_BITS = 11;

    /** How wide the normal kernels of a parameter are. */
    enum Bandwidth {
        /**
         * As far as the farther of the two neighbouring observations (Bergstra et al. 2011): follows every gap, so that the density keeps
         * in mind where exactly something was tried. Choices keep to what was observed.
         */
        NEIGHBOURS,
        /** One for all by Scott's rule, 0.85 n^(-1/(d+4)) standard deviations: closes in as the observations do. Choices are twice as even. */
        SPREAD
    }

    private final Encoding encoding;
    private final int kernels;
    private final double[] cumulativeWeights;
    private final double[] logWeights;
    /** Null where it is not of the parameter's kind. */
    private final @Nullable Normals[] normals;

    private final @Nullable Table[] tables;

    /**
     * @param columns as {@link Encoding} has them, by parameter and row
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
        this.normals = new Normals[parameters];
        this.tables = new Table[parameters];
        double dimensions = 0;
        var active = new int[parameters];
        for (int p = 0; p < parameters; p++) {
            if (encoding.kind(p) != Encoding.Kind.CONSTANT) {
                for (int k = 0; k < size; k++) {
                    active[p] += Double.isNaN(columns[p][rows[k]]) ? 0 : 1;
                }
                dimensions += (double) active[p] / Math.max(1, size);
            }
        }
        for (int p = 0; p < parameters; p++) {
            var column = new double[size];
            for (int k = 0; k < size; k++) {
                column[k] = columns[p][rows[k]];
            }
            switch (encoding.kind(p)) {
                case CONSTANT -> {}
                case CHOICE, CELLS -> tables[p] = new Table(p, column, active[p], bandwidth, dimensions);
                case CONTINUOUS, GRID -> normals[p] = new Normals(column, active[p], bandwidth, dimensions);
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

    /** "Magic clipping": the fewer observations, the wider a kernel must be at least. */
    private static double inverse(double width, int active, double margin) {
        return 1 / Math.clamp(width, 1 / Math.min(100.0, margin + active), 1);
    }

    /** By Scott's rule, from so many coordinates with these sums. */
    private static double inverseBySpread(int active, double total, double totalSquares, double dimensions) {
        // one observation more, even over [0, 1], so that a few equal ones do not make a spike
        double count = active + 1;
        double mean = (total + 0.5) / count;
        double deviation = Math.sqrt(Math.max(0, (totalSquares + 1 / 3.0) / count - mean * mean));
        return inverse(NARROWING * deviation * Math.pow(Math.max(1, active), -1 / (dimensions + 4)), active, 2);
    }

    /** The mass of a normal within [0, 1]. */
    private static double mass(double centre, double inverse) {
        return NormalTable.below((1 - centre) * inverse) - NormalTable.below(-centre * inverse);
    }

    /** The kernels of a number with many values. */
    private final class Normals {
        /** By kernel; where it is even the inverse width and the log of the factor are 0. */
        private final double[] centres = new double[kernels];

        private final double[] inverseWidths = new double[kernels];
        private final double[] masses = new double[kernels];
        private final double[] logFactors = new double[kernels];
        private double steepest;

        Normals(double[] column, int active, Bandwidth bandwidth, double dimensions) {
            Arrays.fill(centres, 0.5);
            Arrays.fill(masses, 1);
            for (int k = 0; k < column.length; k++) {
                centres[k] = Double.isNaN(column[k]) ? 0.5 : column[k];
            }
            switch (bandwidth) {
                case NEIGHBOURS -> byNeighbours(column, active);
                case SPREAD -> bySpread(column, active, dimensions);
            }
            for (int k = 0; k < column.length; k++) {
                double inverse = inverseWidths[k];
                if (inverse > 0) {
                    masses[k] = mass(centres[k], inverse);
                    logFactors[k] = Math.log(inverse / masses[k]) - HALF_LOG_TWO_PI;
                    steepest = Math.max(steepest, inverse);
                }
            }
        }

        private void byNeighbours(double[] column, int active) {
            // coordinate and kernel in one number: sorted by the coordinate's first 52 bits
            var sorted = new long[active];
            int n = 0;
            for (int k = 0; k < column.length; k++) {
                if (!Double.isNaN(column[k])) {
                    sorted[n] = ((long) (column[k] * (1L << 52)) << INDEX_BITS) | k;
                    n++;
                }
            }
            Arrays.sort(sorted);
            int mask = (1 << INDEX_BITS) - 1;
            double left = Double.NaN;
            for (int i = 0; i < n; i++) {
                int k = (int) (sorted[i] & mask);
                double right = i + 1 < n ? column[(int) (sorted[i + 1] & mask)] - column[k] : Double.NaN;
                inverseWidths[k] = inverse(toNeighbours(column[k], left, right), active, 5);
                left = right;
            }
        }

        private void bySpread(double[] column, int active, double dimensions) {
            double sum = 0;
            double squares = 0;
            for (double value : column) {
                if (!Double.isNaN(value)) {
                    sum += value;
                    squares += value * value;
                }
            }
            double inverse = inverseBySpread(active, sum, squares, dimensions);
            for (int k = 0; k < column.length; k++) {
                inverseWidths[k] = Double.isNaN(column[k]) ? 0 : inverse;
            }
        }

        double sample(int kernel, RandomGenerator random) {
            return sampleNormal(centres[kernel], inverseWidths[kernel], random);
        }

        void add(double coordinate, double[] terms) {
            double[] centre = centres;
            double[] inverse = inverseWidths;
            double[] factor = logFactors;
            for (int k = 0; k < kernels; k++) {
                double away = (coordinate - centre[k]) * inverse[k];
                terms[k] += factor[k] - 0.5 * away * away;
            }
        }

        /** Of a value that owns a cell. */
        void add(double begin, double end, double[] terms) {
            if ((end - begin) * steepest <= NARROW) {
                add((begin + end) / 2, terms);
                return;
            }
            for (int k = 0; k < kernels; k++) {
                double inverse = inverseWidths[k];
                if (inverse > 0) {
                    double mass = NormalTable.below((end - centres[k]) * inverse)
                            - NormalTable.below((begin - centres[k]) * inverse);
                    terms[k] += Math.log(Math.max(mass, NEGLIGIBLE) / (masses[k] * (end - begin)));
                }
            }
        }
    }

    /** How far it is to the farther neighbour, 0 if the value is there twice; of a single one, to the end of [0, 1]. */
    private static double toNeighbours(double value, double left, double right) {
        if (Double.isNaN(left) && Double.isNaN(right)) {
            return Math.max(value, 1 - value);
        }
        if (Double.isNaN(left) || Double.isNaN(right)) {
            return Double.isNaN(left) ? right : left;
        }
        return left == 0 || right == 0 ? 0 : Math.max(left, right);
    }

    private static double sampleNormal(double centre, double inverse, RandomGenerator random) {
        if (inverse == 0) {
            return random.nextDouble();
        }
        // the centre is within [0, 1] and the width at most 1, so that at least a third of the draws stay inside
        double coordinate;
        do {
            coordinate = centre + random.nextGaussian() / inverse;
        } while (coordinate < 0 || coordinate > 1);
        return coordinate;
    }

    /** The kernels of what has few values. */
    private final class Table {
        private final int p;
        private final int cells;
        /** By kernel the index of its value; {@code cells} where it is even. */
        private final int[] codes = new int[kernels];

        private final boolean[] occupied;
        /** Of CELLS, by value. */
        private final double[] inverseWidths;
        /** Of CHOICE: the chance to keep the observed value before evenness comes in. */
        private double stays;
        /** By value the log of each code's factor; reckoned when it is asked for. */
        private final double[][] logFactors;

        Table(int p, double[] column, int active, Bandwidth bandwidth, double dimensions) {
            this.p = p;
            this.cells = encoding.cells(p);
            this.occupied = new boolean[cells];
            this.inverseWidths = new double[cells];
            this.logFactors = new double[cells][];
            var counts = new int[cells];
            Arrays.fill(codes, cells);
            for (int k = 0; k < column.length; k++) {
                if (!Double.isNaN(column[k])) {
                    codes[k] = (int) column[k];
                    counts[codes[k]]++;
                    occupied[codes[k]] = true;
                }
            }
            if (encoding.kind(p) == Encoding.Kind.CHOICE) {
                double even = bandwidth == Bandwidth.SPREAD ? 2 * PRIOR_WEIGHT : PRIOR_WEIGHT;
                this.stays = 1 / (1 + cells * even / (active + 1));
            } else {
                switch (bandwidth) {
                    case NEIGHBOURS -> byNeighbours(counts, active);
                    case SPREAD -> bySpread(counts, active, dimensions);
                }
            }
        }

        private void byNeighbours(int[] counts, int active) {
            double[] centres = encoding.centres(p);
            int before = -1;
            int at = nextOccupied(0);
            while (at < cells) {
                int after = nextOccupied(at + 1);
                double left = before < 0 ? Double.NaN : centres[at] - centres[before];
                double right = after == cells ? Double.NaN : centres[after] - centres[at];
                double width = counts[at] > 1 ? 0 : toNeighbours(centres[at], left, right);
                inverseWidths[at] = inverse(width, active, 5);
                before = at;
                at = after;
            }
        }

        private int nextOccupied(int from) {
            int at = from;
            while (at < cells && !occupied[at]) {
                at++;
            }
            return at;
        }

        private void bySpread(int[] counts, int active, double dimensions) {
            double[] centres = encoding.centres(p);
            double sum = 0;
            double squares = 0;
            for (int c = 0; c < cells; c++) {
                sum += counts[c] * centres[c];
                squares += counts[c] * centres[c] * centres[c];
            }
            Arrays.fill(inverseWidths, inverseBySpread(active, sum, squares, dimensions));
        }

        double sample(int kernel, RandomGenerator random) {
            int code = codes[kernel];
            if (code == cells) {
                return encoding.drawUniform(p, random);
            }
            if (encoding.kind(p) == Encoding.Kind.CHOICE) {
                return random.nextDouble() < stays ? code : encoding.drawUniform(p, random);
            }
            return encoding.at(p, sampleNormal(encoding.centres(p)[code], inverseWidths[code], random));
        }

        void add(int value, double[] terms) {
            double[] factors = logFactors[value];
            if (factors == null) {
                factors = encoding.kind(p) == Encoding.Kind.CHOICE ? choiceFactors(value) : cellFactors(value);
                logFactors[value] = factors;
            }
            for (int k = 0; k < kernels; k++) {
                terms[k] += factors[codes[k]];
            }
        }

        private double[] choiceFactors(int value) {
            var factors = new double[cells + 1];
            Arrays.fill(factors, 0, cells, Math.log1p(-stays));
            factors[value] = Math.log(stays * cells + 1 - stays);
            return factors;
        }

        private double[] cellFactors(int value) {
            double begin = encoding.edges(p)[value];
            double end = encoding.edges(p)[value + 1];
            var factors = new double[cells + 1];
            for (int c = nextOccupied(0); c < cells; c = nextOccupied(c + 1)) {
                double centre = encoding.centres(p)[c];
                double inverse = inverseWidths[c];
                double within =
                        NormalTable.below((end - centre) * inverse) - NormalTable.below((begin - centre) * inverse);
                factors[c] = Math.log(Math.max(within, NEGLIGIBLE) / (mass(centre, inverse) * (end - begin)));
            }
            return factors;
        }
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
        Normals numbers = normals[p];
        Table table = tables[p];
        if (numbers != null) {
            return encoding.at(p, numbers.sample(kernel, random));
        }
        return table != null ? table.sample(kernel, random) : 0;
    }

    /**
     * The logarithm of the density at a point, relative to drawing evenly.
     *
     * @param row the point as {@link Encoding} has it
     * @param terms space for at least {@link #kernels} numbers, which are overwritten
     */
    double logDensity(double[] row, double[] terms) {
        System.arraycopy(logWeights, 0, terms, 0, kernels);
        for (int p = 0; p < row.length; p++) {
            if (!Double.isNaN(row[p])) {
                Normals numbers = normals[p];
                Table table = tables[p];
                if (table != null) {
                    table.add((int) row[p], terms);
                } else if (numbers != null && encoding.kind(p) == Encoding.Kind.CONTINUOUS) {
                    numbers.add(row[p], terms);
                } else if (numbers != null) {
                    numbers.add(
                            encoding.axis(p).cellBegin(row[p]), encoding.axis(p).cellEnd(row[p]), terms);
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

    /** How many kernels there are, the prior among them. */
    int kernels() {
        return kernels;
    }
}
