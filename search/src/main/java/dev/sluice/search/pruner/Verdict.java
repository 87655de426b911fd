package dev.sluice.search.pruner;

import java.util.Objects;

/** What a pruner says of a trial. */
public sealed interface Verdict {
    /** Go on. */
    static Verdict proceed() {
        return Proceed.INSTANCE;
    }

    /** Give up. */
    static Verdict prune(String reason) {
        return new Prune(reason);
    }

    /** Go on. */
    record Proceed() implements Verdict {
        private static final Proceed INSTANCE = new Proceed();
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
