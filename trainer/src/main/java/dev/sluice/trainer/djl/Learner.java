package dev.sluice.trainer.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
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
     * Adds the gradient of the mean loss over rows {@code [from, to)} to that of each trained array.
     *
     * @param step what is made belongs to it
     * @param batch rows at a time, >= 1
     * @return the loss, and the norm of all gradients together if it is wanted
     */
    NDList gradients(NDManager step, int from, int to, int batch, boolean isNormWanted);

    /** Euclidean norm of all gradients together. Waits for the device. */
    double norm();

    /** What it gives for rows of the data, {@code [N, outputs]}, as it is when it is used. */
    NDArray outputs(NDArray features);

    @Override
    void close();
}
