package dev.sluice.bench.training;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.Networks;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import dev.sluice.trainer.optimizer.OptimizerSpec;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TrainingPlan;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is trained, number for number as {@code peer.py} makes it: models, made-up data, first weights. */
enum Example {
    /** A perceptron of 784, 256 and 10 units; an epoch as long as MNIST's. */
    MLP(60_000) {
        @Override
        NetSpec network() {
            return Networks.mlp(784, List.of(), List.of(256), 0, CLASSES);
        }
    },
    /** Two convolutions, each with normalisation, rectification and pooling, and one dense layer, on 28x28. */
    CNN(12_800) {
        @Override
        NetSpec network() {
            return NetSpec.of(
                    784,
                    List.of(
                            new Layer.Image(1, 28, 28),
                            new Layer.Convolution(16, 3, 1),
                            new Layer.BatchNormalisation(),
                            new Layer.Relu(),
                            new Layer.MaxPooling(2),
                            new Layer.Convolution(32, 3, 1),
                            new Layer.BatchNormalisation(),
                            new Layer.Relu(),
                            new Layer.MaxPooling(2),
                            new Layer.Flatten(),
                            new Layer.Dense(CLASSES)));
        }
    },
    /** ResNet-18 for 32x32 pixels. */
    RESNET18(1024) {
        @Override
        NetSpec network() {
            return Networks.resnet(new Layer.Image(3, 32, 32), List.of(), 64, List.of(2, 2, 2, 2), 0, CLASSES);
        }
    };

    static final int CLASSES = 10;
    private static final int BATCH = 64;
    private static final int VALIDATION_ROWS = 256;
    private static final double RATE = 1e-3;

    private final int rows;

    Example(int rows) {
        this.rows = rows;
    }

    abstract NetSpec network();

    TrainingPlan plan(int epochs) {
        NetSpec network = network();
        LabelledRows train = rows(rows, network.inputs());
        LabelledRows few = new LabelledRows(
                Arrays.copyOf(train.features(), VALIDATION_ROWS * network.inputs()),
                network.inputs(),
                Arrays.copyOf(train.labels(), VALIDATION_ROWS));
        return new TrainingPlan(
                network,
                train,
                few,
                few,
                new LossSpec.CrossEntropy(0),
                OptimizerSpec.Adam.standard(),
                TrainingPlan.DecayScope.ALL,
                RATE,
                new LearningRateSchedule.Constant(),
                BATCH,
                1,
                epochs,
                ModelForm.plain(network.inputs(), network.outputs()),
                new RawInputs.Reals(few.features(), few.width()),
                Optional.empty());
    }

    private static LabelledRows rows(int rows, int width) {
        float[] features = new float[rows * width];
        for (int i = 0; i < features.length; i++) {
            features[i] = number(0, i);
        }
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = (int) (mix(1, row) >>> 40) % CLASSES;
        }
        return new LabelledRows(features, width, labels);
    }

    /** First weights, which both sides can make. */
    static Map<String, Tensor> weights(NetSpec network) {
        Map<String, Tensor> weights = new LinkedHashMap<>(network.initialValues(0));
        int place = 2;
        for (ParameterSpec parameter : network.parameters()) {
            if (parameter.role() == ParameterSpec.Role.WEIGHT) {
                int elements = (int) Arrays.stream(parameter.shape()).reduce(1, (a, b) -> a * b);
                float scale = (float) Math.sqrt(24.0 / parameter.fanIn());
                float[] values = new float[elements];
                for (int i = 0; i < elements; i++) {
                    values[i] = number(place, i) * scale;
                }
                weights.put(parameter.name(), Tensor.ofFloats(parameter.shape(), values));
                place++;
            }
        }
        return weights;
    }

    /** A number in [-0.5, 0.5). */
    private static float number(int stream, int place) {
        return (mix(stream, place) >>> 40) * 0x1p-24f - 0.5f;
    }

    /** SplitMix64's finaliser of a place. */
    private static long mix(int stream, int place) {
        long z = ((long) stream << 32) + place + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
