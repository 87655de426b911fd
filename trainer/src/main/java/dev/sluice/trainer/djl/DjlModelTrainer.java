package dev.sluice.trainer.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.util.cuda.CudaUtils;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.DeviceRows.OnDevice;
import dev.sluice.trainer.loop.LossTotal;
import dev.sluice.trainer.loop.ModelTrainer;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.StepGate;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ScriptedNetwork;
import dev.sluice.trainer.network.SeedStream;
import dev.sluice.trainer.network.SeedStream.Purpose;
import dev.sluice.trainer.optimizer.NetOptimizer;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TrainingPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final DeviceRows rows;
    private final boolean ownsRows;
    private final Engine engine;
    private final TrainingPlan plan;
    private final long seed;
    private final NDManager manager;
    private final Learner learner;
    private final NetOptimizer optimizer;
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
        this(plan, seed, threads, DeviceRows.open(threads), true);
    }

    /**
     * A trainer with a fresh network, and with rows that others train with too.
     *
     * @param seed all randomness comes from it
     * @param threads threads to compute with, >= 1
     * @param rows stays the caller's to close
     */
    public DjlModelTrainer(TrainingPlan plan, long seed, int threads, DeviceRows rows) {
        this(plan, seed, threads, rows, false);
    }

    private DjlModelTrainer(TrainingPlan plan, long seed, int threads, DeviceRows rows, boolean ownsRows) {
        this.rows = rows;
        this.ownsRows = ownsRows;
        this.engine = EngineStart.load(threads);
        this.plan = plan;
        this.seed = seed;
        this.manager = engine.newBaseManager();
        this.learner = switch (plan.learner()) {
            case NetSpec own -> new NetLearner(manager, own, plan, seed);
            case ScriptedNetwork other -> new ScriptedLearner(manager, other, plan.loss());
        };
        this.optimizer = new NetOptimizer(
                plan.optimizer(),
                manager,
                learner.trainedArrays(),
                switch (plan.weightDecayOn()) {
                    case ALL -> learner.trainedArrays().keySet();
                    case WEIGHTS -> learner.weights();
                });
        Map<String, NDArray> averaged = new LinkedHashMap<>();
        learner.arrays().forEach((name, array) -> {
            if (!learner.trainedArrays().containsKey(name)) {
                statistics.add(array);
            }
            if (array.getDataType() == DataType.FLOAT32) { // counts have no average
                averaged.put(name, array);
            }
        });
        splits.put(Split.TRAIN, rows.of(plan.train()));
        splits.put(Split.VALIDATION, rows.of(plan.validation()));
        splits.put(Split.TEST, rows.of(plan.test()));
        this.average = new WeightAverage(manager, averaged);
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
        learner.begin(train.features(), train.labels(), order);
        rowsSeen = 0;
    }

    @Override
    public void step(int batch, long globalStep, StepGate gate) {
        int from = batch * plan.rowsPerStep();
        int to = Math.min(from + plan.rowsPerStep(), plan.train().rows());
        if (learner.drawsAtRandom()) {
            engine.setRandomSeed((int) SeedStream.mix(seed, Purpose.DROPOUT, globalStep));
        }
        learningRate = plan.learningRate(globalStep);
        currentStep = globalStep;
        List<NDArray> before = gate.mayRefuse() ? copies() : List.of();
        try {
            learner.gradients(from, to, plan.batchSize(), isNormWanted);
            isNormWanted = false; // unless it is asked for again
            stepRows = to - from;
            StepGate.Passage passage = gate.pass(learningRate);
            if (!passage.isTaken()) {
                optimizer.skip();
                learner.forgetLoss(); // left out of the epoch's sum, as the step is left out of training
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
        return learner.loss();
    }

    @Override
    public int stepSamples() {
        return stepRows;
    }

    @Override
    public double gradientNorm() {
        isNormWanted |= lastNormStep == currentStep - 1;
        lastNormStep = currentStep;
        return learner.norm();
    }

    @Override
    public LossTotal lossTotal() {
        return new LossTotal(learner.lossSum(), rowsSeen);
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
        metrics.put("train_loss", learner.lossSum() / rowsSeen);
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
        int outputs = plan.learner().outputs();
        float[] logits = new float[data.rows() * outputs];
        for (int from = 0; from < data.rows(); from += EVALUATION_ROWS) {
            int to = Math.min(from + EVALUATION_ROWS, data.rows());
            try (NDManager chunk = manager.newSubManager()) {
                NDArray x = data.features().get(chunk, new NDIndex().addSliceDim(from, to));
                float[] part = learner.outputs(x).toFloatArray();
                System.arraycopy(part, 0, logits, from * outputs, part.length);
            }
        }
        return logits;
    }

    /** Somebody else's module as it is now, as a file that torch loads; empty for a network of our own. */
    public Optional<byte[]> module() {
        return learner instanceof ScriptedLearner scripted ? Optional.of(scripted.export()) : Optional.empty();
    }

    @Override
    public Map<String, Tensor> weights() {
        return learner.values();
    }

    @Override
    public Map<String, Tensor> optimizerState() {
        return optimizer.state();
    }

    @Override
    public Map<String, Object> epochState() {
        return Map.of("lossSum", Double.toHexString(learner.lossSum()), "rowsSeen", rowsSeen);
    }

    @Override
    public void restoreWeights(Map<String, Tensor> weights) {
        learner.restore(weights);
    }

    @Override
    public void restoreOptimizer(Map<String, Tensor> state) {
        optimizer.restore(state);
    }

    @Override
    public void restoreEpoch(Map<String, Object> state) {
        if (state.get("lossSum") instanceof String sum && state.get("rowsSeen") instanceof Number rows) {
            rowsSeen = rows.longValue();
            learner.restoreLossSum(Double.parseDouble(sum));
        }
    }

    @Override
    public void close() {
        optimizer.close();
        learner.close();
        manager.close();
        if (ownsRows) {
            rows.close();
        }
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
}
