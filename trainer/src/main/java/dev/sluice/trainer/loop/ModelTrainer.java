package dev.sluice.trainer.loop;

import dev.sluice.trainer.checkpoint.Tensor;
import java.util.Map;

/**
 * The loop's door to an engine: one network, its optimizer and its data. All randomness is a function of the seed and
 * of where training stands, so that what is restored goes on as what was never interrupted. Confined to one thread.
 */
public interface ModelTrainer extends AutoCloseable {
    /** Batches in an epoch, >= 1. */
    int batchesPerEpoch();

    /** Brings the training samples in the order of this epoch, and forgets what was summed up in another. */
    void beginEpoch(int epoch);

    /**
     * One optimizer step.
     *
     * @param batch place of the batch in the epoch that was begun, from 0
     * @param globalStep number of this step over all epochs, from 1
     */
    default void step(int batch, long globalStep) {
        step(batch, globalStep, StepGate.OPEN);
    }

    /**
     * One optimizer step, if the gate lets it through.
     *
     * @param gate asked once, when the gradients are there
     */
    void step(int batch, long globalStep, StepGate gate);

    /** Mean loss of the batch under way, or of the last one. Waits for the device. */
    double stepLoss();

    /** Samples in the batch under way, or in the last one. */
    int stepSamples();

    /** Euclidean norm of all gradients together; may be called by a gate alone. Waits for the device. */
    double gradientNorm();

    /** The losses of the epoch's samples so far, and how many they are. Waits for the device. */
    LossTotal lossTotal();

    /** The device's memory in use, in MiB; 0 without a device of its own, NaN if it does not say. */
    double deviceMemoryMiB();

    /**
     * Moves a running average of the parameters, kept on the device, towards them; the first call starts it with them.
     *
     * @param decay how much of the average stays, [0, 1)
     */
    void averageWeights(double decay);

    /** The running average by stable name; empty if there is none. */
    Map<String, Tensor> averagedWeights();

    /** Overwrites the running average, or starts it. */
    void restoreAveragedWeights(Map<String, Tensor> average);

    /** Exchanges the parameters and their running average, if there is one; a second call puts them back. */
    void exchangeAverage();

    /** What the epoch's steps came to, e.g. {@code train_loss}; metric names as reported. */
    Map<String, Double> endEpoch();

    /** Measures the network as it is on a split; names without the split, e.g. {@code loss}, {@code accuracy}. */
    Map<String, Double> evaluate(Split split);

    /** The network's parameters by stable name. */
    Map<String, Tensor> weights();

    /** The optimizer's state by stable name. */
    Map<String, Tensor> optimizerState();

    /** What was summed up in the epoch so far, as a JSON tree. */
    Map<String, Object> epochState();

    /** Overwrites the network's parameters. */
    void restoreWeights(Map<String, Tensor> weights);

    /** Overwrites the optimizer's state. */
    void restoreOptimizer(Map<String, Tensor> state);

    /** Takes back what {@link #epochState} gave, after {@link #beginEpoch}. */
    void restoreEpoch(Map<String, Object> state);

    @Override
    void close();
}
