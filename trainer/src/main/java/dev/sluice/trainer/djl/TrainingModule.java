package dev.sluice.trainer.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

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
    private final ByteBuffer placing = direct(5 * Long.BYTES);
    private final NDList places;
    private final ByteBuffer measured;
    private final NDArray results;
    private boolean hasGradients;
    private boolean isNormMeasured;
    private boolean isFetched; // from the GPU

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
        // Arrays that are made of direct memory are no copies: they show what lies there, and what is put there. The
        // interpreter reads places on the CPU; on a GPU what is measured stays there until somebody asks.
        boolean isOnCpu = !parent.getDevice().isGpu();
        NDManager cpu = isOnCpu ? manager : manager.newSubManager(Device.cpu());
        this.places = new NDList(cpu.create(placing, new Shape(5), DataType.INT64));
        int trained = block.trainedArrays().size();
        this.measured = direct((1 + trained) * Float.BYTES);
        Shape shape = new Shape(1 + trained);
        this.results = isOnCpu ? manager.create(measured, shape, DataType.FLOAT32) : manager.zeros(shape);
        PtNDArray[] scalars = new PtNDArray[1 + trained];
        Arrays.setAll(scalars, place -> (PtNDArray) results.get(place));
        PtNDArray[] arrays =
                block.arrays().values().stream().map(array -> (PtNDArray) array).toArray(PtNDArray[]::new);
        try (IValue list = IValue.listFrom(arrays);
                IValue scalarList = IValue.listFrom(scalars)) {
            IValueUtils.runMethod(module, "bind", list, scalarList).close();
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
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
     * Computes the gradients of the mean loss over rows {@code [from, to)}; they take the place of the last call's.
     *
     * @param batch rows at a time, >= 1
     */
    public void gradients(int from, int to, int batch) {
        gradients(from, to, batch, false);
    }

    /**
     * Computes the gradients as {@link #gradients(int, int, int)} does.
     *
     * @param isNormWanted whether {@link #norm} will be asked for: to measure it on the way takes less time, and gives the
     *     same number
     */
    void gradients(int from, int to, int batch, boolean isNormWanted) {
        placing.putLong(0, from)
                .putLong(Long.BYTES, to)
                .putLong(2 * Long.BYTES, batch)
                .putLong(3 * Long.BYTES, isNormWanted ? 1 : 0)
                .putLong(4 * Long.BYTES, hasGradients ? 1 : 0);
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        JniUtils.setGraphExecutorOptimize(false); // each time: libtorch may keep it for a thread alone
        try {
            IValueUtils.forward(module, places, true);
            hasGradients = true;
            isNormMeasured = isNormWanted;
            isFetched = false;
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** The mean loss of the last call's rows; may be NaN or infinite. Waits for the device. */
    public float loss() {
        return measured(0);
    }

    /** Euclidean norm of all gradients together; may be NaN or infinite. Waits for the device. */
    double norm() {
        if (!isNormMeasured) {
            IValueUtils.runMethod(module, "norm").close();
            isNormMeasured = true;
            isFetched = false;
        }
        double squares = 0;
        for (int place = 1; place < results.size(); place++) {
            squares += measured(place);
        }
        return Math.sqrt(squares);
    }

    private float measured(int place) {
        if (results.getDevice().isGpu() && !isFetched) {
            measured.asFloatBuffer().put(results.toFloatArray());
            isFetched = true;
        }
        return measured.getFloat(place * Float.BYTES);
    }

    /** Sum of the losses of all rows since the epoch began. Waits for the device. */
    double lossSum() {
        try (IValue result = IValueUtils.runMethod(module, "sum");
                NDArray sum = result.toTensor(manager)) {
            return sum.toDoubleArray()[0];
        }
    }

    /** Overwrites the sum of losses. */
    void restoreLossSum(double sum) {
        try (NDArray array = manager.create(sum);
                IValue value = IValue.from((PtNDArray) array)) {
            IValueUtils.runMethod(module, "take", value).close();
        }
    }

    /** Takes the loss of the last step's rows from the sum again: it may be no number. */
    void forgetLoss() {
        IValueUtils.runMethod(module, "forget").close();
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
