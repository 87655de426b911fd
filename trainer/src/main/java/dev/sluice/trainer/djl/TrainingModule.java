package dev.sluice.trainer.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.script.TrainingScript;
import dev.sluice.trainer.script.TrainingScript.Layout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/*
 * libtorch's optimizer of graphs is off: it would compile the gradient anew, slower for convolutions, and after some
 * steps of looking on, so that a resumed trial would differ in the last bits from one that was not. Without it each
 * operator runs and notes its gradient as in Python.
 */
/**
 * Computes gradients of a network's loss, in one call into libtorch for a whole step ({@link TrainingScript}). It works
 * with the very arrays of a {@link NetBlock}. Confined to one thread.
 */
public final class TrainingModule implements AutoCloseable {
    private final PtNDManager manager;
    private final PtSymbolBlock module;

    /**
     * Gradients for a block's parameters.
     *
     * @param parent manager under which the module lives
     */
    public TrainingModule(NDManager parent, NetSpec network, LossSpec loss, NetBlock block) {
        this(parent, network, loss, block, false);
    }

    /**
     * Gradients for a block's parameters.
     *
     * @param parent manager under which the module lives
     * @param isOfBytes whether features are bytes
     */
    TrainingModule(NDManager parent, NetSpec network, LossSpec loss, NetBlock block, boolean isOfBytes) {
        this.manager = (PtNDManager) parent.newSubManager();
        Layout layout = parent.getDevice().isGpu() ? Layout.CHANNELS_FIRST : Layout.CHANNELS_LAST;
        try {
            this.module = JniUtils.loadModule(
                    manager,
                    new ByteArrayInputStream(TrainingScript.write(network, loss, layout, isOfBytes)),
                    false,
                    false);
        } catch (IOException e) {
            throw new UncheckedIOException("read from memory alone", e);
        }
        PtNDArray[] arrays =
                block.arrays().values().stream().map(array -> (PtNDArray) array).toArray(PtNDArray[]::new);
        try (IValue list = IValue.listFrom(arrays)) {
            IValueUtils.runMethod(module, "bind", list).close();
        }
    }

    /**
     * Copies the rows that places are meant of from now on.
     *
     * @param features {@code [rows, inputs]}
     * @param targets for cross-entropy INT64 classes {@code [rows]}; else {@code [rows, outputs]} in single precision
     * @param order which rows, one after the other
     */
    public void begin(NDArray features, NDArray targets, long[] order) {
        // not by runMethod, whose arrays are for inference alone
        try (NDManager passing = manager.newSubManager()) {
            NDArray method = passing.create(0);
            method.setName("module_method:begin"); // how DJL is told which
            IValueUtils.forward(module, new NDList(passing.create(order), features, targets, method), true);
        }
    }

    /**
     * Adds the gradient of the mean loss over rows {@code [from, to)} to that of each trained parameter.
     *
     * @param step what is made belongs to it
     * @param batch rows at a time, >= 1
     * @return the loss, a scalar from which no gradients flow
     */
    public NDArray gradients(NDManager step, int from, int to, int batch) {
        return gradients(step, from, to, batch, false).get(0);
    }

    /**
     * Adds the gradient as {@link #gradients(NDManager, int, int, int)} does, and measures the norm of the gradients on the
     * way: that takes less time than to ask for it afterwards, and is the same number.
     *
     * @return the loss, and the norm if it is wanted
     */
    NDList gradients(NDManager step, int from, int to, int batch, boolean isNormWanted) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        JniUtils.setGraphExecutorOptimize(false); // each time: libtorch may keep it for a thread alone
        try (NDManager places = step.newSubManager(Device.cpu())) { // read by the interpreter
            NDArray place = places.create(new long[] {from, to, batch, isNormWanted ? 1 : 0});
            NDList results = IValueUtils.forward(module, new NDList(place), true);
            results.attach(step);
            return results;
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** Euclidean norm of all gradients together; may be NaN or infinite. Waits for the device. */
    public double norm() {
        try (IValue result = IValueUtils.runMethod(module, "norm");
                NDArray norm = result.toTensor(manager)) {
            return norm.toFloatArray()[0];
        }
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
