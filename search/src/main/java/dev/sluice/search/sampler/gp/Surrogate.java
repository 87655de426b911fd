package dev.sluice.search.sampler.gp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/*
 * Hyperparameters are fitted at fixed numbers of points (milestones), each from those of the milestone before, and at some of these
 * (anchors) from fresh starts as well. Between anchors the chain is a function of the points alone, so that a surrogate that is built anew
 * gets the same by going through the milestones since the last anchor.
 */

/** A Gaussian process over points in the order in which they became known, with hyperparameters that follow them. Not thread-safe. */
final class Surrogate {
    /** What the points showed, as the process shall learn it. */
    interface Targets {
        /**
         * Of the first so many points, as if there were no more.
         *
         * @param targets filled
         * @param variances beyond the noise, filled
         */
        void of(int size, double[] targets, double[] variances);
    }

    private static final int FEWEST = 3;
    private static final int MOST_FITTED = 160;
    private static final int MOST_KEPT = 300;

    private final Hyperparameters hyper;
    private final long seed;

    private final List<double[]> rows = new ArrayList<>();
    private int milestone;
    private double[][] fitted = new double[0][];
    private GaussianProcess[] processes = new GaussianProcess[0];
    private int[] order = new int[0];
    private int ordered;

    Surrogate(Hyperparameters hyper, long seed) {
        this.hyper = hyper;
        this.seed = seed;
    }

    /** One more point, as a row of the encoding, which is kept. */
    void add(double[] row) {
        rows.add(row);
    }

    /** How many points there are. */
    int size() {
        return rows.size();
    }

    private static int anchorAfter(int from) {
        int anchor = FEWEST;
        while (anchor <= from) {
            anchor = anchor < 8 ? 8 : 2 * anchor;
        }
        return anchor;
    }

    private static boolean isAnchor(int at) {
        return at == FEWEST || (at >= 8 && Integer.bitCount(at) == 1);
    }

    private static int next(int from) {
        return Math.min(from + Math.max(1, from / 20), anchorAfter(from));
    }

    /** Brings the process up to the points there are. */
    void update(Targets targets) {
        release();
        int size = rows.size();
        if (processes.length == 0 || size >= next(Math.max(milestone, 1))) {
            fit(targets);
            processes = new GaussianProcess[0];
        }
        double[] values = new double[size];
        double[] variances = new double[size];
        if (processes.length == 0) {
            processes = new GaussianProcess[fitted.length];
            Arrays.setAll(processes, m -> new GaussianProcess(hyper, fitted[m]));
            targets.of(milestone, values, variances);
            order = Arrays.copyOf(Selection.of(rows, values, milestone, MOST_KEPT), Math.max(32, 2 * size));
            ordered = Math.min(milestone, MOST_KEPT);
            for (int i = 0; i < ordered; i++) {
                for (GaussianProcess process : processes) {
                    process.extend(rows.get(order[i]), variances[order[i]]);
                }
            }
        }
        // each newer point with the variance that it had when it came, whenever it is taken in
        int from = milestone + ordered - Math.min(milestone, MOST_KEPT);
        for (int i = from; i < size; i++) {
            targets.of(i + 1, values, variances);
            if (ordered == order.length) {
                order = Arrays.copyOf(order, 2 * ordered);
            }
            order[ordered] = i;
            ordered++;
            for (GaussianProcess process : processes) {
                process.extend(rows.get(i), variances[i]);
            }
        }
        targets.of(size, values, variances);
        for (GaussianProcess process : processes) {
            for (int i = 0; i < ordered; i++) {
                process.target(i, values[order[i]]);
            }
            process.learn();
        }
    }

    private void fit(Targets targets) {
        int size = rows.size();
        if (size < FEWEST) {
            milestone = 0;
            fitted = new double[][] {hyper.prior()};
            return;
        }
        int at = milestone;
        int anchor = FEWEST;
        for (int a = FEWEST; a <= size; a = anchorAfter(a)) {
            anchor = a;
        }
        if (at < anchor) {
            at = anchor;
            fitAt(at, targets);
        }
        while (next(at) <= size) {
            at = next(at);
            fitAt(at, targets);
        }
        milestone = at;
    }

    private void fitAt(int at, Targets targets) {
        double[] values = new double[at];
        double[] variances = new double[at];
        targets.of(at, values, variances);
        var sample = new Sample(hyper.features());
        for (int index : Selection.of(rows, values, at, MOST_FITTED)) {
            sample.add(rows.get(index), values[index], variances[index]);
        }
        var evidence = new Evidence(hyper, sample);
        var minimizer = new BoxMinimizer(hyper.low(), hyper.high());
        double[] best;
        double least;
        var random = new SeededStream(seed + at);
        if (isAnchor(at)) {
            best = hyper.prior();
            least = minimizer.minimize(evidence, best, 40, 0.5, 1e-3);
            for (int start = 1; start < 4; start++) {
                double[] other = hyper.prior();
                for (int i = 0; i < hyper.size(); i++) {
                    other[i] += random.nextGaussian() * Math.min(hyper.deviation(i), 1);
                }
                double cost = minimizer.minimize(evidence, other, 40, 0.5, 1e-3);
                if (cost < least) {
                    least = cost;
                    best = other;
                }
            }
        } else {
            best = fitted[0].clone();
            least = minimizer.minimize(evidence, best, 20, 0.2, 1e-3);
            double[] other = hyper.prior();
            double cost = minimizer.minimize(evidence, other, 20, 0.5, 1e-3);
            if (cost < least) {
                least = cost;
                best = other;
            }
        }
        fitted = new double[][] {best};
    }

    /** Takes points for done whose outcome is not known, each at the value that the process expects there, until {@link #release}. */
    void believe(List<double[]> pending) {
        for (GaussianProcess process : processes) {
            int from = process.size();
            double[] means = new double[pending.size()];
            for (int i = 0; i < means.length; i++) {
                means[i] = process.mean(pending.get(i));
            }
            for (int i = 0; i < means.length; i++) {
                process.extend(pending.get(i), 0);
                process.target(from + i, means[i]);
            }
            process.learn();
        }
    }

    /** Takes points with targets, until {@link #release}. */
    void suppose(List<double[]> points, double target, double variance) {
        for (GaussianProcess process : processes) {
            for (double[] point : points) {
                process.extend(point, variance);
                process.target(process.size() - 1, target);
            }
            process.learn();
        }
    }

    private void release() {
        for (GaussianProcess process : processes) {
            process.truncate(ordered);
        }
    }

    GaussianProcess[] processes() {
        return processes;
    }

    /** The number of the point, in the order in which they were added, that a process has at an index below {@link #taken}. */
    int point(int index) {
        return order[index];
    }

    /** How many points the processes have, without those that are but supposed. */
    int taken() {
        return ordered;
    }
}
