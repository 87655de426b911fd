package dev.sluice.console.promote;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes on with one promotion, with growing pauses between the tries, until it has come to its end. Immutable. */
final class Perseverance {
    private final Duration firstPause;
    private final Duration longestPause;

    Perseverance(Duration firstPause, Duration longestPause) {
        this.firstPause = firstPause;
        this.longestPause = longestPause;
    }

    /**
     * Returns when a try has come to the end, when an error has been written down, when it is not wanted any more, or when
     * its thread is interrupted.
     *
     * @param name for the log
     * @param wanted whether to go on
     * @param step one try; whether the promotion has come to its end
     * @param broken writes down that it ends with this error; an exception of it is met by another try to write
     */
    void untilDone(String name, BooleanSupplier wanted, BooleanSupplier step, Consumer<Error> broken) {
        var pause = firstPause;
        @Nullable Error error = null;
        while (wanted.getAsBoolean()) {
            try {
                if (error == null && step.getAsBoolean()) {
                    return;
                }
                if (error != null) {
                    broken.accept(error);
                    return;
                }
            } catch (RuntimeException e) {
                // The database was away: what is written down is tried again, nothing else is known.
                Log.warnf(e, "event=promotion-interrupted promotion=%s", name);
            } catch (Error e) {
                // As of a class that is missing, or of memory: the next try would meet it too, and without a word of it
                // the promotion would be RUNNING for ever.
                Log.errorf(e, "event=promotion-broken promotion=%s", name);
                if (error == null) {
                    error = e;
                    continue;
                }
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            pause = pause.multipliedBy(2).compareTo(longestPause) < 0 ? pause.multipliedBy(2) : longestPause;
        }
    }
}
