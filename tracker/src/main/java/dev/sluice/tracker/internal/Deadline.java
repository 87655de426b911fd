package dev.sluice.tracker.internal;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounds in time what has no time limit of its own. */
public final class Deadline {
    private Deadline() {}

    /**
     * Does some blocking work on a thread of its own, and waits for it that long.
     *
     * @param abandon makes the work end when it is late or the caller is interrupted, such as by closing its socket
     * @throws TimeoutException if it was late
     * @throws InterruptedIOException if the caller was interrupted, whose flag is set again
     * @throws ExecutionException with what the work threw
     */
    public static <T> T within(Duration limit, Runnable abandon, Callable<T> work)
            throws TimeoutException, InterruptedIOException, ExecutionException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread worker = Thread.ofVirtual().name("sluice-call").start(task);
        boolean finished = false;
        try {
            T result = task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            finished = true;
            return result;
        } catch (ExecutionException e) {
            finished = true;
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while it waited");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            if (!finished) {
                abandon.run();
                worker.interrupt();
            }
        }
    }
}
