package dev.sluice.trainer.callback;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * A call is a number, shown while it is under way. The watch looks now and then; a number that it sees for as long as the
 * deadline lasts hangs. An interrupt that comes when the call is just over would hit training, so who hangs is agreed upon
 * by compare-and-set: either the caller takes its number away first, or it waits for the interrupt and clears it. Where
 * nothing hangs that is two atomic writes a call, about 10 ns. Time is counted in looks, not by a clock: a process that was
 * stopped for an hour has not hung. docs/adr/0012 says why the calls are not on a thread of their own.
 */
/** Interrupts a thread that stays in one call for too long. Calls are made by one thread at a time. */
final class HangWatch implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(HangWatch.class.getName());
    private static final int LOOKS = 4; // within the shortest deadline
    private static final long NONE = 0;
    private static final long INTERRUPTING = -1;
    private static final long INTERRUPTED = -2;

    private final long periodNanos;
    private final AtomicLong underWay = new AtomicLong(NONE);
    private @Nullable Thread watcher;
    private long calls;
    // of the call under way; written before its number is shown
    private @Nullable Thread caller;
    private String name = "";
    private long deadlineNanos;

    /**
     * A watch that is idle until the first call.
     *
     * @param shortest the shortest of all deadlines
     */
    HangWatch(Duration shortest) {
        this.periodNanos = Math.max(1_000_000, shortest.toNanos() / LOOKS);
    }

    /** The calling thread begins a call. */
    void begin(String name, long deadlineNanos) {
        if (watcher == null) {
            watcher = Thread.ofPlatform().daemon().name("callback-watch").start(this::watch);
        }
        this.caller = Thread.currentThread();
        this.name = name;
        this.deadlineNanos = deadlineNanos;
        underWay.set(++calls);
    }

    /** The call is over; true if it was interrupted because it hung. The thread's interrupt is cleared then. */
    boolean end() {
        if (underWay.compareAndSet(calls, NONE)) {
            return false;
        }
        while (underWay.get() != INTERRUPTED) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
        underWay.set(NONE);
        return true;
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.interrupt();
        }
    }

    private void watch() {
        long seen = NONE;
        long looks = 0;
        try {
            while (true) {
                Thread.sleep(Duration.ofNanos(periodNanos));
                long now = underWay.get();
                looks = now == seen ? looks + 1 : 0;
                seen = now;
                if (now == NONE || looks * periodNanos < deadlineNanos) {
                    continue;
                }
                if (now > NONE) {
                    interrupt(now);
                } else if ((looks - 1) * periodNanos < deadlineNanos) { // once
                    LOGGER.log(
                            Level.WARNING,
                            "callback={0} state=hanging reason=\"it does not heed an interrupt: training waits for it\"",
                            name);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void interrupt(long call) {
        Thread hanging = caller;
        if (hanging == null) {
            return;
        }
        StackTraceElement[] stack = hanging.getStackTrace();
        String who = name;
        if (underWay.compareAndSet(call, INTERRUPTING)) {
            hanging.interrupt();
            underWay.set(INTERRUPTED);
            Exception place = new Exception("it stands here");
            place.setStackTrace(stack);
            LOGGER.log(Level.WARNING, "callback=" + who + " state=hung, interrupted", place);
        }
    }
}
