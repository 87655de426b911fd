package dev.sluice.tracker.outbox;

import dev.sluice.tracker.TrackingException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * When runs are held against the server: now and then all that are followed and have moved since, one after the other, in
 * no hurry. Thread-safe.
 */
final class AuditRounds {
    private static final System.Logger LOG = System.getLogger(AuditRounds.class.getName());

    private static final Duration FIRST = Duration.ofSeconds(10);
    /** After an audit of a run the next one waits so many times as long as it took. */
    private static final int REST = 9;
    /** A run that more points of wait than this is audited in a later round: what the server can do is for them. */
    private static final int BEHIND = 10_000;

    private final RunAudit audit;
    private final Availability availability;
    private final Roster roster;
    private final Tallies tallies;
    private final Duration interval;
    /** Where runs stood when they were audited last. */
    private final Map<Path, String> audited = new ConcurrentHashMap<>();

    private final AtomicBoolean underWay = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long dueAtNanos;

    /** @param interval from the begin of one round to that of the next, which waits until the one before is over */
    AuditRounds(RunAudit audit, Availability availability, Roster roster, Tallies tallies, Duration interval) {
        this.audit = audit;
        this.availability = availability;
        this.roster = roster;
        this.tallies = tallies;
        this.interval = interval;
        this.dueAtNanos = System.nanoTime() + (interval.compareTo(FIRST) < 0 ? interval : FIRST).toNanos();
    }

    /** Whether a round is due, which the caller must then {@link #play}. */
    boolean begin() {
        if (System.nanoTime() - dueAtNanos < 0
                || availability.state() != ShipperStatus.State.UP
                || !underWay.compareAndSet(false, true)) {
            return false;
        }
        dueAtNanos = System.nanoTime() + interval.toNanos();
        return true;
    }

    /** Audits the runs of which something was shipped since they were last audited, and not much waits. */
    void play() {
        try {
            for (FollowedRun run : roster.runs()) {
                if (availability.state() == ShipperStatus.State.AWAY) {
                    return;
                }
                if (run.id().isEmpty() && run.key().isPresent() && run.parked().isPresent()) {
                    // It could not be opened; perhaps it can by now.
                    run.unpark();
                    roster.wake(run);
                }
                if (run.id().isPresent() && (run.parked().isPresent() || (hasMoved(run) && !isBehind(run)))) {
                    long begin = System.nanoTime();
                    audit(run);
                    if (closed.await((System.nanoTime() - begin) * REST, TimeUnit.NANOSECONDS)) {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            audited.keySet()
                    .retainAll(roster.runs().stream().map(FollowedRun::folder).collect(Collectors.toSet()));
            underWay.set(false);
        }
    }

    private boolean hasMoved(FollowedRun run) {
        return !run.position().equals(audited.get(run.folder()));
    }

    private static boolean isBehind(FollowedRun run) {
        try {
            return run.progress().pointsWaiting() > BEHIND;
        } catch (IOException e) {
            return false; // the audit meets that too, and says so
        }
    }

    private void audit(FollowedRun run) {
        String position = run.position();
        try {
            tallies.add(audit.audit(run));
            audited.put(run.folder(), position);
            roster.wake(run);
        } catch (TrackingException | IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "run=" + run.folder() + " audit failed, done again later", e);
        } catch (RuntimeException e) {
            // Those behind it have a right to theirs.
            LOG.log(System.Logger.Level.WARNING, "run=" + run.folder() + " audit failed, done again later", e);
        }
    }

    /** No more is audited; a rest between two audits ends. */
    void close() {
        closed.countDown();
    }
}
