package dev.sluice.tracker.mlflow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The batches of metrics that are on their way to one server, as many at a time as it takes fastest (see {@link
 * InFlightClimb}); the others wait in line, first come, first served.
 *
 * <p>It makes for speed and never holds anybody up for long. A batch in flight for longer than four times the usual
 * time, and at least two seconds, keeps its place no longer: so a call that hangs costs the others two seconds, not its
 * time limit. Whoever has waited as long as he was willing to goes whatever the limit is. Thread-safe.
 */
final class BatchesInFlight {
    private static final int TIMES_THE_USUAL = 4;
    private static final long LEAST_PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();
    /** Share of the latest batch in what is usual. */
    private static final double WEIGHT = 0.125;

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final Deque<Batch> line = new ArrayDeque<>();
    /** Those that have a place, the earliest first. */
    private final Set<Batch> inFlight = new LinkedHashSet<>();

    private final InFlightClimb climb = new InFlightClimb();
    private double usualNanos;

    /** @param nanoTime a clock as {@link System#nanoTime} */
    BatchesInFlight(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Waits until a batch may go. It must be closed when its call is over, however that ended.
     *
     * @param longest after this long it goes whatever the limit is
     * @throws InterruptedException if interrupted while it waited; then there is nothing to close
     */
    Batch enter(Duration longest) throws InterruptedException {
        Batch batch = line(longest);
        boolean entered = false;
        try {
            lock.lockInterruptibly();
            try {
                while (!batch.mayGo()) {
                    moved.awaitNanos(nanosToNextChange(batch));
                }
            } finally {
                lock.unlock();
            }
            entered = true;
            return batch;
        } finally {
            if (!entered) {
                batch.close();
            }
        }
    }

    /** A batch at the end of the line, which may have a place at once. */
    Batch line(Duration longest) {
        lock.lock();
        try {
            long now = see();
            Batch batch = new Batch(now + longest.toNanos());
            line.add(batch);
            letGo(now);
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** How many have a place. */
    int inFlight() {
        lock.lock();
        try {
            return inFlight.size();
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return line.size();
        } finally {
            lock.unlock();
        }
    }

    /** The limit that was found best so far. */
    int settledLimit() {
        lock.lock();
        try {
            return climb.settled();
        } finally {
            lock.unlock();
        }
    }

    private long see() {
        long now = nanoTime.getAsLong();
        climb.passed(now, inFlight.size(), !line.isEmpty());
        return now;
    }

    private long patienceNanos() {
        return Math.max(LEAST_PATIENCE_NANOS, (long) (TIMES_THE_USUAL * usualNanos));
    }

    /** Takes the places of those that hang, and gives free ones to those in front of the line. */
    private void letGo(long now) {
        Iterator<Batch> earliest = inFlight.iterator();
        while (earliest.hasNext() && now - earliest.next().begunNanos >= patienceNanos()) {
            earliest.remove();
            climb.disturbed(now, inFlight.size());
        }
        boolean anyMoved = false;
        for (Batch first = line.peek(); first != null; first = line.peek()) {
            boolean free = inFlight.size() < climb.limit();
            if (!free && now - first.latestNanos < 0) {
                break;
            }
            line.remove();
            inFlight.add(first);
            first.waits = false;
            first.begunNanos = now;
            anyMoved = true;
            if (!free) {
                climb.disturbed(now, inFlight.size());
            }
        }
        if (anyMoved) {
            moved.signalAll();
        }
    }

    /** Until a place is taken from one that hangs, or that batch has waited long enough. */
    private long nanosToNextChange(Batch batch) {
        long now = nanoTime.getAsLong();
        long nanos = batch.latestNanos - now;
        if (!inFlight.isEmpty()) {
            long begunNanos = inFlight.iterator().next().begunNanos;
            nanos = Math.min(nanos, begunNanos + patienceNanos() - now);
        }
        return Math.max(1, nanos);
    }

    /** One batch: in line, in flight, or over. */
    final class Batch implements AutoCloseable {
        private final long latestNanos;
        private boolean waits = true;
        private boolean over;
        private long begunNanos;
        private int rowsTaken;

        private Batch(long latestNanos) {
            this.latestNanos = latestNanos;
        }

        /** Whether it has left the line. */
        boolean mayGo() {
            lock.lock();
            try {
                letGo(see());
                return !waits;
            } finally {
                lock.unlock();
            }
        }

        /** Says that the server took it; a batch closed without that has failed. */
        void taken(int rows) {
            lock.lock();
            try {
                rowsTaken = rows;
            } finally {
                lock.unlock();
            }
        }

        /** Leaves its place, or the line. Once is enough, more does no harm. */
        @Override
        public void close() {
            lock.lock();
            try {
                if (over) {
                    return;
                }
                over = true;
                long now = see();
                if (waits) {
                    line.remove(this);
                } else {
                    boolean hadPlace = inFlight.remove(this);
                    boolean served = rowsTaken > 0;
                    if (served) {
                        // One that hung and came back after all says little of what is usual, but something.
                        double nanos = Math.min(now - begunNanos, patienceNanos());
                        usualNanos = usualNanos == 0 ? nanos : usualNanos + WEIGHT * (nanos - usualNanos);
                    }
                    if (served && hadPlace) {
                        climb.taken(now, rowsTaken, inFlight.size());
                    } else {
                        climb.disturbed(now, inFlight.size());
                    }
                }
                letGo(now);
            } finally {
                lock.unlock();
            }
        }
    }
}
