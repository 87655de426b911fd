package dev.sluice.search.trial;

import dev.sluice.search.space.ParameterValues;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A trial as it stands at one moment. Immutable and thread-safe: what happens to a trial gives another one, with the methods that are
 * participles ({@link #started}, {@link #reported}, {@link #told}, {@link #requeued}). Only a study has use for these.
 */
public final class Trial {
    /** The step of a trial that has reported nothing. */
    public static final long NO_STEP = -1;

    private final TrialId id;
    private final Goals goals;
    private final ParameterValues values;
    private final long seed;
    private final String suggestedBy;
    private final TrialState state;
    private final MeasurementLog measurements;
    private final Shown[] shown;
    private final Optional<String> pruneVerdict;
    private final String reason;
    private final int attempt;
    private final Optional<String> importedFrom;

    /** The value of one objective so far; {@code step} is where it was reported, {@code NO_STEP} for a final value. */
    private record Shown(boolean present, double value, long step) {
        static final Shown NOTHING = new Shown(false, Double.NaN, NO_STEP);

        Shown and(Objective objective, double next, long atStep) {
            boolean replaces = !present
                    || switch (objective.report()) {
                        case LAST -> true;
                        case BEST -> objective.direction().isBetter(next, value);
                    };
            return replaces ? new Shown(true, next, atStep) : this;
        }
    }

    private Trial(
            TrialId id,
            Goals goals,
            ParameterValues values,
            long seed,
            String suggestedBy,
            TrialState state,
            MeasurementLog measurements,
            Shown[] shown,
            Optional<String> pruneVerdict,
            String reason,
            int attempt,
            Optional<String> importedFrom) {
        this.id = id;
        this.goals = goals;
        this.values = values;
        this.seed = seed;
        this.suggestedBy = suggestedBy;
        this.state = state;
        this.measurements = measurements;
        this.shown = shown;
        this.pruneVerdict = pruneVerdict;
        this.reason = reason;
        this.attempt = attempt;
        this.importedFrom = importedFrom;
    }

    /** A new trial, waiting for its first attempt. */
    public static Trial queued(TrialId id, Goals goals, ParameterValues values, long seed, String suggestedBy) {
        var shown = new Shown[goals.watched()];
        Arrays.fill(shown, Shown.NOTHING);
        return new Trial(
                Objects.requireNonNull(id, "id"),
                Objects.requireNonNull(goals, "goals"),
                Objects.requireNonNull(values, "values"),
                seed,
                Objects.requireNonNull(suggestedBy, "suggestedBy"),
                TrialState.QUEUED,
                MeasurementLog.EMPTY,
                shown,
                Optional.empty(),
                "",
                0,
                Optional.empty());
    }

    /**
     * A trial that another study ran, taken over with what came of it. It has no attempt and never will.
     *
     * @param outcome {@link Outcome.Completed} with a value of each objective, or {@link Outcome.Infeasible}: what another study gave up
     *     early, or what failed there, says too little here
     * @param source where it ran, in words
     * @throws IllegalArgumentException if the outcome is neither
     */
    public static Trial imported(
            TrialId id, Goals goals, ParameterValues values, long seed, Outcome outcome, String source) {
        Objects.requireNonNull(source, "source");
        if (!(outcome instanceof Outcome.Completed || outcome instanceof Outcome.Infeasible)) {
            throw new IllegalArgumentException("what is taken over from %s must be COMPLETE or INFEASIBLE, was %s"
                    .formatted(source, outcome.state()));
        }
        var queued = queued(id, goals, values, seed, "taken over from " + source);
        return new Trial(
                id,
                goals,
                values,
                seed,
                queued.suggestedBy,
                outcome.state(),
                MeasurementLog.EMPTY,
                queued.result(outcome),
                Optional.empty(),
                outcome.why(),
                0,
                Optional.of(source));
    }

    /**
     * The trial that was {@link #saved}.
     *
     * @param values equal to those that were saved
     * @throws IllegalArgumentException if it is COMPLETE without a value of each objective
     */
    public static Trial restored(TrialId id, Goals goals, ParameterValues values, SavedTrial saved) {
        var queued = queued(id, goals, values, saved.seed(), saved.suggestedBy());
        var shown = queued.shownBy(saved.measurements());
        var trial = new Trial(
                id,
                goals,
                values,
                saved.seed(),
                saved.suggestedBy(),
                saved.state(),
                MeasurementLog.of(saved.measurements()),
                shown,
                saved.pruneVerdict(),
                saved.reason(),
                saved.attempt(),
                saved.importedFrom());
        return saved.state() == TrialState.COMPLETE
                ? trial.with(trial.result(new Outcome.Completed(saved.finalValues())))
                : trial;
    }

    /** All there is to know of it, as plain data. */
    public SavedTrial saved() {
        var finalValues = new LinkedHashMap<String, Double>();
        if (state == TrialState.COMPLETE) {
            for (int i = 0; i < shown.length; i++) {
                if (shown[i].present() && shown[i].step() == NO_STEP) {
                    finalValues.put(goals.watchedMetric(i), shown[i].value());
                }
            }
        }
        return new SavedTrial(
                values,
                seed,
                suggestedBy,
                state,
                measurements,
                finalValues,
                pruneVerdict,
                reason,
                attempt,
                importedFrom);
    }

    private Trial with(Shown[] result) {
        return new Trial(
                id,
                goals,
                values,
                seed,
                suggestedBy,
                state,
                measurements,
                result,
                pruneVerdict,
                reason,
                attempt,
                importedFrom);
    }

    public TrialId id() {
        return id;
    }

    public TrialState state() {
        return state;
    }

    public ParameterValues values() {
        return values;
    }

    /** For the trial's own randomness, in [0, 2^31). */
    public long seed() {
        return seed;
    }

    /** Why these values, in words. */
    public String suggestedBy() {
        return suggestedBy;
    }

    /** What was reported, by rising step: in this attempt, and in earlier ones up to where it resumed. */
    public List<Measurement> measurements() {
        return measurements;
    }

    /** The last step that was reported, {@link #NO_STEP} if none was. */
    public long lastStep() {
        return measurements.isEmpty() ? NO_STEP : measurements.getLast().step();
    }

    /**
     * The value of an objective so far: the best or the last, as {@link Objective#report} has it. A trial that was pruned or failed shows
     * what it had reported. Empty if it never reported that metric; NaN if it reported nothing better.
     *
     * @param objective the objective's index
     */
    public OptionalDouble objectiveValue(int objective) {
        return shown(Objects.checkIndex(objective, goals.objectives().size()));
    }

    private OptionalDouble shown(int index) {
        var value = shown[index];
        return value.present() ? OptionalDouble.of(value.value()) : OptionalDouble.empty();
    }

    /**
     * The last value of a constraint's metric, or where that is an objective's as well the {@link #objectiveValue}, so that a trial is not
     * told by one value that it keeps to the constraint and by another how good it is; empty if it was never reported.
     *
     * @param constraint the constraint's index
     */
    public OptionalDouble constraintValue(int constraint) {
        return shown(goals.objectives().size()
                + Objects.checkIndex(constraint, goals.constraints().size()));
    }

    /**
     * By how much the constraints are broken so far, the sum over all of them: 0 if all are kept to or there are none, infinite if a
     * metric is NaN; empty while one of their metrics was not reported.
     */
    public OptionalDouble constraintViolation() {
        double sum = 0;
        for (int i = 0; i < goals.constraints().size(); i++) {
            OptionalDouble value = constraintValue(i);
            if (value.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += goals.constraints().get(i).violation(value.getAsDouble());
        }
        return OptionalDouble.of(sum);
    }

    /** Whether it is known to keep to all constraints: it is not INFEASIBLE, and its violation is 0. */
    public boolean isFeasible() {
        return state != TrialState.INFEASIBLE && constraintViolation().orElse(1) == 0;
    }

    /** The step at which the {@link #objectiveValue} was reported; empty if there is none, or it came with the outcome. */
    public OptionalLong objectiveStep(int objective) {
        var value = shown[objective];
        return value.present() && value.step() != NO_STEP ? OptionalLong.of(value.step()) : OptionalLong.empty();
    }

    /**
     * What an objective's metric was at the first report of it with at least this step, which is where a rung is judged. Reports of
     * other metrics in between are passed over: losses are often reported more often than what is validated.
     *
     * @return empty if no such report was made
     */
    public OptionalDouble valueAtStep(int objective, long step) {
        String metric = goals.objectives().get(objective).metric();
        for (int index = measurements.firstAtOrAfter(step); index < measurements.size(); index++) {
            OptionalDouble value = measurements.get(index).value(metric);
            if (value.isPresent()) {
                return value;
            }
        }
        return OptionalDouble.empty();
    }

    /** Why the attempt under way, or the last one, was to be given up; empty if it was not. */
    public Optional<String> pruneVerdict() {
        return pruneVerdict;
    }

    /** Why it ended or was queued again, in words; empty while there is nothing to say. */
    public String reason() {
        return reason;
    }

    /** The number of the attempt under way, or of the last one, from 1; 0 before the first. */
    public int attempt() {
        return attempt;
    }

    /** The study that ran it, in words, where that was another one and this one only took over what came of it. */
    public Optional<String> importedFrom() {
        return importedFrom;
    }

    /**
     * An attempt begins.
     *
     * @param attempt above that of the attempt before
     * @param resumedFrom the step it goes on from, so that what was reported after it is dropped; -1 begins afresh and drops all
     * @throws IllegalTransitionException if the trial is not queued
     */
    public Trial started(int attempt, long resumedFrom) {
        require(TrialState.RUNNING, "be started");
        if (attempt <= this.attempt) {
            throw new IllegalArgumentException(
                    "attempt of trial %s must be above %d, was %d".formatted(id, this.attempt, attempt));
        }
        if (resumedFrom < NO_STEP) {
            throw new IllegalArgumentException("resumedFrom must be >= -1, was " + resumedFrom);
        }
        var kept = measurements.upTo(resumedFrom);
        // what a final value added is gone with the outcome that brought it
        var again = shownBy(kept);
        return next(TrialState.RUNNING, kept, again, Optional.empty(), "", attempt);
    }

    /**
     * A measurement comes in.
     *
     * @throws IllegalTransitionException if the trial is not running
     * @throws IllegalArgumentException if its step is not above {@link #lastStep}
     */
    public Trial reported(Measurement measurement) {
        if (state != TrialState.RUNNING) {
            throw new IllegalTransitionException(id, state, "report");
        }
        if (measurement.step() <= lastStep()) {
            throw new IllegalArgumentException("step of trial %s must be above %d, the last one reported, was %d"
                    .formatted(id, lastStep(), measurement.step()));
        }
        return next(
                state,
                measurements.with(measurement),
                show(shown, measurement.values(), measurement.step()),
                pruneVerdict,
                reason,
                attempt);
    }

    /** The attempt under way is to be given up; the first such verdict stays. */
    public Trial condemned(String verdict) {
        if (state != TrialState.RUNNING) {
            throw new IllegalTransitionException(id, state, "be given up");
        }
        return pruneVerdict.isPresent()
                ? this
                : next(state, measurements, shown, Optional.of(verdict), reason, attempt);
    }

    /**
     * The trial ends.
     *
     * @throws IllegalTransitionException if it is not running, or queued and cancelled
     * @throws IllegalArgumentException if it completed without a value of each objective
     */
    public Trial told(Outcome outcome) {
        require(outcome.state(), "become " + outcome.state());
        var result = result(outcome);
        return next(outcome.state(), measurements.trimmed(), result, pruneVerdict, outcome.why(), attempt);
    }

    private Shown[] result(Outcome outcome) {
        if (!(outcome instanceof Outcome.Completed(var finalValues))) {
            return shown;
        }
        var result = show(shown, finalValues, NO_STEP);
        for (int i = 0; i < goals.objectives().size(); i++) {
            if (!result[i].present()) {
                throw new IllegalArgumentException("trial %s cannot complete without a value of %s; none was reported"
                        .formatted(id, goals.objectives().get(i).metric()));
            }
        }
        return result;
    }

    /**
     * The trial waits for another attempt. What it has reported stays until that one starts.
     *
     * @throws IllegalTransitionException if it is not running, failed or cancelled
     */
    public Trial requeued(String why) {
        require(TrialState.QUEUED, "be queued again");
        return next(TrialState.QUEUED, measurements, shown, Optional.empty(), why, attempt);
    }

    /**
     * The trial as those are shown it who search a space that it is no point of, since the space was edited: called off, with nothing to be
     * learnt from it.
     */
    public Trial outside() {
        return next(TrialState.CANCELLED, measurements, shown, pruneVerdict, "no point of the space any more", attempt);
    }

    /** This trial at another moment of its life. */
    private Trial next(
            TrialState state,
            MeasurementLog measurements,
            Shown[] shown,
            Optional<String> pruneVerdict,
            String reason,
            int attempt) {
        return new Trial(
                id,
                goals,
                values,
                seed,
                suggestedBy,
                state,
                measurements,
                shown,
                pruneVerdict,
                reason,
                attempt,
                importedFrom);
    }

    private Shown[] shownBy(List<Measurement> reported) {
        var result = new Shown[goals.watched()];
        Arrays.fill(result, Shown.NOTHING);
        for (Measurement measurement : reported) {
            result = show(result, measurement.values(), measurement.step());
        }
        return result;
    }

    private void require(TrialState next, String what) {
        if (!state.canBecome(next)) {
            throw new IllegalTransitionException(id, state, what);
        }
    }

    /** The same array where nothing new was shown, since most reports do not better the best. */
    private Shown[] show(Shown[] before, Map<String, Double> reported, long step) {
        var after = before;
        boolean differs = false;
        for (int i = 0; i < goals.watched(); i++) {
            Double value = reported.get(goals.watchedMetric(i));
            if (value != null) {
                Shown now;
                if (i < goals.objectives().size()) {
                    now = before[i].and(goals.objectives().get(i), value, step);
                } else {
                    int objective = goals.objectiveOn(goals.watchedMetric(i));
                    now = objective >= 0 ? after[objective] : new Shown(true, value, step);
                }
                if (!now.equals(before[i])) {
                    after = differs ? after : before.clone();
                    after[i] = now;
                    differs = true;
                }
            }
        }
        return after;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Trial that
                && id.equals(that.id)
                && goals.equals(that.goals)
                && values.equals(that.values)
                && seed == that.seed
                && suggestedBy.equals(that.suggestedBy)
                && state == that.state
                && measurements.equals(that.measurements)
                && Arrays.equals(shown, that.shown)
                && pruneVerdict.equals(that.pruneVerdict)
                && reason.equals(that.reason)
                && attempt == that.attempt
                && importedFrom.equals(that.importedFrom);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, state, attempt, measurements.size(), values);
    }

    @Override
    public String toString() {
        return "Trial[%s %s attempt=%d values=%s step=%d shown=%s%s]"
                .formatted(
                        id,
                        state,
                        attempt,
                        values,
                        lastStep(),
                        Arrays.toString(shown),
                        reason.isEmpty() ? "" : " reason=" + reason);
    }
}
