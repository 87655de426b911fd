package dev.sluice.trainer.callback;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What callbacks ask of the loop; it looks at the end of each step. The first reason to stop counts, but a lost lease
 * overrides it. Thread-safe.
 */
public final class TrainingControl {
    private final AtomicReference<Optional<StopReason>> stop = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean save = new AtomicBoolean();
    private final AtomicBoolean log = new AtomicBoolean();
    private final AtomicBoolean evaluate = new AtomicBoolean();
    private final AtomicBoolean skipStep = new AtomicBoolean();
    private final AtomicReference<Optional<String>> stopEpoch = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> rollBack = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Double> gradientFactor = new AtomicReference<>(1.0);
    private final AtomicReference<Double> learningRateFactor = new AtomicReference<>(1.0);
    private final AtomicReference<Double> averageDecay = new AtomicReference<>(Double.NaN);
    private volatile boolean judgeAverage;
    private final Map<String, Double> forLog = new LinkedHashMap<>();
    private final Map<String, Double> forEpoch = new LinkedHashMap<>();
    private final List<Alert> alerts = new ArrayList<>();

    /** Asks training to end. */
    public void stop(StopReason reason) {
        stop.updateAndGet(asked -> asked.isEmpty() || !reason.keepsWork() ? Optional.of(reason) : asked);
    }

    /** Why training is to end; empty if it goes on. */
    public Optional<StopReason> stopReason() {
        return stop.get();
    }

    /**
     * Asks for a checkpoint after this step, once all else that was asked for is done; at an epoch's end, once every
     * callback has heard of the epoch. Where nothing has happened since the last one, there is no other.
     */
    public void save() {
        save.set(true);
    }

    /** True if a checkpoint was asked for since the last call. */
    public boolean takeSave() {
        return save.getAndSet(false);
    }

    /** Asks for a log after this step. */
    public void log() {
        log.set(true);
    }

    /** True if a log was asked for since the last call. */
    public boolean takeLog() {
        return log.getAndSet(false);
    }

    /** Asks for a look at the validation part after this step. Its values are logged, but are no epoch's result. */
    public void evaluate() {
        evaluate.set(true);
    }

    /** True if a look was asked for since the last call. */
    public boolean takeEvaluate() {
        return evaluate.getAndSet(false);
    }

    /** Asks to leave out the rest of the epoch: it is evaluated and reported after this step. */
    public void stopEpoch(String reason) {
        stopEpoch.compareAndSet(Optional.empty(), Optional.of(reason));
    }

    /** Why the rest of the epoch is to be left out; empty if nobody asked since the last call. */
    public Optional<String> takeStopEpoch() {
        return stopEpoch.getAndSet(Optional.empty());
    }

    /**
     * Asks to go back, after this step, to the weights and the optimizer's state of the best checkpoint, or to those of
     * the start if there is none. Training goes on from where it stands in the data: no epoch is reported twice, and as
     * all randomness hangs on the step's number, the same batches would lead to where the roll-back came from.
     */
    public void rollBack(String reason) {
        rollBack.compareAndSet(Optional.empty(), Optional.of(reason));
    }

    /** Why to roll back; empty if nobody asked. */
    public Optional<String> rollBackReason() {
        return rollBack.get();
    }

    /** The roll-back that was asked for is done. */
    public void endRollBack() {
        rollBack.set(Optional.empty());
    }

    /** Gives up this step: the gradients are thrown away, the weights stay. Heard between gradients and optimizer alone. */
    public void skipStep() {
        skipStep.set(true);
    }

    /** True if the step was given up since the last call. */
    public boolean takeSkipStep() {
        return skipStep.getAndSet(false);
    }

    /**
     * Multiplies the gradients of this step. Heard between gradients and optimizer alone; factors multiply.
     *
     * @param factor > 0
     */
    public void scaleGradients(double factor) {
        gradientFactor.updateAndGet(before -> before * positive("factor", factor));
    }

    /** What this step's gradients are multiplied with; 1 if nobody asked since the last call. */
    public double takeGradientFactor() {
        return gradientFactor.getAndSet(1.0);
    }

    /**
     * Multiplies the learning rate of all steps to come; factors multiply.
     *
     * @param factor > 0
     */
    public void scaleLearningRate(double factor) {
        learningRateFactor.updateAndGet(before -> before * positive("factor", factor));
    }

    /** By what the learning rate is to change; 1 if nobody asked since the last call. */
    public double takeLearningRateFactor() {
        return learningRateFactor.getAndSet(1.0);
    }

    /**
     * Moves the running average of the weights towards the weights after this step; the first call starts it with them.
     *
     * @param decay how much of the average stays, [0, 1)
     */
    public void averageWeights(double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("decay must be in [0, 1), was " + decay);
        }
        averageDecay.set(decay);
    }

    /** The decay with which the average was asked to move since the last call; empty if nobody asked. */
    public OptionalDouble takeAverageDecay() {
        double decay = averageDecay.getAndSet(Double.NaN);
        return Double.isNaN(decay) ? OptionalDouble.empty() : OptionalDouble.of(decay);
    }

    /** From now on the averaged weights, once there are any, are evaluated and packaged in place of the trained ones. */
    public void judgeAverage() {
        judgeAverage = true;
    }

    /** True if the averaged weights count. */
    public boolean isAverageJudged() {
        return judgeAverage;
    }

    /** Puts a value into the next log; of several under one name the last counts. */
    public void addToLog(String name, double value) {
        synchronized (forLog) {
            forLog.put(name, value);
        }
    }

    /** The values for the log since the last call, in their order. */
    public Map<String, Double> takeForLog() {
        return take(forLog);
    }

    /** The values for the log that were not taken yet, in their order; they stay. */
    public Map<String, Double> pendingForLog() {
        synchronized (forLog) {
            return new LinkedHashMap<>(forLog);
        }
    }

    /**
     * Puts a metric into the result of the epoch that is about to end: it is reported and reaches MLflow. Heard up to
     * {@link Callback#evaluateEnd}.
     */
    public void addToEpoch(String name, double value) {
        synchronized (forEpoch) {
            forEpoch.put(name, value);
        }
    }

    /** The metrics for the epoch's result since the last call, in their order. */
    public Map<String, Double> takeForEpoch() {
        return take(forEpoch);
    }

    /** The metrics for the epoch's result that were not taken yet, in their order; they stay. */
    public Map<String, Double> pendingForEpoch() {
        synchronized (forEpoch) {
            return new LinkedHashMap<>(forEpoch);
        }
    }

    /** Tells all callbacks, after this step, of something that a person should know. */
    public void alert(Alert alert) {
        synchronized (alerts) {
            alerts.add(alert);
        }
    }

    /** What people should know since the last call. */
    public List<Alert> takeAlerts() {
        synchronized (alerts) {
            List<Alert> taken = List.copyOf(alerts);
            alerts.clear();
            return taken;
        }
    }

    private static Map<String, Double> take(Map<String, Double> values) {
        synchronized (values) {
            if (values.isEmpty()) {
                return Map.of();
            }
            Map<String, Double> taken = new LinkedHashMap<>(values);
            values.clear();
            return taken;
        }
    }

    private static double positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " must be in (0, Infinity), was " + value);
        }
        return value;
    }
}
