package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.OptionalLong;

/**
 * Gives up a trial that is not likely enough to end better than all before it to be worth the steps that it still would take.
 *
 * <p>A trial is judged at the steps {@code min * reduction^k} below {@code max}. Where {@code min} is not set it is a twelfth of
 * {@code max}: still earlier, what a trial shows misleads more than it saves. There a {@link dev.sluice.search.curve.CurveModel}, which has
 * learnt from all trials that went further how values at that step end, says with what chance it ends better than the best trial so far.
 * It goes on if that chance, for each step that is left, is at least {@code hope} times what new trials have: the mean of the newest 32
 * at the first rung. So where the first steps say nothing, all have the same chance and go on; where they say much, only few do; and the
 * nearer its end, the less a trial needs. In the line of freeze-thaw Bayesian optimisation (Swersky, Snoek and Adams, 2014) and DyHPO
 * (Wistuba, Kadra and Grabocka, 2022), which choose the trial to go on with by its expected improvement; here trials are stopped for good.
 *
 * <p>Until {@code startup} trials have been concluded and one of them is COMPLETE it is successive halving: a trial goes on if it is in the
 * best {@code 1 / reduction} of those that reached the step, or the best of them; so it stays with several objectives, and for a trial that
 * breaks the constraints on results. Without {@code max}, the last step of the first COMPLETE trial is taken for it, and nothing is pruned before.
 * A few trials go on whatever is said of them, as in {@link SuccessiveHalvingPruner}, and a trial whose value is NaN or infinite is pruned.
 *
 * <p>{@code O(log n)} a rung, and learning anew each time that a tenth more trials have ended. Answers alike without what it has kept.
 * Not thread-safe.
 */
public final class CurvePruner implements Pruner {
    private static final double FIRST = 12;

    private final FirstMax rungs;

    private CurvePruner(Builder builder) {
        SuccessiveHalvingPruner.checkRungs(
                builder.min.orElse(1), builder.max.orElse(Long.MAX_VALUE), builder.reduction, builder.explore);
        if (builder.startup < 1) {
            throw new IllegalArgumentException("startup must be >= 1, was " + builder.startup);
        }
        if (!(builder.hope >= 0 && builder.hope <= 1)) {
            throw new IllegalArgumentException("hope must be in [0, 1], was " + builder.hope);
        }
        var min = builder.min;
        int reduction = builder.reduction;
        double explore = builder.explore;
        int startup = builder.startup;
        double hope = builder.hope;
        this.rungs = new FirstMax(
                builder.max,
                max -> halving(
                        min.orElseGet(() -> Math.max(1, Math.round(max / FIRST))),
                        max,
                        reduction,
                        explore,
                        startup,
                        hope));
    }

    private static Halving halving(long min, long max, int reduction, double explore, int startup, double hope) {
        return new Halving(min, Math.max(min, max), reduction, explore, new Outlook(startup, hope));
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        return rungs.judge(trial, history);
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private OptionalLong min = OptionalLong.empty();
        private OptionalLong max = OptionalLong.empty();
        private int reduction = 2;
        private int startup = 6;
        private double hope = 0.1;
        private double explore = SuccessiveHalvingPruner.EXPLORE;

        private Builder() {}

        /** The first step at which a trial is judged, at least 1; a twelfth of {@code max} if not set. */
        public Builder min(long step) {
            this.min = OptionalLong.of(step);
            return this;
        }

        /** The step of a trial that ran to its end, at least {@code min}; that of the first COMPLETE trial if not set. */
        public Builder max(long step) {
            this.max = OptionalLong.of(step);
            return this;
        }

        /** How many times as far the next step is at which a trial is judged, at least 2; 2 if not set. */
        public Builder reduction(int times) {
            this.reduction = times;
            return this;
        }

        /** How many trials must be concluded before the model decides, at least 1; 6 if not set. */
        public Builder startup(int trials) {
            this.startup = trials;
            return this;
        }

        /** The share of a new trial's chance for each step that a trial must have, in [0, 1]; 0.1 if not set. */
        public Builder hope(double share) {
            this.hope = share;
            return this;
        }

        /** The share of trials that go on from a rung whatever is said of them, in [0, 1]; 0.05 if not set. */
        public Builder explore(double share) {
            this.explore = share;
            return this;
        }

        /**
         * The pruner.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public CurvePruner build() {
            return new CurvePruner(this);
        }
    }
}
