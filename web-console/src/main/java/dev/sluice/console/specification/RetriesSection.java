package dev.sluice.console.specification;

import java.time.Duration;

/**
 * What happens after an attempt that failed by itself; lost and preempted ones are always tried again.
 *
 * @param max     so many further attempts, from 0
 * @param backoff wait before each; five seconds by default
 */
public record RetriesSection(int max, Duration backoff) {
    /** No further attempt. */
    public static final RetriesSection DEFAULT = new RetriesSection(0, Duration.ofSeconds(5));
}
