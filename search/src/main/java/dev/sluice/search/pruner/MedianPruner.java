package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;

/**
 * The median stopping rule: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (2017), section 3.2.2. A trial is given
 * up if what it has shown so far is strictly worse than the median of what the COMPLETE trials had shown by the same step.
 *
 * <p>What a trial has shown so far is its best value, or where the objective counts the last value, that. Other than in the paper, the
 * others count in the same way and not with their running average. A median of NaN, where most completed trials showed NaN, prunes no
 * number; a trial that has shown no finite number is pruned.
 *
 * <p>With several objectives a trial is given up if more than half of the COMPLETE trials dominate it, of the newest 1,000 where there
 * are more, once it has shown a value of each.
 * Trials that break the constraints on results rank behind all that do not.
 *
 * <p>Where what is shown so early says nothing of what comes later, nothing is pruned, which a note of the verdict says. It is watched by
 * the rank correlation between the steps {@code 1, 2, 4, ...} from the warm-up on; for its sake a few trials go on from one of these to the
 * next whatever is said of them, chosen by their seed.
 *
 * <p>With one objective {@code O(log n)} a report once a step was judged, {@code O(n)} the first time. Keeps
 * tables of what was shown, but answers alike without them. Not thread-safe.
 */
public final class MedianPruner implements Pruner {
    private final QuantileRule rule;

    private MedianPruner(Builder builder) {
        this.rule = new QuantileRule(0.5, "median", "the median of the trials completed", builder.settings);
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        return rule.judge(trial, history);
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private QuantileRule.Settings settings = QuantileRule.Settings.DEFAULT;

        private Builder() {}

        /** How many trials must be COMPLETE before any is compared, at least 0 (one is always needed); 5 if not set. */
        public Builder startupTrials(int trials) {
            this.settings = settings.withStartupTrials(trials);
            return this;
        }

        /** The step before which nothing is pruned, at least 0; 0 if not set. */
        public Builder warmupSteps(long step) {
            this.settings = settings.withWarmupSteps(step);
            return this;
        }

        /** A trial is judged once every so many steps, counted from {@code warmupSteps}, at least 1; 1 if not set. */
        public Builder interval(long steps) {
            this.settings = settings.withInterval(steps);
            return this;
        }

        /** The share of trials that go on for a while whatever is said of them, in [0, 1]; 0.05 if not set. */
        public Builder explore(double share) {
            this.settings = settings.withExplore(share);
            return this;
        }

        /** Whether steps that say nothing of what comes later are passed over; they are if not set. */
        public Builder watch(boolean watches) {
            this.settings = settings.withWatch(watches);
            return this;
        }

        /**
         * The pruner.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public MedianPruner build() {
            return new MedianPruner(this);
        }
    }
}
