package dev.sluice.bench.search;

import java.util.List;
import java.util.OptionalDouble;

/** What a run knew after each trial. */
final class Trajectory {
    private final double[] regrets;
    private final long[] epochs;
    private final double seconds;

    private Trajectory(double[] regrets, long[] epochs, double seconds) {
        this.regrets = regrets;
        this.epochs = epochs;
        this.seconds = seconds;
    }

    /** Of the rows of one run, in the order in which they ended. */
    static Trajectory of(Problem problem, List<Row> rows) {
        var regrets = new double[rows.size()];
        var epochs = new long[rows.size()];
        double seconds = 0;
        double value = Double.NaN;
        double truth = Double.NaN;
        long spent = 0;
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            if (row.trial() != i) {
                throw new IllegalArgumentException("of %s on %s with seed %d and %d workers, trial %d follows %d trials"
                        .formatted(row.searcher(), problem, row.seed(), row.workers(), row.trial(), i));
            }
            if (Double.isNaN(value) || problem.isBetter(row.value(), value)) {
                value = row.value();
                truth = row.truth();
            }
            spent += row.epochs();
            seconds += row.seconds();
            regrets[i] = problem.regret(truth);
            epochs[i] = spent;
        }
        return new Trajectory(regrets, epochs, seconds);
    }

    /**
     * The normalised regret, by its truth, of the trial with the best reported value so far.
     *
     * @param ended how many trials had ended, from 1
     */
    double regret(int ended) {
        return regrets[ended - 1];
    }

    /** The searcher's own, over all trials. */
    double seconds() {
        return seconds;
    }

    int trials() {
        return regrets.length;
    }

    /** The regret after so many trials, where the run has so many. */
    OptionalDouble afterTrials(int trials) {
        return trials <= trials() ? OptionalDouble.of(regret(trials)) : OptionalDouble.empty();
    }

    /** The regret once so many epochs were spent, where the run spent so many: of the trials that had ended by then. */
    OptionalDouble afterEpochs(long budget) {
        int ended = 0;
        while (ended < trials() && epochs[ended] <= budget) {
            ended++;
        }
        boolean went = ended < trials() || (ended > 0 && epochs[ended - 1] == budget);
        return went && ended > 0 ? OptionalDouble.of(regret(ended)) : OptionalDouble.empty();
    }
}
