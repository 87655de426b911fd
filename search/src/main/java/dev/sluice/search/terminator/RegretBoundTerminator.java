package dev.sluice.search.terminator;

import dev.sluice.search.sampler.SamplerContext;
import dev.sluice.search.sampler.gp.RegretBound;
import dev.sluice.search.trial.TrialHistory;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Stops when hardly anything is left to gain: when a {@linkplain RegretBound bound on the remaining regret} is no more than what matters,
 * after Makarova et al., "Automatic Termination for Hyperparameter Optimization" (2022). What matters is said in the metric's unit (such
 * as by how much it differs between trainings with the same values and other seeds, which is their choice), or as a share of how far the
 * best trial is from the median of the first twenty.
 *
 * <p>Keeps what it has reckoned. Not thread-safe.
 */
public final class RegretBoundTerminator implements Terminator {
    private final RegretBound bound;
    private final OptionalDouble regret;
    private final double share;
    private final int startup;

    private RegretBoundTerminator(Builder builder) {
        this.bound = RegretBound.of(builder.context);
        this.regret = builder.regret;
        this.share = builder.share;
        this.startup = builder.startup;
    }

    /** For what a study plans; it has one objective. */
    public static Builder builder(SamplerContext context) {
        return new Builder(context);
    }

    @Override
    public Optional<Termination> check(TrialHistory history) {
        if (history.concluded().size() < startup) {
            return Optional.empty();
        }
        return bound.remaining(history).flatMap(this::judge);
    }

    private Optional<Termination> judge(RegretBound.Bound remaining) {
        double limit = regret.orElse(share * remaining.spread());
        return remaining.trials() < startup || remaining.regret() > limit
                ? Optional.empty()
                : Optional.of(new Termination(
                        Termination.Kind.STAGNATION,
                        "at most %.3g is left to gain, by what %d trials showed, and %.3g %s"
                                .formatted(
                                        remaining.regret(),
                                        remaining.trials(),
                                        limit,
                                        regret.isPresent()
                                                ? "was said not to matter"
                                                : "is %.3g %% of the way from the median of the first trials to the best one"
                                                        .formatted(100 * share))));
    }

    /** Options with their defaults. */
    public static final class Builder {
        private final SamplerContext context;
        private OptionalDouble regret = OptionalDouble.empty();
        private double share = 0.01;
        private int startup = 20;

        private Builder(SamplerContext context) {
            this.context = Objects.requireNonNull(context, "context");
        }

        /** What does not matter, in the metric's unit, above 0. In place of a share. */
        public Builder regret(double value) {
            if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("regret must be > 0 and finite, was " + value);
            }
            this.regret = OptionalDouble.of(value);
            return this;
        }

        /** What does not matter, as a share of how far the best trial is from the median of the first twenty, in (0, 1); 0.01 by default. */
        public Builder share(double value) {
            if (!(value > 0 && value < 1)) {
                throw new IllegalArgumentException("share must be in (0, 1), was " + value);
            }
            this.share = value;
            this.regret = OptionalDouble.empty();
            return this;
        }

        /** Before so many trials have completed it says nothing, at least 3; 20 by default. */
        public Builder startup(int trials) {
            if (trials < 3) {
                throw new IllegalArgumentException("startup must be >= 3, was " + trials);
            }
            this.startup = trials;
            return this;
        }

        /**
         * The terminator.
         *
         * @throws IllegalArgumentException if the study has several objectives
         */
        public RegretBoundTerminator build() {
            return new RegretBoundTerminator(this);
        }
    }
}
