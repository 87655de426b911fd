package dev.sluice.search.pruner;

import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.OptionalDouble;

/**
 * Gives up a trial that reports a value of an objective outside of bounds, or one that is NaN or infinite, of whichever objective.
 * {@code O(1)} a report. Immutable and thread-safe.
 */
public final class ThresholdPruner implements Pruner {
    private final double lower;
    private final double upper;
    private final int objective;
    private final long warmupSteps;

    private ThresholdPruner(Builder builder) {
        if (Double.isNaN(builder.lower) || Double.isNaN(builder.upper) || builder.lower > builder.upper) {
            throw new IllegalArgumentException(
                    "lower must be <= upper, was [%s, %s]".formatted(builder.lower, builder.upper));
        }
        if (builder.objective < 0) {
            throw new IllegalArgumentException("objective must be >= 0, was " + builder.objective);
        }
        if (builder.warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must be >= 0, was " + builder.warmupSteps);
        }
        this.lower = builder.lower;
        this.upper = builder.upper;
        this.objective = builder.objective;
        this.warmupSteps = builder.warmupSteps;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        if (trial.measurements().isEmpty() || trial.lastStep() < warmupSteps) {
            return Verdict.proceed();
        }
        Measurement last = trial.measurements().getLast();
        for (int i = 0; i < history.objectives().size(); i++) {
            Objective of = history.objectives().get(i);
            OptionalDouble value = last.value(of.metric());
            if (value.isPresent() && !Double.isFinite(value.getAsDouble())) {
                return Verdict.prune("%s is %s at step %d, which is no finite value"
                        .formatted(of.metric(), value.getAsDouble(), last.step()));
            }
            if (i == objective && value.isPresent() && value.getAsDouble() < lower) {
                return Verdict.prune("%s is %s at step %d, below %s"
                        .formatted(of.metric(), Figures.of(value.getAsDouble()), last.step(), Figures.of(lower)));
            }
            if (i == objective && value.isPresent() && value.getAsDouble() > upper) {
                return Verdict.prune("%s is %s at step %d, above %s"
                        .formatted(of.metric(), Figures.of(value.getAsDouble()), last.step(), Figures.of(upper)));
            }
        }
        return Verdict.proceed();
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private double lower = Double.NEGATIVE_INFINITY;
        private double upper = Double.POSITIVE_INFINITY;
        private int objective;
        private long warmupSteps;

        private Builder() {}

        /** The smallest value allowed; none if not set. */
        public Builder lower(double value) {
            this.lower = value;
            return this;
        }

        /** The largest value allowed, at least {@code lower}; none if not set. */
        public Builder upper(double value) {
            this.upper = value;
            return this;
        }

        /** The objective that is held against the bounds, counted from 0; the first if not set. */
        public Builder objective(int index) {
            this.objective = index;
            return this;
        }

        /** The step before which nothing is pruned, at least 0; 0 if not set. */
        public Builder warmupSteps(long step) {
            this.warmupSteps = step;
            return this;
        }

        /**
         * The pruner.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public ThresholdPruner build() {
            return new ThresholdPruner(this);
        }
    }
}
