package dev.sluice.trainer.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.sluice.trainer.task.LabelledRows;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;

/** Rows on the device, each set of them once, however many train with it. Confined to one thread. */
public final class DeviceRows implements AutoCloseable {
    /** Features {@code [N, width]}, labels {@code [N]} or targets {@code [N, 1]}. */
    record OnDevice(NDArray features, NDArray labels, int rows) {}

    private final NDManager manager;
    private final IdentityHashMap<LabelledRows, OnDevice> sets = new IdentityHashMap<>();

    private DeviceRows(NDManager manager) {
        this.manager = manager;
    }

    /**
     * Nothing yet.
     *
     * @param threads threads to compute with, >= 1
     */
    public static DeviceRows open(int threads) {
        Engine engine = EngineStart.load(threads);
        return new DeviceRows(engine.newBaseManager());
    }

    /** These rows on the device. */
    OnDevice of(LabelledRows rows) {
        return sets.computeIfAbsent(rows, this::copy);
    }

    private OnDevice copy(LabelledRows rows) {
        Shape shape = new Shape(rows.rows(), rows.width());
        NDArray features = rows.isOfBytes()
                ? manager.create(direct(rows.bytes()), shape, DataType.UINT8)
                : manager.create(rows.features(), shape);
        NDArray labels = rows.isRegression()
                ? manager.create(rows.targets(), new Shape(rows.rows(), 1))
                : manager.create(rows.labels()).toType(DataType.INT64, true);
        return new OnDevice(features, labels, rows.rows());
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).rewind();
    }

    @Override
    public void close() {
        manager.close();
    }
}
