package dev.sluice.trainer.loop;

import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/*
 * Order of an epoch: epochBegin, steps (each followed by stepEnd), evaluation, epochEnd for every callback, and only
 * then the checkpoint that one of them may have asked for. So a checkpoint holds every callback's state after the
 * epoch, and a trial that goes on from it decides as one that was never interrupted.
 */
/**
 * Trains for a number of epochs, tells the callbacks, saves checkpoints, and ends when it is asked to. Confined to one
 * thread, but for its {@link TrainingControl}.
 */
public final class TrainingLoop {
    private static final System.Logger LOGGER = System.getLogger(TrainingLoop.class.getName());

    private final ModelTrainer trainer;
    private final CallbackChain callbacks;
    private final CheckpointStore store;
    private final TrainingControl control;
    private final int epochs;
    private final Map<String, Object> facts;

    private int epoch;
    private int batch;
    private long globalStep;

    /**
     * A loop, not yet started.
     *
     * @param epochs epochs to train, >= 1
     * @param facts put into every checkpoint's state, as a JSON tree: seed, parameters, threads
     */
    public TrainingLoop(
            ModelTrainer trainer,
            CallbackChain callbacks,
            CheckpointStore store,
            TrainingControl control,
            int epochs,
            Map<String, Object> facts) {
        if (epochs < 1) {
            throw new IllegalArgumentException("epochs must be >= 1, was " + epochs);
        }
        this.trainer = trainer;
        this.callbacks = callbacks;
        this.store = store;
        this.control = control;
        this.epochs = epochs;
        this.facts = Map.copyOf(facts);
    }

    /** How far training has come. */
    public TrainingProgress progress() {
        return new TrainingProgress(epoch, batch, globalStep, epochs, trainer.batchesPerEpoch());
    }

    /**
     * Trains to the end, from the start or from a checkpoint. A checkpoint that the disk does not take is no reason to
     * end: the callbacks are told, and what was learnt so far stays in memory.
     */
    public StopReason run(Optional<Checkpoint> from) {
        try {
            Map<String, Object> epochState = from.isPresent() ? restore(from.get()) : Map.of();
            callbacks.trainBegin(progress(), control);
            while (epoch < epochs && control.stopReason().isEmpty()) {
                trainEpoch(epochState);
                epochState = Map.of();
            }
            StopReason reason = control.stopReason().orElseGet(() -> new StopReason.Finished(epochs));
            if (reason.keepsWork() && globalStep > 0 && !isSaved()) {
                save();
            }
            callbacks.trainEnd(reason, progress());
            return reason;
        } catch (RuntimeException | Error e) {
            callbacks.trainFailed(e, progress());
            throw e;
        }
    }

    private boolean isSaved() {
        try {
            return store.steps().contains((long) epoch);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "checkpoints=unknown", e);
            return false;
        }
    }

    private void trainEpoch(Map<String, Object> epochState) {
        long start = System.nanoTime();
        callbacks.epochBegin(progress(), control);
        trainer.beginEpoch(epoch + 1);
        trainer.restoreEpoch(epochState);
        int batches = trainer.batchesPerEpoch();
        while (batch < batches) {
            trainer.step(batch, globalStep + 1);
            batch++;
            globalStep++;
            callbacks.stepEnd(progress(), control);
            if (batch < batches && control.stopReason().isPresent()) {
                return;
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>(trainer.endEpoch());
        trainer.evaluate(Split.VALIDATION).forEach((name, value) -> metrics.put("val_" + name, value));
        metrics.put("epoch_seconds", (System.nanoTime() - start) / 1e9);
        epoch++;
        batch = 0;
        callbacks.epochEnd(new EpochResult(epoch, metrics, Instant.now()), progress(), control);
        boolean lost =
                control.stopReason().isPresent() && !control.stopReason().get().keepsWork();
        if (control.takeSave() && !lost) {
            save();
        }
    }

    private void save() {
        Map<String, Object> state = new LinkedHashMap<>(facts);
        state.put("epoch", epoch);
        state.put("batch", batch);
        state.put("globalStep", globalStep);
        state.put("epochs", epochs);
        if (batch > 0) {
            state.put("epochState", trainer.epochState());
        }
        state.put("callbacks", callbacks.saveState());
        Checkpoint saved;
        try {
            saved = store.save(epoch, new TrainingSnapshot(trainer.weights(), trainer.optimizerState(), state));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "checkpoint=" + epoch + " state=not-saved, training goes on", e);
            callbacks.checkpointFailed(epoch, e);
            return;
        }
        callbacks.checkpointSaved(saved);
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys
    private Map<String, Object> restore(Checkpoint checkpoint) {
        TrainingSnapshot snapshot = checkpoint.snapshot();
        trainer.restoreWeights(snapshot.weights());
        trainer.restoreOptimizer(snapshot.optimizer());
        epoch = (int) number(snapshot, "epoch");
        batch = (int) number(snapshot, "batch");
        globalStep = number(snapshot, "globalStep");
        if (snapshot.state().get("callbacks") instanceof Map<?, ?> states) {
            callbacks.restoreState((Map<String, Object>) states);
        }
        return snapshot.state().get("epochState") instanceof Map<?, ?> sums ? (Map<String, Object>) sums : Map.of();
    }

    private static long number(TrainingSnapshot snapshot, String name) {
        if (snapshot.state().get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("the checkpoint's state has no number \"" + name + "\"");
    }
}
