package dev.sluice.trainer.djl;

import ai.djl.ndarray.NDArray;
import dev.sluice.trainer.checkpoint.Tensor;
import java.util.Map;
import java.util.Set;

/** A network on the device, with what computes gradients of its loss. Confined to one thread. */
interface Learner extends AutoCloseable {
    /** All arrays of which its weights consist, by stable name: the same objects, whatever is written into them. */
    Map<String, NDArray> arrays();

    /** Those that gradients move. */
    Map<String, NDArray> trainedArrays();

    /** Names of those that weight decay applies to, where it does not apply to all. */
    Set<String> weights();

    /** Whether training draws at random. */
    boolean drawsAtRandom();

    /** The values of all arrays. */
    Map<String, Tensor> values();

    /**
     * Overwrites all arrays in place.
     *
     * @throws IllegalArgumentException if one has no value or one of another shape
     */
    void restore(Map<String, Tensor> values);

    /** Copies the rows that places are meant of from now on, in this order. */
    void begin(NDArray features, NDArray targets, long[] order);

    /**
     * Computes the gradient of the mean loss over rows {@code [from, to)} for each trained array. Those before were used up by a step of
     * the optimizer, or given up.
     *
     * @param batch rows at a time, >= 1
     * @param isNormWanted whether {@link #norm} will be asked for
     */
    void gradients(int from, int to, int batch, boolean isNormWanted);

    /** The mean loss of the last call's rows; may be NaN or infinite. Waits for the device. */
    double loss();

    /** Euclidean norm of all gradients together; may be NaN or infinite. Waits for the device. */
    double norm();

    /** Sum of the losses of all rows since the epoch began. Waits for the device. */
    double lossSum();

    /** Overwrites the sum of losses. */
    void restoreLossSum(double sum);

    /** Takes the loss of the last call's rows from the sum again: it may be no number. */
    void forgetLoss();

    /** What it gives for rows of the data, {@code [N, outputs]}, as it is when it is used. */
    NDArray outputs(NDArray features);

    @Override
    void close();
}
