package dev.sluice.console.study;

import dev.sluice.console.problem.LostDatabase;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import io.quarkus.logging.Log;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * One thread a live sweep, the only one that touches its LiveSweep. It takes whatever waits, decides all of it in
 * memory, commits the events once, and answers after the commit. A batch is whatever came in during the last commit:
 * it finds its own size, nobody waits to fill one. When a commit fails the live state is ahead of the store, so it is
 * dropped and read again; nothing is ever undone. Such a commit may be in the store all the same: what is found there
 * and was not told to the listeners is told then.
 */

/** The single writer of one sweep. Thread-safe: {@link #submit} may be called from anywhere. */
final class SweepWriter implements Runnable {
    private static final int QUEUE = 4096;
    private static final int BATCH = 512;
    private static final long TICK_MILLIS = 1000;

    private final UUID id;
    private final Store store;
    private final Consumer<Committed> listener;
    private final Consumer<SweepWriter> onClose;
    private final Clock clock;
    private final BlockingQueue<Command<?>> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread;
    private @Nullable LiveSweep live;
    /** The position of the last event that the listeners were told of. */
    private long told;

    private Instant ticked = Instant.EPOCH;
    /** Held by whoever has the sampler think. */
    private final Lock thinking = new ReentrantLock();

    /** The writer's own: the database is away, which is said once. */
    private boolean away;

    private volatile boolean open = true;
    private volatile boolean closing;

    /** @param told the position up to which the listeners know the sweep; what lies behind it is told first */
    SweepWriter(
            LiveSweep live,
            long told,
            Store store,
            Consumer<Committed> listener,
            Consumer<SweepWriter> onClose,
            Clock clock) {
        this.id = live.id();
        this.live = live;
        this.told = told;
        this.store = store;
        this.listener = listener;
        this.onClose = onClose;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("sweep-" + live.id()).unstarted(this);
    }

    /** Where a sweep is written down. */
    interface Store {
        /** Durable on return. Where it throws, everything or nothing was written. */
        void append(LiveSweep.Changes changes) throws SQLException;

        /** The sweep as it is written down. */
        LiveSweep load();

        /** What was committed after this position. */
        Committed after(long pos);
    }

    void start() {
        thread.start();
    }

    Lock thinking() {
        return thinking;
    }

    /** The result, after it is durable; a refused command ends with its problem. */
    <R> CompletableFuture<R> submit(Function<LiveSweep, R> decide) {
        var command = new Command<>(decide);
        if (!open) {
            command.result.completeExceptionally(Closed.INSTANCE);
        } else if (!queue.offer(command)) {
            command.result.completeExceptionally(
                    new Problem.Unavailable("The sweep has too many calls waiting.").exception());
        } else if (!open) {
            refuse();
        }
        return command.result;
    }

    /** Ends after the batch under way. Not by an interrupt: that would close H2's file in the middle of a write. */
    void close() {
        closing = true;
        var unused = queue.offer(new Command<>(sweep -> true));
    }

    void awaitEnd(Duration limit) throws InterruptedException {
        thread.join(limit);
    }

    @Override
    public void run() {
        var batch = new ArrayList<Command<?>>();
        try {
            decide(batch); // what the listeners do not know yet is not for the first caller to bring out
            while (open && !closing) {
                take(batch);
                if (!closing) {
                    decide(batch);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open = false;
            onClose.accept(this);
            batch.forEach(command -> command.fail(Closed.INSTANCE));
            refuse();
        }
    }

    private void decide(List<Command<?>> batch) {
        try {
            batch(batch);
        } catch (Broken broken) {
            live = null;
            Log.error("event=command-failed", broken.getCause());
            broken.command.fail(new IllegalStateException("a decision failed", broken.getCause()));
            unavailable(batch);
        } catch (RuntimeException | SQLException e) {
            live = null;
            if (!LostDatabase.isCauseOf(e)) {
                Log.error("event=batch-failed", e);
            } else if (!away) {
                away = true;
                Log.warnf("event=sweep-waits sweep=%s reason=\"the database is away: %s\"", id, e.getMessage());
            }
            unavailable(batch);
        }
    }

    private static void unavailable(List<Command<?>> batch) {
        batch.forEach(c -> c.fail(
                new Problem.Unavailable("The database did not take the change; it will be read again.").exception()));
    }

    private void take(List<Command<?>> batch) throws InterruptedException {
        batch.clear();
        var first = queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
            batch.add(first);
            queue.drainTo(batch, BATCH - 1);
        }
    }

    private void batch(List<Command<?>> batch) throws SQLException {
        var sweep = live;
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (sweep == null) {
            sweep = store.load();
            now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            sweep.at(now);
            // Whoever could not renew meanwhile is not to blame.
            sweep.extendLeases();
        }
        if (sweep.revision() > told) {
            publish(store.after(told));
        }
        live = sweep;
        sweep.at(now);
        if (ticked.plusMillis(TICK_MILLIS).isBefore(now)) {
            ticked = now;
            sweep.tick();
            sweep.settle();
        }
        for (var command : batch) {
            command.decide(sweep);
        }
        var changes = sweep.drain();
        if (!changes.isEmpty()) {
            store.append(changes);
        }
        if (away) {
            away = false;
            Log.infof("event=sweep-goes-on sweep=%s", id);
        }
        if (!changes.events().isEmpty()) {
            publish(new Committed(
                    changes.sweep(),
                    changes.events(),
                    changes.trials().stream().map(LiveSweep.Changes.Row::value).toList()));
        }
        if (sweep.isDone()) {
            open = false;
        }
        batch.forEach(Command::reply);
    }

    private void publish(Committed committed) {
        told = committed.sweep().revision();
        try {
            listener.accept(committed);
        } catch (RuntimeException e) {
            Log.error("event=listener-failed sweep=" + committed.sweep().id(), e);
        }
    }

    private void refuse() {
        for (var waiting = queue.poll(); waiting != null; waiting = queue.poll()) {
            waiting.fail(Closed.INSTANCE);
        }
    }

    /** The sweep is not live any more: ask the archive. */
    @SuppressWarnings("serial") // never leaves the process
    static final class Closed extends RuntimeException {
        @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace and no cause: one serves all
        static final Closed INSTANCE = new Closed();

        private Closed() {
            super("the sweep is over", null, false, false);
        }
    }

    /** A decision that went wrong where it should have been refused: a mistake of ours. It alone is to blame. */
    @SuppressWarnings("serial") // never leaves the process
    private static final class Broken extends RuntimeException {
        private final Command<?> command;

        Broken(Command<?> command, RuntimeException cause) {
            super(cause);
            this.command = command;
        }
    }

    private static final class Command<R> {
        private final Function<LiveSweep, R> decide;
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private @Nullable R value;
        private @Nullable RuntimeException refused;

        Command(Function<LiveSweep, R> decide) {
            this.decide = decide;
        }

        void decide(LiveSweep sweep) {
            try {
                value = decide.apply(sweep);
                sweep.settle();
            } catch (ProblemException e) {
                refused = e;
            } catch (RuntimeException e) {
                throw new Broken(this, e);
            }
        }

        @SuppressWarnings("NullAway") // a command may well have no result: its type is Void then
        void reply() {
            if (refused != null) {
                result.completeExceptionally(refused);
            } else {
                result.complete(value);
            }
        }

        void fail(RuntimeException why) {
            result.completeExceptionally(why);
        }
    }
}
