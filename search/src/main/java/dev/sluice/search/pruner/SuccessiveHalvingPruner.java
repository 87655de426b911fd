package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;

/**
 * Asynchronous successive halving (ASHA): Li et al., "A System for Massively Parallel Hyperparameter Tuning" (2020), arXiv:1810.05934,
 * in the variant that stops trials instead of pausing them, so that a trial is judged once at each rung and never waits for others.
 *
 * <p>The rungs are at the steps {@code min * reduction^k} below {@code max}. A trial is judged at rung {@code r} when its first report
 * with a step of at least {@code r} comes in, by what it has shown so far: its best value, or where the objective counts the last value,
 * that. With {@code n} trials that have reached the rung, this one among them, it goes on if fewer than {@code floor(n / reduction)}, and
 * at least one, are strictly better; equals go on together. A report that passes several rungs at once is judged at each, the lowest first. A trial whose
 * value at a rung is NaN or infinite is pruned.
 *
 * <p>While fewer than {@code reduction} trials have reached a rung, only one that is the best of them so far goes on, the first therefore
 * always. (The paper's promotion rule would have all of them wait.) Were they all to go on, the first {@code reduction} trials would each
 * run to their end, which is most of a small budget. From {@code max} on nothing is pruned: the trial is nearly there.
 *
 * <p>Several objectives: trials are ranked by non-dominated fronts, and the front that is cut by how well they cover it: Schmucker et al.,
 * "Multi-objective Asynchronous Successive Halving" (2021), arXiv:2106.12639. A trial is judged once it has shown a value of each.
 * Constraints on results: trials that break them rank behind all that do not, and by how much they break them; what is not known yet breaks
 * nothing.
 *
 * <p>Where what a rung shows says nothing of what comes later, it is passed over, which a note of the verdict says. It is watched by the
 * rank correlation between rungs; for its sake a few trials go on from a rung whatever is said of them, chosen by their seed.
 *
 * <p>Trials that were pruned, failed or are under way count at the rungs that they reached. With one objective {@code O(log n)} for each
 * rung passed. Keeps tables of the rungs, but answers alike without them. Not thread-safe.
 */
public final class SuccessiveHalvingPruner implements Pruner {
    /** The share of trials that go on whatever is said of them, where none is set. */
    static final double EXPLORE = 0.05;

    private final Halving halving;

    private SuccessiveHalvingPruner(Builder builder) {
        checkRungs(builder.min, builder.max, builder.reduction, builder.explore);
        this.halving = new Halving(
                builder.min, builder.max, builder.reduction, builder.explore, builder.watch, Rungs.Brackets.ONE);
    }

    static void checkRungs(long min, long max, int reduction, double explore) {
        if (min < 1) {
            throw new IllegalArgumentException("min must be >= 1, was " + min);
        }
        if (max < min) {
            throw new IllegalArgumentException("max must be >= min, was max %d with min %d".formatted(max, min));
        }
        if (reduction < 2) {
            throw new IllegalArgumentException("reduction must be >= 2, was " + reduction);
        }
        if (!(explore >= 0 && explore <= 1)) {
            throw new IllegalArgumentException("explore must be in [0, 1], was " + explore);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        return halving.judge(trial, history);
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private long min = 1;
        private long max = Long.MAX_VALUE;
        private int reduction = 3;
        private double explore = EXPLORE;
        private boolean watch = true;

        private Builder() {}

        /** The step of the first rung, at least 1; 1 if not set. */
        public Builder min(long step) {
            this.min = step;
            return this;
        }

        /** The step from which on nothing is pruned, at least {@code min}; never if not set. */
        public Builder max(long step) {
            this.max = step;
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
        public SuccessiveHalvingPruner build() {
            return new SuccessiveHalvingPruner(this);
        }
    }
}
