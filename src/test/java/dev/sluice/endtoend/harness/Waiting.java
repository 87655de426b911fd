package dev.sluice.endtoend.harness;

import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what comes by itself, with limits that a busy machine of two cores keeps. */
public final class Waiting {
    /** For what takes a moment. */
    public static final Duration SOON = Duration.ofMinutes(1);

    /** For a sweep, or for MLflow to start. */
    public static final Duration LONG = Duration.ofMinutes(8);

    private static final Duration POLL = Duration.ofMillis(150);

    private Waiting() {}

    /** The first value that is as wanted. */
    public static <T> T until(String what, Duration limit, Supplier<T> value, Predicate<? super T> wanted) {
        var last = new Object[1];
        try {
            return Awaitility.await(what)
                    .atMost(limit)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(
                            () -> {
                                var now = value.get();
                                last[0] = now;
                                return now;
                            },
                            wanted);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("waited %s for %s; in the end it was %s".formatted(limit, what, last[0]), e);
        }
    }
}
