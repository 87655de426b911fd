package dev.sluice.search.pruner;

import dev.sluice.search.trial.Bookmark;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialHistory;
import dev.sluice.search.trial.TrialState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Gives up a trial that has not improved for so many steps, or leaves what then becomes of it to another pruner, which is not asked before.
 *
 * <p>An improvement is a value that is better than the best at the last improvement by more than {@code minDelta}, of whichever objective;
 * the first number is one. NaN and infinities are none. Steps are counted by their numbers, from the last improvement, or where there was
 * none from the first report of an objective.
 *
 * <p>{@code O(1)} a report. Remembers where running trials last improved, but answers alike without it. Not thread-safe.
 */
public final class PatientPruner implements Pruner {
    private static final int FEW = 64;

    private final long patience;
    private final double minDelta;
    private final long warmupSteps;
    private final Optional<Pruner> then;
    private final Bookmark bookmark = new Bookmark();
    private final Map<Integer, Progress> progress = new HashMap<>();

    private PatientPruner(Builder builder) {
        if (builder.patience < 1) {
            throw new IllegalArgumentException("patience must be >= 1, was " + builder.patience);
        }
        if (!(builder.minDelta >= 0 && builder.minDelta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("minDelta must be >= 0 and finite, was " + builder.minDelta);
        }
        if (builder.warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must be >= 0, was " + builder.warmupSteps);
        }
        this.patience = builder.patience;
        this.minDelta = builder.minDelta;
        this.warmupSteps = builder.warmupSteps;
        this.then = builder.then;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict judge(Trial trial, TrialHistory history) {
        var reached = progress(trial, history);
        if (reached.since == Trial.NO_STEP
                || trial.lastStep() < warmupSteps
                || trial.lastStep() - reached.since < patience) {
            return Verdict.proceed();
        }
        var why = "no improvement%s for %d steps up to step %d (%s)"
                .formatted(
                        minDelta > 0 ? " by more than " + Figures.of(minDelta) : "",
                        trial.lastStep() - reached.since,
                        trial.lastStep(),
                        reached.words(history.objectives()));
        if (then.isEmpty()) {
            return Verdict.prune(why);
        }
        return switch (then.get().judge(trial, history)) {
            case Verdict.Prune(String reason) -> Verdict.prune(reason + "; " + why);
            case Verdict.Proceed other -> other;
        };
    }

    private Progress progress(Trial trial, TrialHistory history) {
        if (!bookmark.goesOn(history)) {
            progress.clear();
        }
        if (progress.size() > FEW + 2 * history.count(TrialState.RUNNING)) {
            progress.keySet().removeIf(number -> history.all().get(number).state() != TrialState.RUNNING);
        }
        var known = progress.get(trial.id().number());
        if (known == null || known.attempt != trial.attempt()) {
            known = new Progress(trial.attempt(), history.objectives().size());
            progress.put(trial.id().number(), known);
        }
        known.update(trial, history.objectives(), minDelta);
        return known;
    }

    /** Where an attempt of a trial stands. */
    private static final class Progress {
        private final int attempt;
        private final double[] best;
        private int taken;
        private long since = Trial.NO_STEP;

        Progress(int attempt, int objectives) {
            this.attempt = attempt;
            this.best = new double[objectives];
            Arrays.fill(best, Double.NaN);
        }

        void update(Trial trial, List<Objective> objectives, double minDelta) {
            for (; taken < trial.measurements().size(); taken++) {
                Measurement measurement = trial.measurements().get(taken);
                for (int o = 0; o < best.length; o++) {
                    OptionalDouble value = measurement.value(objectives.get(o).metric());
                    if (value.isEmpty()) {
                        continue;
                    }
                    double cost = objectives.get(o).direction().toCost(value.getAsDouble());
                    if (Double.isFinite(cost) && (Double.isNaN(best[o]) || best[o] - cost > minDelta)) {
                        best[o] = cost;
                        since = measurement.step();
                    } else if (since == Trial.NO_STEP) {
                        since = measurement.step();
                    }
                }
            }
        }

        String words(List<Objective> objectives) {
            var words = new StringBuilder("best ");
            for (int o = 0; o < best.length; o++) {
                var objective = objectives.get(o);
                words.append(o == 0 ? "" : ", ")
                        .append(best.length == 1 ? "" : objective.metric() + " ")
                        .append(Figures.of(objective.direction().toCost(best[o])));
            }
            return words.append(" at step ").append(since).toString();
        }
    }

    /** What may be set; all has a default. Not thread-safe. */
    public static final class Builder {
        private long patience = 10;
        private double minDelta;
        private long warmupSteps;
        private Optional<Pruner> then = Optional.empty();

        private Builder() {}

        /** For how many steps a trial may go without improvement, at least 1; 10 if not set. */
        public Builder patience(long steps) {
            this.patience = steps;
            return this;
        }

        /** By more than what a value must be better to be an improvement, at least 0, in the objective's unit; 0 if not set. */
        public Builder minDelta(double delta) {
            this.minDelta = delta;
            return this;
        }

        /** The step before which nothing is pruned, at least 0; 0 if not set. */
        public Builder warmupSteps(long step) {
            this.warmupSteps = step;
            return this;
        }

        /** What judges a trial that has not improved for so long; it is given up if not set. */
        public Builder then(Pruner pruner) {
            this.then = Optional.of(pruner);
            return this;
        }

        /**
         * The pruner.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public PatientPruner build() {
            return new PatientPruner(this);
        }
    }
}
