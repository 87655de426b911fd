package dev.sluice.trainer.callback;

/**
 * A callback's place in the chain.
 *
 * @param callback who is told
 * @param everySteps of how many steps it is told one; 1: of every step. Counted over all epochs
 * @param mostFailures after how many failures it is told nothing more, >= 1
 */
public record CallbackLink(Callback callback, int everySteps, int mostFailures) {
    /** Failures after which a callback is switched off, unless something else was said. */
    public static final int MOST_FAILURES = 10;

    /** Checks the numbers. */
    public CallbackLink {
        if (everySteps < 1) {
            throw new IllegalArgumentException("everySteps must be >= 1, was " + everySteps);
        }
        if (mostFailures < 1) {
            throw new IllegalArgumentException("mostFailures must be >= 1, was " + mostFailures);
        }
    }

    /** Told of everything. */
    public static CallbackLink of(Callback callback) {
        return new CallbackLink(callback, 1, MOST_FAILURES);
    }

    /** Told of everything, however often it fails: what a trial makes no sense without. */
    public static CallbackLink lasting(Callback callback) {
        return new CallbackLink(callback, 1, Integer.MAX_VALUE);
    }
}
