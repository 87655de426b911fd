package dev.sluice.search.pruner;

import java.util.Objects;

/** What a pruner says of a trial. */
public sealed interface Verdict {
    /** Go on. */
    static Verdict proceed() {
        return Proceed.INSTANCE;
    }

    /** Go on, with something to say of it. */
    static Verdict proceed(String note) {
        return new Proceed(note);
    }

    /** Give up. */
    static Verdict prune(String reason) {
        return new Prune(reason);
    }

    /**
     * Go on.
     *
     * @param note what is worth knowing of it, in words: that a rung was passed over, and why; mostly empty
     */
    record Proceed(String note) implements Verdict {
        private static final Proceed INSTANCE = new Proceed("");

        public Proceed {
            Objects.requireNonNull(note, "note");
        }
    }

    /**
     * Give up.
     *
     * @param reason in words, such as {@code 0.71 at step 4 is in the lower half of rung 4 (median 0.78, 17 trials)}
     */
    record Prune(String reason) implements Verdict {
        public Prune {
            Objects.requireNonNull(reason, "reason");
            if (reason.isBlank()) {
                throw new IllegalArgumentException("a verdict to prune needs a reason, was blank");
            }
        }
    }
}
