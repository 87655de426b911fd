package dev.sluice.search.sampler.cmaes;

import dev.sluice.search.sampler.SobolSequence;
import dev.sluice.search.sampler.internal.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * The distribution from which points are drawn, and how a generation of trials changes it. A function of the members that it was given,
 * in their order. Not thread-safe.
 *
 * <p>Numbers are drawn as {@code mean + sigma * stretch * N(0, covariance)}, where {@code stretch} is the margin's, and choices each by
 * chances of its own.
 */
final class Evolution {
    /** Which share of the first generation the mean and the chances begin from. */
    private static final double START_SHARE = 0.25;

    /** How far the first generation, and each later one, moves the chances of options. */
    private static final double START_RATE = 0.1;

    private static final double OPTION_RATE = 0.35;

    /** The covariance is a diagonal until there were so many trials for each of its entries. */
    private static final int TRIALS_AN_ENTRY = 6;

    /** With this chance the most likely option of every choice is drawn, at most; 0.73 in the paper, for longer runs. */
    private static final double SURE_OF_ALL_CHOICES = 0.9;

    private static final double LEAST_DEVIATION = 1e-6;
    private static final double LEAST_VARIANCE = 1e-20;
    private static final double LARGEST_SIGMA = 1;
    private static final double MOST_CONDITION = 1e14;
    private static final int MOST_DOUBLINGS = 10;
    private static final int REDRAWS = 30;

    private final Layout layout;
    private final Settings settings;
    private final int d;
    private final SobolSequence starts;

    private int lambda;
    private Rates rates;
    private boolean isDiagonal;
    private long untilFull;

    private double[] mean;
    private double sigma;
    /** What the margin stretches each number by. */
    private double[] stretch;

    private double[][] covariance;
    /** The eigenvectors of the covariance, as columns, unless they are those of the space; and the roots of its eigenvalues. */
    private double[][] axes;

    private boolean isAligned;
    private double[] lengths;
    private double[] sigmaPath;
    private double[] path;
    private int generations;
    private double[][] options;

    private final List<Member> waiting = new ArrayList<>();
    private int needed;
    private boolean isStarted;

    private int restarts;
    private int doublings;
    private long spentLarge;
    private long spentSmall;
    private boolean isSmall;
    private double bestCost = Double.POSITIVE_INFINITY;
    private int sinceBetter;

    /**
     * How it is run.
     *
     * @param startup how many members make the first generation
     * @param lambda how many make each further one, before the first restart; at least 2
     * @param separable whether the covariance stays a diagonal
     * @param sigma the first step size, as a share of a number's range
     * @param restarts whether it begins again elsewhere where it no longer gets on
     * @param seed decides where it begins again
     */
    record Settings(int startup, int lambda, boolean separable, double sigma, boolean restarts, long seed) {}

    Evolution(Layout layout, Settings settings) {
        this.layout = layout;
        this.settings = settings;
        this.d = layout.numbers();
        this.starts = SobolSequence.scrambled(Math.max(1, d), settings.seed);
        this.needed = settings.startup;
        this.lambda = settings.lambda;
        var centre = new double[d];
        Arrays.fill(centre, 0.5);
        begin(centre, settings.sigma);
    }

    private void begin(double[] from, double withSigma) {
        isDiagonal = d > 1;
        untilFull = settings.separable ? Long.MAX_VALUE : (long) TRIALS_AN_ENTRY * d * (d + 1) / 2;
        rates = Rates.of(d, lambda, isDiagonal);
        mean = from;
        sigma = withSigma;
        stretch = new double[d];
        Arrays.fill(stretch, 1);
        covariance = new double[d][d];
        axes = new double[0][0];
        isAligned = true;
        lengths = new double[d];
        Arrays.fill(lengths, 1);
        for (int j = 0; j < d; j++) {
            covariance[j][j] = 1;
        }
        sigmaPath = new double[d];
        path = new double[d];
        generations = 0;
        sinceBetter = 0;
        bestCost = Double.POSITIVE_INFINITY;
        options = new double[layout.choices()][];
        for (int k = 0; k < options.length; k++) {
            options[k] = new double[layout.options(k)];
            Arrays.fill(options[k], 1.0 / options[k].length);
        }
    }

    /** Whether the first generation is complete. */
    boolean isStarted() {
        return isStarted;
    }

    int lambda() {
        return lambda;
    }

    int generation() {
        return generations;
    }

    int restarts() {
        return restarts;
    }

    double sigma() {
        return sigma;
    }

    /** Takes in a trial that has ended; the last of a generation moves the distribution. */
    void add(Member member) {
        waiting.add(member);
        if (waiting.size() < needed) {
            return;
        }
        if (isStarted) {
            evolve();
        } else if (waiting.stream().allMatch(Member::isWorthless)) {
            // there is nothing to begin from; wait for as many again
            waiting.clear();
            return;
        } else {
            start();
            isStarted = true;
        }
        waiting.clear();
        needed = lambda;
    }

    private void evolve() {
        if (isSmall) {
            spentSmall += waiting.size();
        } else {
            spentLarge += waiting.size();
        }
        generations++;
        List<Member> ranked = new ArrayList<>(waiting);
        ranked.sort(null);
        if (!ranked.getFirst().isWorthless()) {
            update(ranked);
        }
        untilFull -= ranked.size();
        if (isDiagonal && untilFull < 0) {
            isDiagonal = false;
            rates = Rates.of(d, lambda, false);
        }
        considerRestart(ranked.getFirst());
    }

    /** The first generation lies evenly in the whole space; the mean and the chances begin from the best of it. */
    private void start() {
        List<Member> ranked = new ArrayList<>(waiting);
        ranked.removeIf(Member::isWorthless);
        ranked.sort(null);
        int parents = (int) Math.ceil(START_SHARE * ranked.size());
        var weights = new double[parents];
        double sum = 0;
        for (int i = 0; i < parents; i++) {
            weights[i] = Math.log(parents + 0.5) - Math.log(i + 1.0);
            sum += weights[i];
        }
        for (int i = 0; i < parents; i++) {
            weights[i] /= sum;
        }
        for (int j = 0; j < d; j++) {
            double weight = 0;
            double moment = 0;
            for (int i = 0; i < parents; i++) {
                double x = ranked.get(i).numbers()[j];
                if (!Double.isNaN(x)) {
                    weight += weights[i];
                    moment += weights[i] * x;
                }
            }
            mean[j] = weight > 0 ? moment / weight : 0.5;
        }
        moveOptions(ranked, weights, START_RATE);
        keepMargin();
    }

    /** One generation of CMA-ES: the tutorial's equations 38 to 47, with Hansen (2011)'s limit on the length of steps. */
    private void update(List<Member> ranked) {
        double[] weights = weights(ranked);
        double[][] steps = new double[ranked.size()][];
        double[] norms = new double[ranked.size()];
        double[] shift = new double[d];
        double[] whole = new double[d];
        double limit = Math.sqrt(d) + 2.0 * d / (d + 2);
        for (int i = 0; i < steps.length; i++) {
            var member = ranked.get(i);
            steps[i] = step(member);
            norms[i] = norm(whitened(steps[i]));
            if (norms[i] > limit) {
                for (int j = 0; j < d; j++) {
                    steps[i][j] *= limit / norms[i];
                }
                norms[i] = limit;
            }
            if (weights[i] > 0) {
                for (int j = 0; j < d; j++) {
                    whole[j] += weights[i] * steps[i][j];
                    // what was not active says nothing of where the mean should be
                    shift[j] += Double.isNaN(member.numbers()[j]) ? 0 : weights[i] * steps[i][j];
                }
            }
        }
        for (int j = 0; j < d; j++) {
            mean[j] += sigma * stretch[j] * shift[j];
        }
        if (d > 0) {
            adapt(weights, steps, norms, whole);
        }
        moveOptions(ranked, weights, OPTION_RATE);
        keepMargin();
        decompose();
    }

    /** Paths, covariance and step size. */
    private void adapt(double[] weights, double[][] steps, double[] norms, double[] shift) {
        double[] white = whitened(shift);
        double cs = rates.sigmaPath();
        for (int j = 0; j < d; j++) {
            sigmaPath[j] = (1 - cs) * sigmaPath[j] + Math.sqrt(cs * (2 - cs) * rates.effective()) * white[j];
        }
        double length = norm(sigmaPath);
        boolean isSteady = length / Math.sqrt(1 - Math.pow(1 - cs, 2.0 * generations))
                < (1.4 + 2.0 / (d + 1)) * rates.expectedLength();
        double cc = rates.path();
        for (int j = 0; j < d; j++) {
            path[j] = (1 - cc) * path[j] + (isSteady ? Math.sqrt(cc * (2 - cc) * rates.effective()) * shift[j] : 0);
        }
        double sum = 0;
        var scaled = new double[steps.length];
        for (int i = 0; i < steps.length; i++) {
            sum += weights[i];
            scaled[i] = weights[i] >= 0 ? weights[i] : weights[i] * d / Math.max(1e-12, norms[i] * norms[i]);
        }
        double c1 = rates.rankOne();
        double cmu = rates.rankMu();
        double keep = 1 + c1 * (isSteady ? 0 : cc * (2 - cc)) - c1 - cmu * sum;
        for (int j = 0; j < d; j++) {
            for (int k = isDiagonal ? j : 0; k <= j; k++) {
                double c = keep * covariance[j][k] + c1 * path[j] * path[k];
                for (int i = 0; i < steps.length; i++) {
                    c += cmu * scaled[i] * steps[i][j] * steps[i][k];
                }
                covariance[j][k] = j == k ? Math.max(c, LEAST_VARIANCE) : c;
                covariance[k][j] = covariance[j][k];
            }
        }
        sigma *= Math.exp(Math.min(1, cs / rates.damping() * (length / rates.expectedLength() - 1)));
        sigma = Math.min(sigma, LARGEST_SIGMA);
    }

    /** The weights of the members; those that are equally good share theirs. */
    private double[] weights(List<Member> ranked) {
        double[] weights = rates.weights();
        int begin = 0;
        while (begin < ranked.size()) {
            int end = begin + 1;
            double sum = weights[begin];
            while (end < ranked.size() && ranked.get(end).compareTo(ranked.get(begin)) == 0) {
                sum += weights[end];
                end++;
            }
            Arrays.fill(weights, begin, end, sum / (end - begin));
            begin = end;
        }
        return weights;
    }

    /** From the mean to a member, in units of the step size. */
    private double[] step(Member member) {
        var step = new double[d];
        for (int j = 0; j < d; j++) {
            double x = member.numbers()[j];
            double deviation = deviation(j);
            double share = share(member.noise(), j);
            if (Double.isNaN(x)) {
                step[j] = Math.sqrt(covariance[j][j]) * Normal.quantile(share);
                continue;
            }
            if (layout.isGrid(j)) {
                double begin = begin(j, x);
                double end = end(j, x);
                if (end - begin > 1e-6 * deviation) {
                    x = Normal.truncated(mean[j], deviation, begin, end, share);
                }
            }
            step[j] = (x - mean[j]) / (sigma * stretch[j]);
        }
        return step;
    }

    private double begin(int j, double x) {
        double begin = layout.number(j).cellBegin(x);
        return begin <= 0 ? Double.NEGATIVE_INFINITY : begin;
    }

    private double end(int j, double x) {
        double end = layout.number(j).cellEnd(x);
        return end >= 1 ? Double.POSITIVE_INFINITY : end;
    }

    private double deviation(int j) {
        return sigma * stretch[j] * Math.sqrt(covariance[j][j]);
    }

    /** In (0, 1), made of a trial's seed. */
    private static double share(long noise, int j) {
        long z = (noise + j + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (((z ^ (z >>> 31)) >>> 11) + 0.5) * 0x1p-53;
    }

    /** The step as it was before the covariance shaped it. */
    private double[] whitened(double[] step) {
        var white = new double[d];
        for (int a = 0; a < d; a++) {
            double along = step[a];
            if (!isAligned) {
                along = 0;
                for (int j = 0; j < d; j++) {
                    along += axes[j][a] * step[j];
                }
            }
            white[a] = along / lengths[a];
        }
        return isAligned ? white : turned(white);
    }

    /** From the axes of the covariance to the numbers. */
    private double[] turned(double[] along) {
        var turned = new double[d];
        for (int j = 0; j < d; j++) {
            for (int a = 0; a < d; a++) {
                turned[j] += axes[j][a] * along[a];
            }
        }
        return turned;
    }

    private static double norm(double[] vector) {
        double sum = 0;
        for (double x : vector) {
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    /**
     * Moves the chances of options towards those that good members chose, by the natural gradient of Hamano et al. (2024), at a fixed
     * rate.
     */
    private void moveOptions(List<Member> ranked, double[] weights, double rate) {
        for (int k = 0; k < options.length; k++) {
            double[] chances = options[k];
            var chosen = new double[chances.length];
            double weight = 0;
            for (int i = 0; i < weights.length; i++) {
                int option = ranked.get(i).choices()[k];
                if (option != Layout.INACTIVE && weights[i] > 0) {
                    chosen[option] += weights[i];
                    weight += weights[i];
                }
            }
            for (int c = 0; c < chances.length; c++) {
                chances[c] += rate * (chosen[c] - weight * chances[c]);
            }
        }
    }

    private void keepMargin() {
        for (int k = 0; k < options.length; k++) {
            keepOptions(options[k]);
        }
        double alpha = 1.0 / Math.max(2, (d + options.length) * lambda);
        for (int j = 0; j < d; j++) {
            if (layout.isGrid(j)) {
                keepMargin(j, alpha);
            } else {
                mean[j] = Math.clamp(mean[j], 0, 1);
            }
        }
    }

    /** No option's chance falls below a least one: the margin of Hamano et al. (2024). */
    private void keepOptions(double[] chances) {
        double least = (1 - Math.pow(SURE_OF_ALL_CHOICES, 1.0 / options.length)) / (chances.length - 1);
        double raised = 0;
        for (int c = 0; c < chances.length; c++) {
            chances[c] = Math.max(chances[c], least);
            raised += chances[c];
        }
        double above = raised - least * chances.length;
        for (int c = 0; c < chances.length; c++) {
            chances[c] += (1 - raised) / above * (chances[c] - least);
        }
    }

    /**
     * No cell but the mean's has a smaller chance to be left for on either side than {@code alpha / 2}; at the ends, {@code alpha}: Hamano et
     * al. (2022), section 4.
     */
    private void keepMargin(int j, double alpha) {
        Axis axis = layout.number(j);
        double inside = Math.clamp(mean[j], 0, 1);
        double begin = begin(j, axis.snap(inside));
        double end = end(j, axis.snap(inside));
        double deviation = deviation(j);
        if (end - begin < 1e-9) {
            mean[j] = inside;
            return;
        }
        if (begin == Double.NEGATIVE_INFINITY) {
            mean[j] = Math.max(mean[j], end + deviation * Normal.quantile(alpha));
            return;
        }
        if (end == Double.POSITIVE_INFINITY) {
            mean[j] = Math.min(mean[j], begin - deviation * Normal.quantile(alpha));
            return;
        }
        double low = Normal.below((begin - mean[j]) / deviation);
        double high = Normal.below((mean[j] - end) / deviation);
        if (low >= alpha / 2 && high >= alpha / 2) {
            return;
        }
        double middle = Math.max(0, 1 - low - high);
        low = Math.max(low, alpha / 2);
        high = Math.max(high, alpha / 2);
        double excess = (1 - low - high - middle) / (low + high + middle - 1.5 * alpha);
        low += excess * (low - alpha / 2);
        high += excess * (high - alpha / 2);
        double below = -Normal.quantile(low);
        double above = -Normal.quantile(high);
        if (below + above <= 1e-9) {
            return;
        }
        mean[j] = (begin * above + end * below) / (below + above);
        stretch[j] = (end - begin) / (below + above) / (sigma * Math.sqrt(covariance[j][j]));
    }

    private void decompose() {
        if (isDiagonal || d <= 1) {
            for (int j = 0; j < d; j++) {
                lengths[j] = Math.sqrt(covariance[j][j]);
            }
            return;
        }
        EigenDecompositionSymmetric eigen;
        try {
            eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(covariance, true));
        } catch (MathRuntimeException e) {
            // it did not converge; the axes of before still serve
            return;
        }
        double[] values = eigen.getEigenvalues();
        double largest = Arrays.stream(values).max().orElseThrow();
        axes = eigen.getV().getData();
        isAligned = false;
        for (int a = 0; a < d; a++) {
            lengths[a] = Math.sqrt(Math.max(values[a], largest / MOST_CONDITION));
        }
    }

    /** Where the best of a generation has not got better for long, or steps are so small that nothing changes. */
    private void considerRestart(Member best) {
        if (best.isComplete() && best.cost() < bestCost) {
            bestCost = best.cost();
            sinceBetter = 0;
        } else {
            sinceBetter++;
        }
        boolean isTiny = false;
        for (int j = 0; j < d; j++) {
            if (!layout.isGrid(j)) {
                isTiny = true;
            }
        }
        for (int j = 0; j < d; j++) {
            isTiny &= layout.isGrid(j) || deviation(j) < LEAST_DEVIATION;
        }
        boolean isStuck = sinceBetter >= 10 + (int) Math.ceil(30.0 * (d + options.length) / lambda);
        if (settings.restarts && (isStuck || isTiny)) {
            restart();
        }
    }

    /**
     * Begins again elsewhere: Hansen, "Benchmarking a BI-Population CMA-ES on the BBOB-2009 Function Testbed" (2009), section 2, with trials
     * for budget.
     */
    private void restart() {
        restarts++;
        isSmall = spentSmall < spentLarge;
        double withSigma = settings.sigma;
        if (isSmall) {
            double u = share(settings.seed, 2 * restarts);
            lambda = (int) (settings.lambda * Math.pow(0.5 * (1 << doublings), u * u));
            lambda = Math.max(lambda, settings.lambda);
            withSigma *= Math.pow(10, -2 * share(settings.seed, 2 * restarts + 1));
        } else {
            doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
            lambda = settings.lambda << doublings;
        }
        var from = new double[starts.dimensions()];
        starts.point(restarts, from);
        begin(Arrays.copyOf(from, d), withSigma);
    }

    /**
     * Draws a point: coordinates in [0, 1], where the whole is drawn again while a continuous one is outside, up to {@value #REDRAWS} times,
     * and options.
     *
     * @param normals what the first draw of the numbers is made of; it is overwritten
     */
    void draw(RandomGenerator random, double[] normals, double[] numbers, int[] choices) {
        for (int k = 0; k < choices.length; k++) {
            choices[k] = drawOption(options[k], random);
        }
        for (int redraws = 0; !drawNumbers(normals, numbers) && redraws < REDRAWS; redraws++) {
            for (int a = 0; a < d; a++) {
                normals[a] = random.nextGaussian();
            }
        }
    }

    private static int drawOption(double[] chances, RandomGenerator random) {
        double u = random.nextDouble();
        int option = 0;
        while (option + 1 < chances.length && u >= chances[option]) {
            u -= chances[option];
            option++;
        }
        return option;
    }

    /** Whether all that is continuous is inside; what is not is moved to the edge. */
    private boolean drawNumbers(double[] normals, double[] numbers) {
        var along = new double[d];
        for (int a = 0; a < d; a++) {
            along[a] = lengths[a] * normals[a];
        }
        double[] step = isAligned ? along : turned(along);
        boolean isInside = true;
        for (int j = 0; j < d; j++) {
            double x = mean[j] + sigma * stretch[j] * step[j];
            isInside &= layout.isGrid(j) || (x >= 0 && x <= 1);
            numbers[j] = Math.clamp(x, 0, 1);
        }
        return isInside;
    }
}
