package dev.sluice.trainer.callback;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What callbacks ask of the loop; it looks at the end of each step. The first reason to stop counts, but a lost lease
 * overrides it. Thread-safe.
 */
public final class TrainingControl {
    private final AtomicReference<Optional<StopReason>> stop = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean save = new AtomicBoolean();

    /** Asks training to end. */
    public void stop(StopReason reason) {
        stop.updateAndGet(asked -> asked.isEmpty() || !reason.keepsWork() ? Optional.of(reason) : asked);
    }

    /** Why training is to end; empty if it goes on. */
    public Optional<StopReason> stopReason() {
        return stop.get();
    }

    /** Asks for a checkpoint at the end of the epoch, once every callback has heard of the epoch. */
    public void save() {
        save.set(true);
    }

    /** True if a checkpoint was asked for since the last call. */
    public boolean takeSave() {
        return save.getAndSet(false);
    }
}
