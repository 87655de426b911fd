package dev.sluice.trainer.callback;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * To wake a thread costs whoever does it some microseconds, and the thread comes with cold caches, perhaps to the only core
 * that training has. So after each event it lets others gather for a while, and takes them all at once.
 */
/**
 * The thread on which one onlooker is told. Whoever tells never waits: what does not fit into the queue is left out and
 * counted. Confined to one teller.
 */
final class OnlookerThread {
    private static final System.Logger LOGGER = System.getLogger(OnlookerThread.class.getName());
    private static final int QUEUE = 4096;
    private static final long GATHERING_NANOS = 100_000_000;

    private final String name;
    private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private @Nullable CountDownLatch mark;

    OnlookerThread(String name) {
        this.name = name;
        // a daemon: one that hangs for good must not keep the process
        this.thread = Thread.ofPlatform().daemon().name("callback-" + name).start(this::work);
    }

    void tell(Runnable telling) {
        boolean isTaken = queue.offer(telling);
        if (queue.remainingCapacity() < QUEUE / 2) {
            LockSupport.unpark(thread);
        }
        if (!isTaken && lost.getAndIncrement() == 0) {
            LOGGER.log(
                    Level.WARNING,
                    "callback={0} state=behind reason=\"its queue of {1} is full\"",
                    name,
                    Integer.toString(QUEUE));
        }
    }

    /** How many events did not fit into the queue. */
    long lost() {
        return lost.get();
    }

    /** What was told so far is what {@link #await} waits for; a full queue is marked there. */
    void mark() {
        CountDownLatch next = new CountDownLatch(1);
        mark = queue.offer(next::countDown) ? next : null;
        LockSupport.unpark(thread);
    }

    /** Waits until all that was told up to the mark is done; false if that takes longer than {@code patience}. */
    boolean await(Duration patience) {
        try {
            long end = System.nanoTime() + patience.toNanos();
            CountDownLatch marked = mark;
            if (marked == null) {
                marked = new CountDownLatch(1);
                if (!queue.offer(marked::countDown, patience.toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
            }
            return marked.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void close() {
        thread.interrupt();
    }

    private void work() {
        try {
            while (!Thread.interrupted()) {
                queue.take().run();
                LockSupport.parkNanos(GATHERING_NANOS);
                for (int left = queue.size();
                        left > 0 && !Thread.currentThread().isInterrupted();
                        left--) {
                    queue.take().run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the chain is closed
        }
    }
}
