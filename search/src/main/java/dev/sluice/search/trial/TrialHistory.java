package dev.sluice.search.trial;

import dev.sluice.search.space.ParameterValues;
import java.util.List;
import java.util.Optional;

/**
 * All trials of a study as they stand. A live view: it changes when the study does, and belongs to the study's one thread. The trials
 * it hands out do not change.
 *
 * <p>What depends on the history alone can be reckoned once and kept while {@link #revision} stays; {@link #concluded} only ever grows, so
 * that a sampler can take in what is new at its end.
 */
public interface TrialHistory {
    /**
     * The study that it is of, to be compared by identity. Histories of one lineage show one study, maybe at different revisions: what was
     * reckoned from the beginning of {@link #concluded} or {@link #all} of one holds for every other that is as long.
     */
    default Object lineage() {
        return this;
    }

    /** What the trials are measured by. */
    Goals goals();

    /** At least one. */
    default List<Objective> objectives() {
        return goals().objectives();
    }

    /** What results must keep to; mostly none. */
    default List<OutcomeConstraint> constraints() {
        return goals().constraints();
    }

    /** The number of trials, in whatever state. */
    int size();

    /**
     * The trial as it stands.
     *
     * @throws IllegalArgumentException if there is none of this number
     */
    Trial get(TrialId id);

    /** All trials by number; an unmodifiable live view. */
    List<Trial> all();

    /** The trials in a state, by number, as they are now. {@code O(trials in it)}, and a bit a trial. */
    List<Trial> in(TrialState state);

    /** How many trials are in a state. {@code O(1)}. */
    int count(TrialState state);

    /**
     * How many trials were {@linkplain Trial#importedFrom taken over} from earlier studies. They are knowledge like any other, but this
     * study did not run them, so that budgets leave them out.
     */
    default int imported() {
        int imported = 0;
        for (Trial trial : all()) {
            imported += trial.importedFrom().isPresent() ? 1 : 0;
        }
        return imported;
    }

    /** The trials that wait or run, by number, as they are now. */
    List<Trial> pending();

    /**
     * The trials that are COMPLETE, PRUNED or INFEASIBLE, in the order in which they ended; an unmodifiable live view. These states are
     * final, so that the list only grows and what it holds never changes.
     */
    List<Trial> concluded();

    /**
     * The best trial: of the COMPLETE ones that are {@linkplain Trial#isFeasible feasible} the one with the best objective value; where
     * there is none, the best feasible PRUNED one. Trials whose value is NaN are never best, of equals the one that ended first is. Empty if there is none, and always with several
     * objectives, where there is no single best. {@code O(1)}.
     */
    Optional<Trial> best();

    /** How many trials, in whatever state, have exactly these values. {@code O(1)}. */
    int occurrences(ParameterValues values);

    /** Rises with each change: the number of events so far. */
    long revision();

    /**
     * The number of the trial that an event was about, so that what is kept of the history can take in what is new, however it came
     * about. {@code O(1)}.
     *
     * @param event in [0, {@link #revision})
     * @throws IndexOutOfBoundsException if there was no such event
     */
    int changed(long event);
}
