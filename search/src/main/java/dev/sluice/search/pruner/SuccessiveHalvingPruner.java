package dev.sluice.search.pruner;

import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Asynchronous successive halving (ASHA): Li et al., "A System for Massively Parallel Hyperparameter Tuning" (2020), arXiv:1810.05934,
 * in the variant that stops trials instead of pausing them, so that a trial is judged once at each rung and never waits for others.
 *
 * <p>The rungs are at the steps {@code min * reduction^k} below {@code max}. A trial is judged at rung {@code r} when its first report
 * with a step of at least {@code r} comes in, by the value of that report. With {@code n} trials that have reached the rung, this one
 * among them, it goes on if fewer than {@code floor(n / reduction)} are strictly better; equals go on together. A report that passes
 * several rungs at once is judged at each, the lowest first. NaN at a rung is pruned.
 *
 * <p>While fewer than {@code reduction} trials have reached a rung, they go on: there is no best share of them yet. (Optuna prunes all but
 * the best of those; the paper's promotion rule would have them wait.) From {@code max} on nothing is pruned: the trial is nearly there.
 *
 * <p>Trials that were pruned, failed or are under way count at the rungs that they reached. {@code O(log n)} for each rung passed. Has no
 * state.
 */
public final class SuccessiveHalvingPruner implements Pruner {
    private final long min;
    private final long max;
    private final int reduction;

    private SuccessiveHalvingPruner(Builder builder) {
        if (builder.min < 1) {
            throw new IllegalArgumentException("min must be >= 1, was " + builder.min);
        }
        if (builder.max < builder.min) {
            throw new IllegalArgumentException(
                    "max must be >= min, was max %d with min %d".formatted(builder.max, builder.min));
        }
        if (builder.reduction < 2) {
            throw new IllegalArgumentException("reduction must be >= 2, was " + builder.reduction);
        }
        this.min = builder.min;
        this.max = builder.max;
        this.reduction = builder.reduction;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        var metric = history.objectives().getFirst().metric();
        var measurements = trial.measurements();
        if (measurements.isEmpty()) {
            return Verdict.proceed();
        }
        Measurement last = measurements.getLast();
        OptionalDouble value = last.value(metric);
        if (value.isEmpty() || last.step() >= max) {
            return Verdict.proceed();
        }
        long before = stepBefore(measurements, metric);
        for (long rung = min; rung <= last.step(); rung *= reduction) {
            if (rung > before) {
                Verdict verdict = judge(trial, history, rung, value.getAsDouble());
                if (verdict instanceof Verdict.Prune) {
                    return verdict;
                }
            }
            if (rung > Long.MAX_VALUE / reduction) {
                break;
            }
        }
        return Verdict.proceed();
    }

    private Verdict judge(Trial trial, TrialHistory history, long rung, double value) {
        if (Double.isNaN(value)) {
            return Verdict.prune("NaN at step %d, where rung %d is judged".formatted(trial.lastStep(), rung));
        }
        var reached = history.valuesAtStep(0, rung);
        int trials = reached.size();
        int kept = trials / reduction;
        if (kept == 0 || reached.countBetter(value) < kept) {
            return Verdict.proceed();
        }
        return Verdict.prune("%s at step %d is not in the best %s of rung %d (%d trials, cut %s)"
                .formatted(
                        Figures.of(value), trial.lastStep(), share(), rung, trials, Figures.of(reached.get(kept - 1))));
    }

    /** The last step but one that had a value of the metric: all rungs up to there were judged. */
    private static long stepBefore(List<Measurement> measurements, String metric) {
        for (int i = measurements.size() - 2; i >= 0; i--) {
            if (measurements.get(i).value(metric).isPresent()) {
                return measurements.get(i).step();
            }
        }
        return Trial.NO_STEP;
    }

    private String share() {
        return switch (reduction) {
            case 2 -> "half";
            case 3 -> "third";
            case 4 -> "quarter";
            case 5 -> "fifth";
            default -> "1/" + reduction;
        };
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private long min = 1;
        private long max = Long.MAX_VALUE;
        private int reduction = 3;

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
