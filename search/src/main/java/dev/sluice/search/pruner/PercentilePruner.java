package dev.sluice.search.pruner;

import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;

/**
 * {@link MedianPruner} for another share than a half: a trial is given up if it is strictly worse than the best {@code percentile} percent
 * of what the COMPLETE trials had shown by the same step; with several objectives, if more than so many of them dominate it. All else is
 * the same. Not thread-safe.
 */
public final class PercentilePruner implements Pruner {
    private final QuantileRule rule;

    private PercentilePruner(Builder builder) {
        if (!(builder.percentile > 0 && builder.percentile < 100)) {
            throw new IllegalArgumentException("percentile must be in (0, 100), was " + builder.percentile);
        }
        this.rule = new QuantileRule(
                builder.percentile / 100,
                "limit",
                "the best %s %% of the trials completed".formatted(Figures.of(builder.percentile)),
                builder.settings);
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
        private double percentile = 25;
        private QuantileRule.Settings settings = QuantileRule.Settings.DEFAULT;

        private Builder() {}

        /** How many percent of the COMPLETE trials a trial is held against, the best ones, in (0, 100); 25 if not set. */
        public Builder percentile(double percent) {
            this.percentile = percent;
            return this;
        }

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
        public PercentilePruner build() {
            return new PercentilePruner(this);
        }
    }
}
