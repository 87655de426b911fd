package dev.sluice.trainer.djl;

import ai.djl.Device;
import ai.djl.engine.EngineException;
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
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.ScriptedNetwork;
import dev.sluice.trainer.script.LossScript;
import dev.sluice.trainer.script.ModuleFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/*
 * Of a batch there are three calls: a module of ours gives the rows, somebody else's runs on them, and ours takes the loss and
 * its gradients, which libtorch carries back through the other one. DJL believes that a module it loads trains, and
 * libtorch that it does not: so each is told, whenever that changes.
 */
/** Somebody else's TorchScript module. */
final class ScriptedLearner implements Learner {
    private final ScriptedNetwork network;
    private final PtNDManager manager;
    private final ModuleFile file;
    private final PtSymbolBlock module;
    private final PtSymbolBlock around;
    private final Map<String, NDArray> arrays = new LinkedHashMap<>();
    private final Map<String, NDArray> trained = new LinkedHashMap<>();
    private boolean isTraining;
    private NDArray stepLoss;
    /** The epoch's sum of losses in double precision, and what it was before the last step. */
    private NDArray total;

    private NDArray before;

    /**
     * The module with the weights that it has in its file.
     *
     * @param parent manager under which it lives
     * @throws UnfitModuleException if libtorch cannot load it, it has nothing to train, or gives something else than a row of
     *     outputs for each row
     */
    ScriptedLearner(NDManager parent, ScriptedNetwork network, LossSpec loss) {
        this.network = network;
        this.manager = (PtNDManager) parent.newSubManager();
        this.stepLoss = manager.zeros(new Shape());
        this.total = manager.zeros(new Shape(), DataType.FLOAT64);
        this.before = total.duplicate();
        this.file = ModuleFile.read("module \"" + network.name() + "\"", network.file());
        try {
            this.module =
                    JniUtils.loadModule(manager, new ByteArrayInputStream(file.withBuffersAsParameters()), true, false);
            this.around = JniUtils.loadModule(
                    manager, new ByteArrayInputStream(LossScript.write(network, loss)), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException("read from memory alone", e);
        } catch (EngineException e) {
            throw unfit("cannot be loaded by libtorch 2.7: " + firstLine(e), e);
        }
        JniUtils.enableInferenceMode(module);
        for (NDArray array : JniUtils.moduleGetParams(module, manager)) {
            DataType type = array.getDataType();
            if (type != DataType.FLOAT32 && type != DataType.INT64) {
                throw unfit("holds " + array.getName() + " of " + type.name().toLowerCase(java.util.Locale.ROOT)
                        + "; its arrays must be of float32, or of int64 where they only count");
            }
            arrays.put(array.getName(), array);
            if (JniUtils.requiresGrad((PtNDArray) array)) {
                trained.put(array.getName(), array);
            }
        }
        if (trained.isEmpty()) {
            throw unfit("has no parameter that gradients move");
        }
        PtNDArray[] moved =
                trained.values().stream().map(array -> (PtNDArray) array).toArray(PtNDArray[]::new);
        try (IValue list = IValue.listFrom(moved)) {
            IValueUtils.runMethod(around, "bind", list).close();
        }
        tryOut();
        withGradients(() -> call("prime", manager, manager.create(0)).close());
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Two rows of zeros, as the data will be: what does not fit is told of before training. */
    private void tryOut() {
        Shape given;
        try (NDManager passing = manager.newSubManager()) {
            NDArray rows = passing.zeros(new Shape(2, network.inputs()));
            given = run(passing, call("prepare", passing, rows)).getShape();
        } catch (EngineException | ClassCastException | UnsupportedOperationException e) {
            throw unfit("does not take rows of shape " + network.shape() + ": " + cause(e), e);
        }
        boolean isRow = given.equals(new Shape(2, network.outputs()));
        if (!isRow && !(network.outputs() == 1 && given.equals(new Shape(2)))) {
            throw unfit("gives " + given + " for 2 rows of shape " + network.shape() + ", and must give (2, "
                    + network.outputs() + "): "
                    + (network.outputs() == 1 ? "a number for each row" : "a logit for each class of each row"));
        }
    }

    /** TorchScript says what went wrong on the last line. */
    private static String cause(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.lines()
                .filter(line -> line.contains("Error"))
                .reduce((first, second) -> second)
                .orElse(message.lines().findFirst().orElse(""))
                .strip();
    }

    private UnfitModuleException unfit(String what) {
        return new UnfitModuleException("module \"" + network.name() + "\" " + what);
    }

    private UnfitModuleException unfit(String what, Exception cause) {
        return new UnfitModuleException("module \"" + network.name() + "\" " + what, cause);
    }

    @Override
    public Map<String, NDArray> arrays() {
        return new LinkedHashMap<>(arrays);
    }

    @Override
    public Map<String, NDArray> trainedArrays() {
        return new LinkedHashMap<>(trained);
    }

    /** Those with several axes: biases and normalisations have one. */
    @Override
    public Set<String> weights() {
        Set<String> weights = new LinkedHashSet<>();
        trained.forEach((name, array) -> {
            if (array.getShape().dimension() > 1) {
                weights.add(name);
            }
        });
        return weights;
    }

    @Override
    public boolean drawsAtRandom() {
        return true; // who knows
    }

    @Override
    public Map<String, Tensor> values() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        arrays.forEach((name, array) -> values.put(name, NetBlock.tensor(array)));
        return values;
    }

    /** Counts may be missing: a running average has none. They stay as they are then. */
    @Override
    public void restore(Map<String, Tensor> values) {
        arrays.forEach((name, array) -> {
            Tensor value = values.get(name);
            if (value == null && array.getDataType() == DataType.INT64) {
                return;
            }
            if (value == null || !new Shape(value.shape()).equals(array.getShape())) {
                throw new IllegalArgumentException("the parameter " + name + " has shape " + array.getShape()
                        + ", the value given " + (value == null ? "is missing" : value.toString()));
            }
            try (NDArray source = NetBlock.array(manager, value)) {
                source.copyTo(array);
            }
        });
    }

    @Override
    public void begin(NDArray features, NDArray targets, long[] order) {
        try (NDManager passing = manager.newSubManager()) {
            call("begin", passing, passing.create(order), features, targets);
        }
        restoreLossSum(0);
    }

    @Override
    public void gradients(int from, int to, int batch, boolean isNormWanted) {
        train(true);
        NDArray sum = manager.zeros(new Shape());
        for (int start = from; start < to; start += batch) {
            int end = Math.min(start + batch, to);
            float share = (float) ((double) (end - start) / (to - from));
            try (NDManager passing = manager.newSubManager()) {
                NDList rows = call(
                        "rows", passing, passing.newSubManager(Device.cpu()).create(new long[] {start, end}));
                withGradients(() -> {
                    NDList outputs = new NDList(trained(passing, rows.get(0)));
                    outputs.add(rows.get(1));
                    outputs.add(passing.create(share));
                    NDList part = IValueUtils.forward(around, outputs, true);
                    part.attach(passing);
                    JniUtils.setGradMode(false);
                    sum.addi(part.singletonOrThrow());
                });
            }
        }
        stepLoss.close();
        stepLoss = sum;
        before.close();
        before = total;
        try (NDArray exact = sum.toType(DataType.FLOAT64, true);
                NDArray rows = exact.mul(to - from)) {
            total = before.add(rows);
        }
    }

    @Override
    public double loss() {
        return stepLoss.toFloatArray()[0];
    }

    @Override
    public double lossSum() {
        return total.toDoubleArray()[0];
    }

    @Override
    public void restoreLossSum(double sum) {
        total.close();
        total = manager.create(sum);
    }

    @Override
    public void forgetLoss() {
        total.close();
        total = before.duplicate();
    }

    /** What the module makes of rows while it trains. A normalisation over the batch takes no single row. */
    private NDArray trained(NDManager passing, NDArray rows) {
        try {
            return run(passing, new NDList(rows));
        } catch (EngineException e) {
            if (rows.getShape().get(0) > 1) {
                throw e;
            }
            throw unfit(
                    "does not train on a single row, which is what the batch size leaves for an epoch's last batch;"
                            + " choose another batch_size: " + cause(e),
                    e);
        }
    }

    @Override
    public double norm() {
        try (IValue result = IValueUtils.runMethod(around, "norm");
                NDArray norm = result.toTensor(manager)) {
            return norm.toFloatArray()[0];
        }
    }

    @Override
    public NDArray outputs(NDArray features) {
        train(false);
        NDArray outputs = run(features.getManager(), call("prepare", features.getManager(), features));
        return outputs.reshape(new Shape(outputs.getShape().get(0), network.outputs()));
    }

    /** The module as it is now, as a file that torch loads. */
    byte[] export() {
        train(false);
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        JniUtils.writeModule(module, saved, false);
        return file.withBuffersAsHere(saved.toByteArray());
    }

    private void train(boolean training) {
        if (isTraining != training) {
            isTraining = training;
            if (training) {
                JniUtils.enableTrainingMode(module);
            } else {
                JniUtils.enableInferenceMode(module);
            }
        }
    }

    /** Not optimised, as {@link TrainingModule} says why; each time, as libtorch may keep it for a thread alone. */
    private NDArray run(NDManager owner, NDList inputs) {
        JniUtils.setGraphExecutorOptimize(false);
        NDList outputs = IValueUtils.forward(module, inputs, true);
        outputs.attach(owner);
        return outputs.singletonOrThrow();
    }

    /** One of our own methods; not by runMethod, whose arrays are for inference alone. */
    private NDList call(String method, NDManager owner, NDArray... arguments) {
        JniUtils.setGraphExecutorOptimize(false);
        NDArray name = owner.create(0);
        name.setName("module_method:" + method);
        NDList all = new NDList(arguments);
        all.add(name);
        NDList results = IValueUtils.forward(around, all, true);
        results.attach(owner);
        return results;
    }

    private static void withGradients(Runnable work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        try {
            work.run();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    @Override
    public void close() {
        around.close();
        module.close();
        manager.close();
    }
}
