package dev.sluice.trainer.loop;

import dev.sluice.trainer.callback.Alert;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.EvaluationResult;
import dev.sluice.trainer.callback.LogEntry;
import dev.sluice.trainer.callback.StepView;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.CheckpointWriter;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/*
 * Order of an epoch: epochBegin, steps (each followed by stepEnd), evaluation, epochEnd for every callback, and only
 * then the checkpoint that one of them may have asked for. So a checkpoint holds every callback's state after the
 * epoch, and a trial that goes on from it decides as one that was never interrupted. It is the epoch's own weights that
 * are saved: a roll-back that was asked for at its end comes after, and is noted in the checkpoint. Within an epoch a
 * checkpoint is the last thing after a step.
 *
 * What is saved is a copy in memory, which a writer brings to the disk while training goes on. One is under way at most:
 * the next one waits for it, and so does whoever needs what is on the disk: a roll-back, and the end.
 */
/**
 * Trains for a number of epochs, tells the callbacks, saves checkpoints, and ends when it is asked to. Confined to one
 * thread, but for its {@link TrainingControl}.
 */
public final class TrainingLoop implements Training {
    private static final System.Logger LOGGER = System.getLogger(TrainingLoop.class.getName());
    private static final String AVERAGE = "average."; // of the optimizer's file: the weights' running average
    private static final String START =
            "start."; // there too: what was taken over from another trial, until there is a best
    private static final String START_WEIGHTS = START + "weights.";
    private static final String START_OPTIMIZER = START + "optimizer.";

    /** Of the state: why callbacks have ended training, if they have. */
    static final String ENDED = "ended";

    private final ModelTrainer trainer;
    private final CallbackChain callbacks;
    private final TrainingControl control;
    private final int epochs;
    private final Checkpoints checkpoints;

    private int epoch;
    private int batch;
    private long globalStep;
    private double learningRateFactor = 1;
    private long skippedSteps;
    private long rollBacks;
    private LossTotal logged = LossTotal.NONE;
    private final CurrentStep step = new CurrentStep();
    private Map<String, Object> epochState = Map.of(); // of the epoch that was broken off, until it goes on
    private Optional<EpochResult> result = Optional.empty();
    private Optional<TrainingSnapshot> start = Optional.empty();
    private boolean isStartOfOther; // which no seed brings back

    /** Where what is saved goes, and comes back from. */
    interface Checkpoints extends AutoCloseable {
        /** Saves where training stands within an epoch or at its end; what to call it is the other side's to know. */
        void save();

        /** Training goes on from this one, which need not be saved again. */
        void isFrom(Checkpoint checkpoint);

        /** A step is over, with all that was asked for up to its end but for what an epoch's end brings. */
        void afterStep(boolean atEpochEnd);

        /** Waits for what is being written, and tells of it. */
        void await();

        /** True if there is a best checkpoint, or one about to be written. */
        boolean isThereABest();

        /** What was saved with the best checkpoint; empty: there is none, or it cannot be read. Waits as {@link #await} does. */
        Optional<TrainingSnapshot> best();

        @Override
        void close();
    }

    /** Those of a trial that trains by itself. */
    private final class OwnCheckpoints implements Checkpoints {
        private final CheckpointSaver saver;
        private final Supplier<OptionalLong> best;
        private final Map<String, Object> facts;

        OwnCheckpoints(CheckpointStore store, Supplier<OptionalLong> best, Map<String, Object> facts) {
            this.saver = new CheckpointSaver(store, this::tell);
            this.best = best;
            this.facts = Map.copyOf(facts);
        }

        @Override
        public void save() {
            saver.save(name(), () -> {
                Map<String, Object> tree = new LinkedHashMap<>(facts);
                tree.putAll(state());
                return new TrainingSnapshot(trainer.weights(), savedOptimizer(), tree);
            });
            if (!callbacks.mayHearOfCheckpointsLater()) {
                saver.await();
            }
        }

        private CheckpointName name() {
            return new CheckpointName(epoch, batch);
        }

        @Override
        public void isFrom(Checkpoint checkpoint) {
            saver.isFrom(checkpoint);
        }

        @Override
        public void afterStep(boolean atEpochEnd) {
            saver.look();
        }

        @Override
        public void await() {
            saver.await();
        }

        @Override
        public boolean isThereABest() {
            return best.get().isPresent();
        }

        @Override
        public Optional<TrainingSnapshot> best() {
            return saver.read(best).map(Checkpoint::snapshot);
        }

        private void tell(CheckpointWriter.Outcome outcome) {
            if (isLost()) {
                return; // others go on with the trial: nothing may be deleted any more
            }
            switch (outcome) {
                case CheckpointWriter.Outcome.Saved done -> callbacks.checkpointSaved(done.checkpoint());
                case CheckpointWriter.Outcome.Failed failed ->
                    callbacks.checkpointFailed(failed.name(), failed.cause());
            }
        }

        @Override
        public void close() {
            saver.close();
        }
    }

    /** The step under way, or the last one. Numbers that nobody asks for are not measured. */
    private final class CurrentStep implements StepView {
        private long number;
        private double learningRate = Double.NaN;
        private OptionalDouble loss = OptionalDouble.empty();
        private OptionalDouble gradientNorm = OptionalDouble.empty();

        void begin(long number, double learningRate) {
            this.number = number;
            this.learningRate = learningRate;
            loss = OptionalDouble.empty();
            gradientNorm = OptionalDouble.empty();
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public double loss() {
            if (loss.isEmpty()) {
                loss = OptionalDouble.of(trainer.stepLoss());
            }
            return loss.getAsDouble();
        }

        @Override
        public double gradientNorm() {
            if (gradientNorm.isEmpty()) {
                gradientNorm = OptionalDouble.of(trainer.gradientNorm());
            }
            return gradientNorm.getAsDouble();
        }

        @Override
        public double learningRate() {
            return learningRate;
        }

        @Override
        public int samples() {
            return trainer.stepSamples();
        }
    }

    /** Asks the callbacks what becomes of one step. */
    private final class Gate implements StepGate {
        private final TrainingProgress before;
        private final boolean isLast;
        private boolean isTaken = true;

        Gate(TrainingProgress before, boolean isLast) {
            this.before = before;
            this.isLast = isLast;
        }

        @Override
        public Passage pass(double scheduled) {
            control.takeSkipStep(); // what was asked for before is not of this step
            control.takeGradientFactor();
            step.begin(globalStep + 1, scheduled * learningRateFactor);
            callbacks.backwardEnd(step, before, control);
            isTaken = !control.takeSkipStep();
            if (isTaken) {
                if (callbacks.isLogDue(step.number(), isLast)) {
                    step.gradientNorm();
                }
                callbacks.preOptimizerStep(step, before, control);
                isTaken = !control.takeSkipStep();
            }
            return new Passage(isTaken, control.takeGradientFactor(), step.learningRate());
        }

        @Override
        public boolean mayRefuse() {
            return callbacks.maySkipSteps();
        }
    }

    /**
     * A loop, not yet started, that goes back to the start where it is asked to roll back.
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
        this(trainer, callbacks, store, control, epochs, facts, OptionalLong::empty);
    }

    /**
     * A loop, not yet started.
     *
     * @param epochs epochs to train, >= 1
     * @param facts put into every checkpoint's state, as a JSON tree: seed, parameters, threads
     * @param best the step of the best checkpoint so far
     */
    public TrainingLoop(
            ModelTrainer trainer,
            CallbackChain callbacks,
            CheckpointStore store,
            TrainingControl control,
            int epochs,
            Map<String, Object> facts,
            Supplier<OptionalLong> best) {
        this.trainer = trainer;
        this.callbacks = callbacks;
        this.control = control;
        this.epochs = atLeastOne(epochs);
        this.checkpoints = new OwnCheckpoints(store, best, facts);
    }

    /** A loop, not yet started, that others drive epoch by epoch. */
    TrainingLoop(
            ModelTrainer trainer,
            CallbackChain callbacks,
            TrainingControl control,
            int epochs,
            Checkpoints checkpoints) {
        this.trainer = trainer;
        this.callbacks = callbacks;
        this.control = control;
        this.epochs = atLeastOne(epochs);
        this.checkpoints = checkpoints;
    }

    private static int atLeastOne(int epochs) {
        if (epochs < 1) {
            throw new IllegalArgumentException("epochs must be >= 1, was " + epochs);
        }
        return epochs;
    }

    @Override
    public TrainingProgress progress() {
        return new TrainingProgress(epoch, batch, globalStep, epochs, trainer.batchesPerEpoch());
    }

    /** The weights that were evaluated when this was saved: the trained ones, or their running average. */
    public static Map<String, Tensor> evaluatedWeights(TrainingSnapshot snapshot) {
        Map<String, Tensor> average = average(snapshot);
        return Boolean.TRUE.equals(snapshot.state().get("averageJudged")) && !average.isEmpty()
                ? average
                : snapshot.weights();
    }

    /**
     * Trains to the end, from the start or from a checkpoint. A checkpoint that the disk does not take is no reason to
     * end: the callbacks are told, and what was learnt so far stays in memory. Runs once.
     */
    @Override
    public StopReason run(Optional<Checkpoint> from) {
        return run(() -> from.ifPresent(this::restore));
    }

    /**
     * Trains to the end, beginning with what another trial has learnt: its weights, their average and the optimizer's
     * state, which starts afresh where the optimizer is another one. All else is this trial's own: learning rate and
     * schedule, batches, seed, callbacks. Epochs count on from the other's last finished one; steps count as if this
     * trial had done those epochs itself. Runs once.
     *
     * @throws CheckpointMismatchException if the network's parameters have other names or shapes, or no epoch is left
     */
    @Override
    public StopReason runFromOther(Checkpoint other) {
        return run(() -> takeOver(other.folder(), other.step(), other.snapshot()));
    }

    private StopReason run(Runnable restoring) {
        try {
            begin();
            restoring.run();
            callbacks.trainBegin(progress(), control);
            serveChanges();
            while (!isOver()) {
                if (trainEpoch()) {
                    serveSave();
                    serveChanges();
                }
            }
            StopReason reason = control.stopReason().orElseGet(() -> new StopReason.Finished(epochs));
            if (reason.keepsWork() && globalStep > 0) {
                checkpoints.save();
            }
            checkpoints.await();
            callbacks.trainEnd(reason, progress());
            return reason;
        } catch (RuntimeException | Error e) {
            callbacks.trainFailed(e, progress());
            throw e;
        } finally {
            checkpoints.close();
        }
    }

    /** Tells that everything is set up. */
    void begin() {
        callbacks.initEnd(progress(), control);
        if (callbacks.mayRollBack()) {
            start = Optional.of(new TrainingSnapshot(trainer.weights(), trainer.optimizerState(), Map.of()));
        }
    }

    /** True once there is no epoch left to train, or none is to be trained. */
    boolean isOver() {
        return epoch >= epochs || control.stopReason().isPresent();
    }

    /** Trains an epoch, or what is left of it; false if training is to end within it. */
    boolean trainEpoch() {
        long begun = System.nanoTime();
        control.takeStopEpoch(); // asked for once the last epoch was over: of that one nothing is left
        callbacks.epochBegin(progress(), control);
        trainer.beginEpoch(epoch + 1);
        trainer.restoreEpoch(epochState);
        epochState = Map.of();
        int batches = trainer.batchesPerEpoch();
        boolean over = false;
        while (!over) {
            trainStep(batches);
            Optional<String> cut = control.takeStopEpoch();
            cut.ifPresent(reason -> LOGGER.log(
                    Level.INFO,
                    "epoch={0} state=cut step={1} reason=\"{2}\"",
                    Integer.toString(epoch + 1),
                    Long.toString(globalStep),
                    reason));
            over = batch >= batches || cut.isPresent();
            serveStep(over);
            if (!over && control.stopReason().isPresent()) {
                return false;
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>(measured());
        metrics.put("epoch_seconds", (System.nanoTime() - begun) / 1e9);
        epoch++;
        batch = 0;
        logged = LossTotal.NONE;
        result = Optional.of(new EpochResult(epoch, metrics, Instant.now()));
        callbacks.epochEnd(result.get(), progress(), control);
        learningRateFactor *= control.takeLearningRateFactor();
        return true;
    }

    /** What the epoch's steps so far have come to, and the validation part with them. */
    Map<String, Double> measured() {
        Map<String, Double> metrics = new LinkedHashMap<>(trainer.endEpoch());
        metrics.replace("learning_rate", step.learningRate());
        metrics.putAll(evaluate(metrics, true));
        return metrics;
    }

    private void trainStep(int batches) {
        TrainingProgress before = progress();
        callbacks.stepBegin(before, control);
        Gate gate = new Gate(before, batch + 1 == batches);
        trainer.step(batch, globalStep + 1, gate);
        if (gate.isTaken) {
            callbacks.optimizerStep(step, before, control);
            control.takeAverageDecay().ifPresent(trainer::averageWeights);
        } else {
            skippedSteps++;
        }
        batch++;
        globalStep++;
        callbacks.stepEnd(progress(), control);
    }

    /** Does what was asked for up to the end of a step. */
    private void serveStep(boolean atEpochEnd) {
        boolean isAsked = control.takeLog();
        if (isAsked || callbacks.isLogDue(globalStep, atEpochEnd)) {
            log(atEpochEnd);
        }
        if (control.takeEvaluate() && !atEpochEnd) {
            evaluate(Map.of(), false);
        }
        serveChanges();
        if (!atEpochEnd) {
            serveSave(); // at an epoch's end once everybody has heard of the epoch
        }
        checkpoints.afterStep(atEpochEnd);
    }

    private void serveSave() {
        if (control.takeSave() && !isLost()) {
            checkpoints.save();
        }
    }

    private boolean isLost() {
        return control.stopReason().isPresent() && !control.stopReason().get().keepsWork();
    }

    /** Does what was asked for that changes the course of training. */
    private void serveChanges() {
        serveSmallChanges();
        serveRollBack();
    }

    /** Tells what people should know, and changes the learning rate. */
    void serveSmallChanges() {
        for (Alert alert : control.takeAlerts()) {
            LOGGER.log(Level.WARNING, "callback={0} alert=\"{1}\"", alert.callback(), alert.message());
            callbacks.alert(alert, progress());
        }
        learningRateFactor *= control.takeLearningRateFactor();
    }

    /** Rolls back, if that was asked for. */
    void serveRollBack() {
        Optional<String> reason = control.rollBackReason();
        if (reason.isPresent() && control.stopReason().isEmpty()) {
            rollBack(reason.get());
            control.endRollBack();
        }
    }

    private void log(boolean atEpochEnd) {
        LossTotal total = trainer.lossTotal();
        Map<String, Double> values = new LinkedHashMap<>();
        if (total.samples() > logged.samples()) {
            values.put("loss", total.meanSince(logged));
        }
        values.put("learning_rate", step.learningRate());
        step.gradientNorm.ifPresent(norm -> values.put("grad_norm", norm));
        values.put("gpu_memory_mb", trainer.deviceMemoryMiB());
        values.putAll(control.takeForLog());
        logged = total;
        double epochs = epoch + (double) batch / trainer.batchesPerEpoch();
        callbacks.log(new LogEntry(globalStep, epochs, values, atEpochEnd, Instant.now()), progress(), control);
    }

    /**
     * Looks at the validation part.
     *
     * @param ofEpoch what the epoch's steps came to, if it is at its end
     * @return the metrics measured, and what callbacks put in at an epoch's end
     */
    private Map<String, Double> evaluate(Map<String, Double> ofEpoch, boolean atEpochEnd) {
        callbacks.evaluateBegin(progress(), control);
        boolean average = control.isAverageJudged();
        Map<String, Double> measured = new LinkedHashMap<>();
        if (average) {
            trainer.exchangeAverage();
        }
        try {
            trainer.evaluate(Split.VALIDATION).forEach((name, value) -> measured.put("val_" + name, value));
        } finally {
            if (average) {
                trainer.exchangeAverage();
            }
        }
        Map<String, Double> all = new LinkedHashMap<>(ofEpoch);
        all.putAll(measured);
        callbacks.evaluateEnd(new EvaluationResult(all, atEpochEnd, Instant.now()), progress(), control);
        if (atEpochEnd) {
            measured.putAll(control.takeForEpoch());
        }
        return measured;
    }

    private void rollBack(String reason) {
        Optional<TrainingSnapshot> best = checkpoints.best();
        Optional<TrainingSnapshot> to = best.or(() -> start);
        if (to.isEmpty()) {
            LOGGER.log(Level.WARNING, "rollBack=none reason=\"there is no checkpoint yet\" wanted=\"{0}\"", reason);
            return;
        }
        restoreModel(to.get());
        rollBacks++;
        LOGGER.log(
                Level.INFO,
                "rollBack={0} step={1} reason=\"{2}\"",
                best.isPresent() ? "best" : "start",
                Long.toString(globalStep),
                reason);
    }

    /** What the last epoch came to; empty before the first one that was trained here. */
    Optional<EpochResult> result() {
        return result;
    }

    /** What is trained, as it is now. */
    TrainingSnapshot snapshot() {
        return new TrainingSnapshot(trainer.weights(), savedOptimizer(), state());
    }

    private Map<String, Object> state() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.putAll(new TrainingState(epoch, batch, globalStep, learningRateFactor, skippedSteps, rollBacks, logged)
                .toTree());
        tree.put("epochs", epochs);
        if (batch > 0) {
            tree.put("epochState", epochState.isEmpty() ? trainer.epochState() : epochState);
        }
        putValues(tree, "pendingForLog", control.pendingForLog());
        putValues(tree, "pendingForEpoch", control.pendingForEpoch());
        control.rollBackReason().ifPresent(reason -> tree.put("rollBack", reason));
        control.stopReason()
                .filter(StopReason.EarlyStopped.class::isInstance)
                .ifPresent(reason -> tree.put(ENDED, reason.reason()));
        tree.put("averageJudged", control.isAverageJudged());
        tree.put("callbacks", callbacks.saveState());
        tree.put("callbackFailures", callbacks.failures());
        return tree;
    }

    private Map<String, Tensor> savedOptimizer() {
        Map<String, Tensor> optimizer = new LinkedHashMap<>(trainer.optimizerState());
        trainer.averagedWeights().forEach((name, tensor) -> optimizer.put(AVERAGE + name, tensor));
        if (isStartOfOther && !checkpoints.isThereABest()) {
            start.ifPresent(other -> {
                other.weights().forEach((name, tensor) -> optimizer.put(START_WEIGHTS + name, tensor));
                other.optimizer().forEach((name, tensor) -> optimizer.put(START_OPTIMIZER + name, tensor));
            });
        }
        return optimizer;
    }

    /** Numbers as texts: JSON knows neither NaN nor infinities. */
    static void putValues(Map<String, Object> tree, String name, Map<String, Double> values) {
        if (!values.isEmpty()) {
            Map<String, Object> texts = new LinkedHashMap<>();
            values.forEach((key, value) -> texts.put(key, Double.toString(value)));
            tree.put(name, texts);
        }
    }

    static void takeValues(Map<String, Object> tree, String name, BiConsumer<String, Double> taker) {
        if (tree.get(name) instanceof Map<?, ?> texts) {
            texts.forEach((key, value) -> taker.accept(key.toString(), Double.parseDouble(value.toString())));
        }
    }

    private void restore(Checkpoint checkpoint) {
        restore(checkpoint.snapshot());
        checkpoints.isFrom(checkpoint);
    }

    /** Goes on from a snapshot of this trial's. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    void restore(TrainingSnapshot snapshot) {
        restoreModel(snapshot);
        Map<String, Tensor> taken = named(snapshot.optimizer(), START_WEIGHTS);
        if (start.isPresent() && !taken.isEmpty()) {
            start = Optional.of(new TrainingSnapshot(taken, named(snapshot.optimizer(), START_OPTIMIZER), Map.of()));
            isStartOfOther = true;
        }
        TrainingState state = TrainingState.ofTree(snapshot.state());
        epoch = state.epoch();
        batch = state.batch();
        globalStep = state.globalStep();
        learningRateFactor = state.learningRateFactor();
        skippedSteps = state.skippedSteps();
        rollBacks = state.rollBacks();
        logged = state.logged();
        if (snapshot.state().get("rollBack") instanceof String reason) {
            control.rollBack(reason);
        }
        if (snapshot.state().get(ENDED) instanceof String reason) {
            control.stop(new StopReason.EarlyStopped(reason)); // decided: only what follows training was left to do
        }
        takeValues(snapshot.state(), "pendingForLog", control::addToLog);
        takeValues(snapshot.state(), "pendingForEpoch", control::addToEpoch);
        if (snapshot.state().get("callbackFailures") instanceof Map<?, ?> failures) {
            callbacks.restoreFailures(failures);
        }
        if (snapshot.state().get("callbacks") instanceof Map<?, ?> states) {
            callbacks.restoreState((Map<String, Object>) states);
        }
        if (snapshot.state().get("epochState") instanceof Map<?, ?> sums) {
            epochState = (Map<String, Object>) sums;
        }
    }

    /** Begins with what another trial had learnt in {@code step} epochs. */
    void takeOver(Path folder, long step, TrainingSnapshot other) {
        int done = Math.toIntExact(step);
        if (done >= epochs) {
            throw new CheckpointMismatchException("the checkpoint " + folder + " is of epoch " + done
                    + ", this trial has " + epochs + " epochs: none is left to train");
        }
        try {
            trainer.restoreWeights(other.weights());
        } catch (IllegalArgumentException e) {
            throw new CheckpointMismatchException(
                    "the checkpoint " + folder + " is of another network: " + e.getMessage(), e);
        }
        Optional<String> afresh = Optional.empty();
        try {
            trainer.restoreOptimizer(ofOptimizer(other));
        } catch (IllegalArgumentException e) {
            afresh = Optional.ofNullable(e.getMessage());
        }
        trainer.restoreAveragedWeights(average(other));
        epoch = done;
        globalStep = (long) done * trainer.batchesPerEpoch();
        if (start.isPresent()) {
            start = Optional.of(new TrainingSnapshot(trainer.weights(), trainer.optimizerState(), Map.of()));
            isStartOfOther = true;
        }
        LOGGER.log(
                Level.INFO,
                "start={0} epoch={1} optimizer={2}",
                folder,
                Integer.toString(epoch),
                afresh.map(reason -> "afresh reason=\"" + reason + "\"").orElse("taken-over"));
    }

    private void restoreModel(TrainingSnapshot snapshot) {
        trainer.restoreWeights(snapshot.weights());
        trainer.restoreOptimizer(ofOptimizer(snapshot));
        trainer.restoreAveragedWeights(average(snapshot));
    }

    private static Map<String, Tensor> ofOptimizer(TrainingSnapshot snapshot) {
        Map<String, Tensor> optimizer = new LinkedHashMap<>(snapshot.optimizer());
        optimizer.keySet().removeIf(name -> name.startsWith(AVERAGE) || name.startsWith(START));
        return optimizer;
    }

    private static Map<String, Tensor> average(TrainingSnapshot snapshot) {
        return named(snapshot.optimizer(), AVERAGE);
    }

    /** Those whose names begin so, by the rest of their names. */
    private static Map<String, Tensor> named(Map<String, Tensor> tensors, String beginning) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(beginning)) {
                named.put(name.substring(beginning.length()), tensor);
            }
        });
        return named;
    }
}
