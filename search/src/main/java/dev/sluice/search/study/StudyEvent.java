package dev.sluice.search.study;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialId;
import java.util.Objects;

/** One change of a study. All of them in order, with the {@link StudySpec}, give the study again. */
public sealed interface StudyEvent {
    /** The trial that it changes. */
    TrialId id();

    /**
     * The sampler proposed a trial, which now waits.
     *
     * @param seed for the trial's own randomness, in [0, 2^31)
     * @param basedOn how many events the sampler had before it
     * @param reason why these values, in words
     */
    record TrialAsked(TrialId id, ParameterValues values, long seed, long basedOn, String reason)
            implements StudyEvent {
        public TrialAsked {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(values, "values");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** A person put a trial in the queue. */
    record TrialEnqueued(TrialId id, ParameterValues values, long seed) implements StudyEvent {
        public TrialEnqueued {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(values, "values");
        }
    }

    /**
     * A trial that another study ran was taken over with what came of it. It is concluded from its first moment, has no attempt and no
     * measurements, and counts against no budget.
     *
     * @param outcome {@link Outcome.Completed} with a value of each objective, or {@link Outcome.Infeasible}
     * @param source where it ran, in words
     */
    record TrialImported(TrialId id, ParameterValues values, Outcome outcome, String source) implements StudyEvent {
        public TrialImported {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(values, "values");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(source, "source");
        }
    }

    /**
     * An attempt began.
     *
     * @param attempt from 1
     * @param resumedFrom the step it goes on from, after which all measurements are dropped; -1 for a fresh one, which drops all
     */
    record AttemptStarted(TrialId id, int attempt, long resumedFrom) implements StudyEvent {
        public AttemptStarted {
            Objects.requireNonNull(id, "id");
        }
    }

    /**
     * A measurement came in and was judged.
     *
     * @param pruneVerdict whether the trial is to be given up
     * @param verdictReason why, in words; mostly empty if it goes on
     */
    record MeasurementReported(TrialId id, Measurement measurement, boolean pruneVerdict, String verdictReason)
            implements StudyEvent {
        public MeasurementReported {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(measurement, "measurement");
            Objects.requireNonNull(verdictReason, "verdictReason");
        }
    }

    /** A trial ended. */
    record TrialTold(TrialId id, Outcome outcome) implements StudyEvent {
        public TrialTold {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(outcome, "outcome");
        }
    }

    /** A trial waits again. */
    record TrialRequeued(TrialId id, String reason) implements StudyEvent {
        public TrialRequeued {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(reason, "reason");
        }
    }
}
