package dev.sluice.search.pruner;

import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.List;

/**
 * The median stopping rule: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (2017), section 3.2.2. A trial is given
 * up if what it has shown so far is strictly worse than the median of what the COMPLETE trials showed at the same step.
 *
 * <p>What a trial has shown so far is its best value, or where the objective counts the last value, that. As in Optuna, and other than in
 * the paper, the others count with the value of that step (of their first report from there on) and not with their running average. A
 * median of NaN, where most completed trials showed NaN, prunes no number; a trial that has shown only NaN is pruned.
 *
 * <p>{@code O(log n)} a report once a step was judged, {@code O(n)} the first time. Has no state.
 */
public final class MedianPruner implements Pruner {
    private final int startupTrials;
    private final long warmupSteps;
    private final long interval;

    private MedianPruner(Builder builder) {
        if (builder.startupTrials < 0) {
            throw new IllegalArgumentException("startupTrials must be >= 0, was " + builder.startupTrials);
        }
        if (builder.warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must be >= 0, was " + builder.warmupSteps);
        }
        if (builder.interval < 1) {
            throw new IllegalArgumentException("interval must be >= 1, was " + builder.interval);
        }
        this.startupTrials = builder.startupTrials;
        this.warmupSteps = builder.warmupSteps;
        this.interval = builder.interval;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        int complete = history.count(TrialState.COMPLETE);
        long step = trial.lastStep();
        var shown = trial.objectiveValue(0);
        if (complete == 0
                || complete < startupTrials
                || step < warmupSteps
                || shown.isEmpty()
                || !isFirstOfInterval(trial, history.objectives().getFirst().metric())) {
            return Verdict.proceed();
        }
        double value = shown.getAsDouble();
        var others = history.completeValuesAtStep(0, step);
        if (others.size() == 0) {
            return Verdict.proceed();
        }
        double median = others.median();
        if (Double.isNaN(value)) {
            return Verdict.prune("nothing but NaN up to step %d (median %s, %d trials)"
                    .formatted(step, Figures.of(median), others.size()));
        }
        if (!history.objectives().getFirst().direction().isBetter(median, value)) {
            return Verdict.proceed();
        }
        return Verdict.prune("%s at step %d is worse than the median of the trials completed (median %s, %d trials)"
                .formatted(Figures.of(value), step, Figures.of(median), others.size()));
    }

    /** Whether no earlier report fell into the same interval. */
    private boolean isFirstOfInterval(Trial trial, String metric) {
        if (interval == 1) {
            return true;
        }
        long begin = (trial.lastStep() - warmupSteps) / interval * interval + warmupSteps;
        List<Measurement> measurements = trial.measurements();
        for (int i = measurements.size() - 2; i >= 0 && measurements.get(i).step() >= begin; i--) {
            if (measurements.get(i).value(metric).isPresent()) {
                return false;
            }
        }
        return true;
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private int startupTrials = 5;
        private long warmupSteps = 0;
        private long interval = 1;

        private Builder() {}

        /** How many trials must be COMPLETE before any is pruned, at least 0 (one is always needed); 5 if not set. */
        public Builder startupTrials(int trials) {
            this.startupTrials = trials;
            return this;
        }

        /** The step before which nothing is pruned, at least 0; 0 if not set. */
        public Builder warmupSteps(long step) {
            this.warmupSteps = step;
            return this;
        }

        /** A trial is judged once every so many steps, counted from {@code warmupSteps}, at least 1; 1 if not set. */
        public Builder interval(long steps) {
            this.interval = steps;
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
