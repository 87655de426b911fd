package dev.sluice.console.mlflow;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The last seen status of a server, on which others can wait. Safe for use by several threads. */
final class StatusBoard {
    private static final System.Logger LOG = System.getLogger(TrackingServer.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private TrackingServer.Status status;

    StatusBoard(TrackingServer.State state, String detail) {
        this.status = new TrackingServer.Status(state, detail);
    }

    TrackingServer.Status status() {
        lock.lock();
        try {
            return status;
        } finally {
            lock.unlock();
        }
    }

    /** Notes a change that nobody needs to act on, whatever the state. */
    void setQuietly(TrackingServer.State state, String detail) {
        set(state, detail, Level.INFO);
    }

    void set(TrackingServer.State state, String detail) {
        set(state, detail, state == TrackingServer.State.AWAY ? Level.WARNING : Level.INFO);
    }

    private void set(TrackingServer.State state, String detail, Level level) {
        TrackingServer.Status next = new TrackingServer.Status(state, detail);
        lock.lock();
        try {
            if (next.equals(status)) {
                return;
            }
            status = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.log(level, "tracking={0} detail=\"{1}\"", state, detail);
    }

    boolean awaitUp(Duration limit) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(limit);
        lock.lockInterruptibly();
        try {
            while (status.state() != TrackingServer.State.UP && left > 0) {
                left = changed.awaitNanos(left);
            }
            return status.state() == TrackingServer.State.UP;
        } finally {
            lock.unlock();
        }
    }
}
