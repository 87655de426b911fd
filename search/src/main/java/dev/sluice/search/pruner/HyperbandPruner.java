package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.OptionalLong;

/**
 * Hyperband: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization" (2018), run asynchronously, so that no
 * trial waits: each bracket is a {@link SuccessiveHalvingPruner} of its own.
 *
 * <p>With {@code K = floor(log(max / min) / log(reduction))} there are {@code K + 1} brackets, of which bracket {@code b} judges its trials
 * from the step {@code min * reduction^b} on, among themselves. How many trials each gets is that of algorithm 1, so that all brackets may
 * spend alike: bracket {@code b} in proportion to {@code reduction^s * (K + 1) / (s + 1)} with {@code s = K - b}. A trial's bracket follows
 * from its number: multiples of the golden ratio, modulo 1, share them out evenly however many there are.
 *
 * <p>Without {@code max}, nothing is pruned until a trial is COMPLETE, and the last step of the first such trial is taken for it. All else
 * is as in {@link SuccessiveHalvingPruner}; what its brackets know of a rung they share in telling whether it is to be passed over. Not
 * thread-safe.
 */
public final class HyperbandPruner implements Pruner {
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    private final FirstMax rungs;

    private HyperbandPruner(Builder builder) {
        SuccessiveHalvingPruner.checkRungs(
                builder.min, builder.max.orElse(Long.MAX_VALUE), builder.reduction, builder.explore);
        long min = builder.min;
        int reduction = builder.reduction;
        double explore = builder.explore;
        boolean watch = builder.watch;
        this.rungs = new FirstMax(
                builder.max,
                max -> new Halving(
                        min,
                        Math.max(min, max),
                        reduction,
                        explore,
                        watch,
                        new Budgets(brackets(min, Math.max(min, max), reduction), reduction)));
    }

    public static Builder builder() {
        return new Builder();
    }

    /** {@code K + 1}. */
    private static int brackets(long min, long max, int reduction) {
        int count = 1;
        for (long quotient = max / min; quotient >= reduction; quotient /= reduction) {
            count++;
        }
        return count;
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        return rungs.judge(trial, history);
    }

    /** Brackets of trials by their shares of the budget. */
    static final class Budgets implements Rungs.Brackets {
        private final double[] upTo;

        Budgets(int brackets, int reduction) {
            this.upTo = new double[brackets];
            double sum = 0;
            for (int b = 0; b < brackets; b++) {
                int halvings = brackets - 1 - b;
                sum += Math.pow(reduction, halvings) / (halvings + 1);
                upTo[b] = sum;
            }
            for (int b = 0; b < brackets; b++) {
                upTo[b] /= sum;
            }
        }

        @Override
        public int count() {
            return upTo.length;
        }

        @Override
        public int of(int trial) {
            double place = (trial + 1) * GOLDEN % 1;
            int bracket = 0;
            while (bracket < upTo.length - 1 && place >= upTo[bracket]) {
                bracket++;
            }
            return bracket;
        }
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private long min = 1;
        private OptionalLong max = OptionalLong.empty();
        private int reduction = 3;
        private double explore = SuccessiveHalvingPruner.EXPLORE;
        private boolean watch = true;

        private Builder() {}

        /** The step of the first rung of the first bracket, at least 1; 1 if not set. */
        public Builder min(long step) {
            this.min = step;
            return this;
        }

        /** The step of a trial that ran to its end, at least {@code min}; that of the first COMPLETE trial if not set. */
        public Builder max(long step) {
            this.max = OptionalLong.of(step);
            return this;
        }

        /** One in how many goes on from each rung, at least 2; 3 if not set. */
        public Builder reduction(int reduction) {
            this.reduction = reduction;
            return this;
        }

        /** The share of trials that go on from a rung whatever is said of them, in [0, 1]; 0.05 if not set. */
        public Builder explore(double share) {
            this.explore = share;
            return this;
        }

        /** Whether rungs that say nothing of what comes later are passed over; they are if not set. */
        public Builder watch(boolean watches) {
            this.watch = watches;
            return this;
        }

        /**
         * The pruner.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public HyperbandPruner build() {
            return new HyperbandPruner(this);
        }
    }
}
