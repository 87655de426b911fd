package dev.sluice.console.lease;

import dev.sluice.console.study.StudyDesk;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets long polls wait until something happened to their sweep. Thread-safe. */
@ApplicationScoped
public class WorkSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<UUID, Long> revisions = new HashMap<>();

    WorkSignal(StudyDesk desk) {
        desk.listen(committed -> {
            lock.lock();
            try {
                if (committed.sweep().state().isOver()) {
                    revisions.remove(committed.sweep().id());
                } else {
                    revisions.put(committed.sweep().id(), committed.sweep().revision());
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        });
    }

    long of(UUID sweep) {
        lock.lock();
        try {
            return revisions.getOrDefault(sweep, -1L);
        } finally {
            lock.unlock();
        }
    }

    /** Returns when the sweep changed after `seen`, at the latest after `time`; at once when interrupted. */
    void await(UUID sweep, long seen, Duration time) {
        lock.lock();
        try {
            long left = time.toNanos();
            // A lease that ran out changes nothing until the next tick: look again now and then.
            left = Math.min(left, TimeUnit.SECONDS.toNanos(2));
            while (left > 0 && revisions.getOrDefault(sweep, -1L) == seen) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
