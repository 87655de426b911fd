package dev.sluice.trainer.checkpoint;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;

/*
 * One snapshot at a time: a second one would double the memory that snapshots take, and one that is written later could
 * come before what it goes on from. Whoever hands over hears of the outcome on its own thread, when it asks.
 */
/**
 * Saves snapshots on a thread of its own, one at a time. Confined to the thread that hands over; between {@link #save} and
 * the outcome nobody else may touch the store.
 */
public final class CheckpointWriter implements AutoCloseable {
    /** What became of a snapshot. */
    public sealed interface Outcome {
        /** It lies on disk, under its name. */
        record Saved(Checkpoint checkpoint) implements Outcome {}

        /** The disk did not take it. */
        record Failed(CheckpointName name, IOException cause) implements Outcome {}
    }

    private final CheckpointStore store;
    private final SynchronousQueue<Runnable> handOver = new SynchronousQueue<>();
    private @Nullable Thread thread;
    private @Nullable FutureTask<Outcome> underWay;

    /** A writer to this store. */
    public CheckpointWriter(CheckpointStore store) {
        this.store = store;
    }

    /**
     * Begins to save a snapshot.
     *
     * @throws IllegalStateException if nobody has asked for the outcome of the one before
     */
    public void save(CheckpointName name, TrainingSnapshot snapshot) {
        if (underWay != null) {
            throw new IllegalStateException("the outcome of the checkpoint before " + name + " was not asked for");
        }
        if (thread == null) {
            // a daemon: whoever wants a checkpoint waits for it, and nothing else keeps the process
            thread = Thread.ofPlatform().daemon().name("checkpoint-writer").start(this::work);
        }
        FutureTask<Outcome> task = new FutureTask<>(() -> write(name, snapshot));
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                handOver.put(task);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        underWay = task;
        restoreInterrupt(interrupted);
    }

    /** The outcome of what was handed over, if it is done by now; each is given once. */
    public Optional<Outcome> poll() {
        FutureTask<Outcome> task = underWay;
        return task != null && task.isDone() ? await() : Optional.empty();
    }

    /**
     * The outcome of what was handed over, waiting for it however long the disk takes; empty if there is nothing to wait
     * for.
     */
    public Optional<Outcome> await() {
        FutureTask<Outcome> task = underWay;
        if (task == null) {
            return Optional.empty();
        }
        underWay = null;
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return Optional.of(task.get());
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } finally {
            restoreInterrupt(interrupted);
        }
    }

    /** Lets what is under way come to its end, and ends the thread. */
    @Override
    public void close() {
        try {
            await();
        } finally {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    private Outcome write(CheckpointName name, TrainingSnapshot snapshot) {
        try {
            return new Outcome.Saved(store.save(name, snapshot));
        } catch (IOException e) {
            return new Outcome.Failed(name, e);
        }
    }

    private void work() {
        try {
            while (!Thread.interrupted()) {
                handOver.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static void restoreInterrupt(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
