package dev.sluice.search.simulate;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that jumps from one thing that is due to the next, so that hours pass in milliseconds. What is due at the same time happens
 * in the order in which it was asked for. Not thread-safe.
 */
public final class VirtualClock {
    private record Due(Duration at, long order, Runnable action) {}

    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
    private Duration now = Duration.ZERO;
    private long asked;

    /** The time since the clock was made. */
    public Duration now() {
        return now;
    }

    /**
     * Has something happen later.
     *
     * @param delay at least zero
     */
    public void after(Duration delay, Runnable action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must be >= 0, was " + delay);
        }
        due.add(new Due(now.plus(delay), asked++, action));
    }

    /** Jumps to what is due next and lets it happen; false if nothing is. */
    public boolean step() {
        var next = due.poll();
        if (next == null) {
            return false;
        }
        now = next.at();
        next.action().run();
        return true;
    }

    /** Lets everything happen, with all that follows from it. */
    public void run() {
        while (step()) {
            // step does it
        }
    }
}
