package dev.sluice.trainer.loop;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.CheckpointWriter;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Brings snapshots to the disk while training goes on, one at a time and each place in training once. Confined to the
 * training thread.
 */
final class CheckpointSaver implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(CheckpointSaver.class.getName());

    private final CheckpointStore store;
    private final CheckpointWriter writer;
    private final Consumer<CheckpointWriter.Outcome> listener;
    private Optional<CheckpointName> saved = Optional.empty(); // on disk, or on the way there

    /**
     * A saver to this store.
     *
     * @param listener told what became of each snapshot, on the training thread
     */
    CheckpointSaver(CheckpointStore store, Consumer<CheckpointWriter.Outcome> listener) {
        this.store = store;
        this.writer = new CheckpointWriter(store);
        this.listener = listener;
    }

    /** Begins to save, unless this place is saved or being saved already; waits for what is under way before. */
    void save(CheckpointName now, Supplier<TrainingSnapshot> snapshot) {
        if (saved.equals(Optional.of(now))) {
            return;
        }
        await(); // what became of the one before is part of the callbacks' state
        writer.save(now, snapshot.get());
        saved = Optional.of(now);
    }

    /** Training goes on from this one: if it is of this store, it need not be saved again. */
    void isFrom(Checkpoint checkpoint) {
        if (checkpoint
                .folder()
                .toAbsolutePath()
                .equals(store.folder(checkpoint.name()).toAbsolutePath())) {
            saved = Optional.of(checkpoint.name());
        }
    }

    /** Tells of what has been written by now. */
    void look() {
        writer.poll().ifPresent(this::tell);
    }

    /** Waits for what is being written, and tells of it. */
    void await() {
        writer.await().ifPresent(this::tell);
    }

    /** The checkpoint at the end of this step; empty: there is none, or it cannot be read. Waits for what is being written. */
    Optional<Checkpoint> read(Supplier<OptionalLong> step) {
        await();
        OptionalLong wanted = step.get();
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(store.read(CheckpointName.after(wanted.getAsLong())));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "rollBack=start reason=\"the best checkpoint cannot be read\"", e);
            return Optional.empty();
        }
    }

    private void tell(CheckpointWriter.Outcome outcome) {
        if (outcome instanceof CheckpointWriter.Outcome.Failed failed) {
            saved = Optional.empty();
            LOGGER.log(
                    Level.WARNING,
                    "checkpoint=" + failed.name() + " state=not-saved, training goes on",
                    failed.cause());
        }
        listener.accept(outcome);
    }

    @Override
    public void close() {
        writer.close();
    }
}
