package dev.sluice.trainer.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.task.TrainingPlan;
import java.util.Map;
import java.util.Set;

/** A network of our own: {@link NetBlock} evaluates, {@link TrainingModule} trains, both with the same arrays. */
final class NetLearner implements Learner {
    private final NetSpec network;
    private final NetBlock block;
    private final TrainingModule module;
    private final ParameterStore store;

    /** A fresh one, whose first values come from the seed. */
    NetLearner(NDManager manager, NetSpec network, TrainingPlan plan, long seed) {
        this.network = network;
        this.block = new NetBlock(network, manager, network.initialValues(seed));
        this.module = new TrainingModule(
                manager, network, plan.loss(), block, plan.train().isOfBytes());
        this.store = new ParameterStore(manager, false);
    }

    @Override
    public Map<String, NDArray> arrays() {
        return block.arrays();
    }

    @Override
    public Map<String, NDArray> trainedArrays() {
        return block.trainedArrays();
    }

    @Override
    public Set<String> weights() {
        return network.weights();
    }

    @Override
    public boolean drawsAtRandom() {
        return network.drawsAtRandom();
    }

    @Override
    public Map<String, Tensor> values() {
        return block.values();
    }

    @Override
    public void restore(Map<String, Tensor> values) {
        block.restore(values);
    }

    @Override
    public void begin(NDArray features, NDArray targets, long[] order) {
        module.begin(features, targets, order);
    }

    @Override
    public void gradients(int from, int to, int batch, boolean isNormWanted) {
        module.gradients(from, to, batch, isNormWanted);
    }

    @Override
    public double loss() {
        return module.loss();
    }

    @Override
    public double lossSum() {
        return module.lossSum();
    }

    @Override
    public void restoreLossSum(double sum) {
        module.restoreLossSum(sum);
    }

    @Override
    public void forgetLoss() {
        module.forgetLoss();
    }

    @Override
    public double norm() {
        return module.norm();
    }

    @Override
    public NDArray outputs(NDArray features) {
        return block.forward(store, new NDList(features.toType(DataType.FLOAT32, false)), false)
                .singletonOrThrow();
    }

    @Override
    public void close() {
        module.close();
    }
}
