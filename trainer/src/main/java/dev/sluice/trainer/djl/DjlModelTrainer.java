package dev.sluice.trainer.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.cuda.CudaUtils;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.loop.LossTotal;
import dev.sluice.trainer.loop.ModelTrainer;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.StepGate;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.SeedStream;
import dev.sluice.trainer.network.SeedStream.Purpose;
import dev.sluice.trainer.optimizer.NetOptimizer;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TrainingPlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/*
 * Data lies on the device once. An epoch gathers the training rows in its order by one index-select; batches are slices of that, and the way from there to gradients is one call. All arrays of a step belong to the step's own manager and die with it: what belongs to a longer-lived
 * one would pile up. The loss of a step is added up on the device and read once an epoch.
 */
/**
 * Trains a plan with DJL's PyTorch engine. Confined to one thread.
 */
public final class DjlModelTrainer implements ModelTrainer {
    private static final int EVALUATION_ROWS = 2048;

    /** A split on the device: features {@code [N, width]}, labels {@code [N]} or targets {@code [N, 1]}. */
    private record OnDevice(NDArray features, NDArray labels, int rows) {}

    private final Engine engine;
    private final TrainingPlan plan;
    private final long seed;
    private final NDManager manager;
    private final NetBlock block;
    private final NetOptimizer optimizer;
    private final ParameterStore store;
    private final TrainingModule module;
    private final boolean drawsAtRandom;
    private final Map<Split, OnDevice> splits = new EnumMap<>(Split.class);
    private final WeightAverage average;
    private final List<NDArray> statistics = new ArrayList<>(); // parameters that forward passes move, not gradients
    private boolean isNormWanted; // whoever asked for the norm of two steps in a row will ask for the next one's
    private long lastNormStep = -1;
    private long currentStep;
    private int stepRows;
    private long rowsSeen;
    private double learningRate; // of the last step

    /**
     * A trainer with a fresh network.
     *
     * @param seed all randomness comes from it
     * @param threads threads to compute with, >= 1
     */
    public DjlModelTrainer(TrainingPlan plan, long seed, int threads) {
        this.engine = EngineStart.load(threads);
        this.plan = plan;
        this.seed = seed;
        this.manager = engine.newBaseManager();
        this.block = new NetBlock(plan.network(), manager, plan.network().initialValues(seed));
        this.optimizer = new NetOptimizer(
                plan.optimizer(),
                manager,
                block.trainedArrays(),
                switch (plan.weightDecayOn()) {
                    case ALL -> block.trainedArrays().keySet();
                    case WEIGHTS -> plan.network().weights();
                });
        block.getParameters().values().stream()
                .filter(parameter -> !parameter.requiresGradient())
                .forEach(parameter -> statistics.add(parameter.getArray()));
        this.module = new TrainingModule(
                manager, plan.network(), plan.loss(), block, plan.train().isOfBytes());
        this.drawsAtRandom = plan.network().drawsAtRandom();
        this.store = new ParameterStore(manager, false);
        splits.put(Split.TRAIN, onDevice(plan.train()));
        splits.put(Split.VALIDATION, onDevice(plan.validation()));
        splits.put(Split.TEST, onDevice(plan.test()));
        this.average = new WeightAverage(manager, block.arrays());
    }

    @Override
    public int batchesPerEpoch() {
        return plan.stepsPerEpoch();
    }

    @Override
    public void beginEpoch(int epoch) {
        OnDevice train = split(Split.TRAIN);
        long[] order = new long[train.rows()];
        SplittableRandom random = SeedStream.at(seed, Purpose.SHUFFLE, epoch);
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        module.begin(train.features(), train.labels(), order);
        rowsSeen = 0;
    }

    @Override
    public void step(int batch, long globalStep, StepGate gate) {
        int from = batch * plan.rowsPerStep();
        int to = Math.min(from + plan.rowsPerStep(), plan.train().rows());
        if (drawsAtRandom) {
            engine.setRandomSeed((int) SeedStream.mix(seed, Purpose.DROPOUT, globalStep));
        }
        learningRate = plan.learningRate(globalStep);
        currentStep = globalStep;
        List<NDArray> before = gate.mayRefuse() ? copies() : List.of();
        try {
            module.gradients(from, to, plan.batchSize(), isNormWanted);
            isNormWanted = false; // unless it is asked for again
            stepRows = to - from;
            StepGate.Passage passage = gate.pass(learningRate);
            if (!passage.isTaken()) {
                module.forgetLoss(); // left out of the epoch's sum, as the step is left out of training
                for (int place = 0; place < before.size(); place++) {
                    before.get(place).copyTo(statistics.get(place)); // the forward pass has moved them
                }
                return;
            }
            optimizer.step(passage.learningRate(), passage.gradientFactor());
            rowsSeen += to - from;
        } finally {
            before.forEach(NDArray::close);
        }
    }

    /** The running statistics of normalisations as they are. */
    private List<NDArray> copies() {
        return statistics.stream().map(NDArray::duplicate).toList();
    }

    @Override
    public double stepLoss() {
        return module.loss();
    }

    @Override
    public int stepSamples() {
        return stepRows;
    }

    @Override
    public double gradientNorm() {
        isNormWanted |= lastNormStep == currentStep - 1;
        lastNormStep = currentStep;
        return module.norm();
    }

    @Override
    public LossTotal lossTotal() {
        return new LossTotal(module.lossSum(), rowsSeen);
    }

    @Override
    public double deviceMemoryMiB() {
        Device device = manager.getDevice();
        if (!device.isGpu()) {
            return 0;
        }
        try {
            return CudaUtils.getGpuMemory(device).getCommitted() / (1024.0 * 1024.0);
        } catch (RuntimeException | LinkageError e) {
            return Double.NaN; // the driver does not say; no reason to end training
        }
    }

    @Override
    public void averageWeights(double decay) {
        average.move(decay);
    }

    @Override
    public Map<String, Tensor> averagedWeights() {
        return average.values();
    }

    @Override
    public void restoreAveragedWeights(Map<String, Tensor> values) {
        average.restore(values);
    }

    @Override
    public void exchangeAverage() {
        average.exchange();
    }

    @Override
    public Map<String, Double> endEpoch() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("train_loss", module.lossSum() / rowsSeen);
        metrics.put("learning_rate", learningRate);
        return metrics;
    }

    @Override
    public Map<String, Double> evaluate(Split split) {
        return Judgement.of(plan, rows(split), logits(split));
    }

    /** The network's outputs for every row of a split, as it stands: {@code [rows * outputs]}, row by row. */
    public float[] logits(Split split) {
        OnDevice data = split(split);
        int outputs = plan.network().outputs();
        float[] logits = new float[data.rows() * outputs];
        for (int from = 0; from < data.rows(); from += EVALUATION_ROWS) {
            int to = Math.min(from + EVALUATION_ROWS, data.rows());
            try (NDManager chunk = manager.newSubManager()) {
                NDArray x = data.features()
                        .get(chunk, new NDIndex().addSliceDim(from, to))
                        .toType(DataType.FLOAT32, false);
                float[] part = block.forward(store, new NDList(x), false)
                        .singletonOrThrow()
                        .toFloatArray();
                System.arraycopy(part, 0, logits, from * outputs, part.length);
            }
        }
        return logits;
    }

    @Override
    public Map<String, Tensor> weights() {
        return block.values();
    }

    @Override
    public Map<String, Tensor> optimizerState() {
        return optimizer.state();
    }

    @Override
    public Map<String, Object> epochState() {
        return Map.of("lossSum", Double.toHexString(module.lossSum()), "rowsSeen", rowsSeen);
    }

    @Override
    public void restoreWeights(Map<String, Tensor> weights) {
        block.restore(weights);
    }

    @Override
    public void restoreOptimizer(Map<String, Tensor> state) {
        optimizer.restore(state);
    }

    @Override
    public void restoreEpoch(Map<String, Object> state) {
        if (state.get("lossSum") instanceof String sum && state.get("rowsSeen") instanceof Number rows) {
            rowsSeen = rows.longValue();
            module.restoreLossSum(Double.parseDouble(sum));
        }
    }

    @Override
    public void close() {
        optimizer.close();
        module.close();
        manager.close();
    }

    private LabelledRows rows(Split split) {
        return switch (split) {
            case TRAIN -> plan.train();
            case VALIDATION -> plan.validation();
            case TEST -> plan.test();
        };
    }

    private OnDevice split(Split split) {
        OnDevice data = splits.get(split);
        if (data == null) {
            throw new IllegalStateException("no data for " + split);
        }
        return data;
    }

    private OnDevice onDevice(LabelledRows rows) {
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
}
