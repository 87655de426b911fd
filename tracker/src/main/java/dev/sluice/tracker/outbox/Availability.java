package dev.sluice.tracker.outbox;

import dev.sluice.tracker.TrackingException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server answers. While it does not, one probe goes out now and then, at growing intervals; when that is
 * answered, one run may try; when that succeeds, all may. Thread-safe.
 */
final class Availability {
    private static final System.Logger LOG = System.getLogger(Availability.class.getName());

    private enum Phase {
        UP,
        AWAY,
        PROBING,
        /** Healthy again as it says itself; one run tries whether it takes writes. */
        TRYING
    }

    private final Duration shortest;
    private final Duration longest;
    private Phase phase = Phase.UP;
    private Instant since = Instant.now();
    private String detail = "";
    private int failures;
    private long probeAtNanos;
    private @Nullable Path trier;

    Availability(Duration shortest, Duration longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /** Whether this run may call the server now. */
    synchronized boolean admits(Path run) {
        return switch (phase) {
            case UP -> true;
            case AWAY, PROBING -> false;
            case TRYING -> {
                if (trier == null) {
                    trier = run;
                }
                yield trier.equals(run);
            }
        };
    }

    /** The run does nothing at the moment: if it was to try, another one may. */
    synchronized void leave(Path run) {
        if (run.equals(trier)) {
            trier = null;
        }
    }

    /**
     * A call of a run was answered, if with an error of its own.
     *
     * @return whether the server was away before, so that all runs may now go on
     */
    synchronized boolean answered() {
        if (phase == Phase.UP) {
            failures = 0;
            return false;
        }
        if (phase != Phase.TRYING) {
            // An answer to a question from before it went away.
            return false;
        }
        LOG.log(
                System.Logger.Level.INFO,
                "mlflow=up away_seconds={0}",
                String.valueOf(Duration.between(since, Instant.now()).toSeconds()));
        phase = Phase.UP;
        since = Instant.now();
        detail = "";
        failures = 0;
        trier = null;
        return true;
    }

    /** A call was not answered, or the server said that it cannot. */
    synchronized void failed(TrackingException e) {
        detail = String.valueOf(e.getMessage());
        if (phase == Phase.UP) {
            since = Instant.now();
            LOG.log(System.Logger.Level.WARNING, "mlflow=away reason=\"{0}\"", detail);
        } else if (phase == Phase.AWAY) {
            // Others were under way when it went: that is one failure, not many.
            return;
        }
        phase = Phase.AWAY;
        trier = null;
        failures++;
        Duration delay = delay(failures);
        if (e.retryAfter().isPresent() && e.retryAfter().get().compareTo(delay) > 0) {
            delay = e.retryAfter().get().compareTo(longest) > 0
                    ? longest
                    : e.retryAfter().get();
        }
        probeAtNanos = System.nanoTime() + delay.toNanos();
    }

    /** The wait after so many failures in a row: doubled each time, with jitter, within the bounds. */
    Duration delay(int failures) {
        return delay(failures, longest);
    }

    /** The same with another bound. */
    Duration delay(int failures, Duration longest) {
        long doubled = shortest.toNanos() << Math.min(30, failures - 1);
        long bounded = doubled <= 0 || doubled > longest.toNanos() ? longest.toNanos() : doubled;
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(bounded / 2, bounded + 1));
    }

    /** Whether the caller shall now ask the server if it is there; it must tell by {@link #probed}. */
    synchronized boolean takeProbe() {
        if (phase != Phase.AWAY || System.nanoTime() - probeAtNanos < 0) {
            return false;
        }
        phase = Phase.PROBING;
        return true;
    }

    synchronized void probed(@Nullable TrackingException failure) {
        if (phase != Phase.PROBING) {
            return;
        }
        if (failure == null) {
            phase = Phase.TRYING;
        } else {
            failed(failure);
        }
    }

    /** Somebody knows that the server has come up: the next probe is due now. */
    synchronized void hurry() {
        probeAtNanos = System.nanoTime();
        failures = Math.min(failures, 1);
    }

    /** How long until a probe is due; very long while none will be. */
    synchronized Duration untilProbe() {
        return phase == Phase.AWAY
                ? Duration.ofNanos(Math.max(0, probeAtNanos - System.nanoTime()))
                : Duration.ofDays(1);
    }

    synchronized boolean isTrying() {
        return phase == Phase.TRYING;
    }

    synchronized ShipperStatus.State state() {
        return phase == Phase.UP || phase == Phase.TRYING ? ShipperStatus.State.UP : ShipperStatus.State.AWAY;
    }

    synchronized Instant since() {
        return since;
    }

    synchronized String detail() {
        return phase == Phase.UP || phase == Phase.TRYING ? "" : detail;
    }
}
