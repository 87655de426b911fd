package dev.sluice.search.study;

import dev.sluice.search.trial.SavedTrial;
import java.util.Arrays;
import java.util.List;

/**
 * What a study has come to, as plain data: with its {@link StudySpec} all that its events up to here say of it, so that a restart need
 * not go through them. {@link Study#save} makes it, {@link Study#restore} reads it. Immutable and thread-safe.
 *
 * <p>How it is written down is not said here. A measurement is by far the most frequent thing in it; beside those there are four bytes an
 * event.
 *
 * @param version of what is saved and how it is to be read: {@value #VERSION}
 * @param changed the number of the trial that each event was about, in the order of events; as many as there were
 * @param trials by number
 */
// equality and copies are seen to here, and a list of Integers would take five times the room
@SuppressWarnings("ArrayRecordComponent")
public record SavedStudy(int version, int[] changed, List<SavedTrial> trials) {
    /** What this version of the software writes, and the only one it reads. */
    public static final int VERSION = 1;

    public SavedStudy {
        if (version != VERSION) {
            throw new IllegalArgumentException("version of a saved study must be %d, was %d; replay its events instead"
                    .formatted(VERSION, version));
        }
        changed = changed.clone();
        trials = List.copyOf(trials);
        int begun = 0;
        for (int event = 0; event < changed.length; event++) {
            int number = changed[event];
            if (number < 0 || number > begun || number >= trials.size()) {
                throw new IllegalArgumentException(
                        "event %d of a saved study is about trial %d, where %d of %d had begun"
                                .formatted(event, number, begun, trials.size()));
            }
            begun += number == begun ? 1 : 0;
        }
        if (begun != trials.size()) {
            throw new IllegalArgumentException(
                    "a saved study has %d trials, but its events begin %d".formatted(trials.size(), begun));
        }
    }

    /** How many events it stands for: what follows begins with the event of this number. */
    public long revision() {
        return changed.length;
    }

    /** A copy. */
    @Override
    public int[] changed() {
        return changed.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SavedStudy that
                && version == that.version
                && Arrays.equals(changed, that.changed)
                && trials.equals(that.trials);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(changed) + trials.hashCode();
    }

    @Override
    public String toString() {
        return "SavedStudy[version=%d, %d events, %d trials]".formatted(version, changed.length, trials.size());
    }
}
