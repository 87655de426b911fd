package dev.sluice.console.study;

import dev.sluice.search.study.StudyEvent;
import java.util.List;

/**
 * Whatever happens to a sweep, as one type to store, replay and show live: what its study decided, and what became
 * of the sweep itself and of its attempts.
 */
public sealed interface SweepEvent {
    /** The number of the trial that it is about, or -1. */
    int trial();

    record Studied(StudyEvent event) implements SweepEvent {
        @Override
        public int trial() {
            return event.id().number();
        }
    }

    record StateChanged(SweepState state, String reason) implements SweepEvent {
        @Override
        public int trial() {
            return -1;
        }
    }

    /** It began with what earlier sweeps know. */
    record WarmStarted(List<EarlierSweep> from) implements SweepEvent {
        public WarmStarted {
            from = List.copyOf(from);
        }

        @Override
        public int trial() {
            return -1;
        }
    }

    /**
     * Somebody steered it.
     *
     * @param who as the call said, or `unknown`
     * @param action `edit`, `extend`, `pause`, `resume`, `stop`, `cancel`, `enqueue`, `rerun`, `stop-trial` or `clone`
     * @param before what it was: of an edit the changed fields, as JSON; else in a word
     */
    record Steered(int trial, String who, String action, String before, String after) implements SweepEvent {}

    /** A running attempt is worth a person's attention; nothing follows from it. */
    record Alerted(int trial, int attempt, String rule, String message) implements SweepEvent {}

    /** Somebody or something asked the attempt to end; it may still be running. */
    record AttemptStopping(int trial, int attempt, String reason) implements SweepEvent {}

    /** The attempt is over and nothing of it runs any more. */
    record AttemptEnded(int trial, int attempt, AttemptState state, String reason) implements SweepEvent {}
}
