package dev.sluice.trainer.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.sluice.trainer.PytorchFixture;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.NetSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares losses, gradients and running statistics of one call with PyTorch's own. */
class TrainingModuleTest {
    private static final PytorchFixture LAYERS = PytorchFixture.read("layers.json");
    private static final PytorchFixture LOSSES = PytorchFixture.read("losses.json");

    private final Engine engine = EngineStart.load(1);

    /** A network with its gradients. */
    private final class Fit implements AutoCloseable {
        final NDManager manager = engine.newBaseManager();
        final NetBlock block;
        final TrainingModule module;

        Fit(NetSpec network, LossSpec loss, Map<String, Tensor> values, Tensor features, Tensor targets) {
            block = new NetBlock(network, manager, values);
            module = new TrainingModule(manager, network, loss, block);
            module.begin(
                    NetBlock.array(manager, features),
                    NetBlock.array(manager, targets),
                    LongStream.range(0, features.shape()[0]).toArray());
        }

        float loss(int from, int to, int batch) {
            module.gradients(from, to, batch);
            return module.loss();
        }

        Tensor gradient(String name) {
            return NetBlock.tensor(Objects.requireNonNull(block.trainedArrays().get(name), name)
                    .getGradient());
        }

        @Override
        public void close() {
            module.close();
            manager.close();
        }
    }

    static Stream<Named<PytorchFixture>> networks() {
        return LAYERS.cases().stream()
                .filter(each -> !each.part("gradients").names().isEmpty())
                .map(each -> Named.of(each.text("name"), each));
    }

    static List<PytorchFixture> losses() {
        return LOSSES.cases();
    }

    private static LossSpec spec(PytorchFixture expected) {
        double argument = expected.number("argument");
        return switch (expected.text("kind")) {
            case "cross-entropy" -> new LossSpec.CrossEntropy(argument);
            case "mean-squared" -> new LossSpec.MeanSquared();
            case "mean-absolute" -> new LossSpec.MeanAbsolute();
            case "huber" -> new LossSpec.Huber(argument);
            case "binary-cross-entropy" -> new LossSpec.BinaryCrossEntropy();
            default -> throw new IllegalArgumentException("no loss " + expected.text("kind"));
        };
    }

    private static void assertSame(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).containsExactly(expected.shape());
        double largest = 1;
        for (float value : expected.floats()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(actual.floats()).as(what).containsExactly(expected.floats(), within((float) (2e-6 * largest)));
    }

    /** Targets of which the mean squared difference to the outputs has this gradient. */
    private static Tensor targets(Tensor outputs, Tensor gradient) {
        float[] targets = outputs.floats();
        for (int i = 0; i < targets.length; i++) {
            targets[i] -= gradient.floats()[i] * targets.length / 2;
        }
        return Tensor.ofFloats(outputs.shape(), targets);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void givesPytorchsGradientsAndRunningStatistics(PytorchFixture expected) {
        Tensor targets = targets(expected.tensor("trained"), expected.tensor("pull"));
        try (Fit fit = new Fit(
                expected.network(),
                new LossSpec.MeanSquared(),
                expected.tensors("parameters"),
                expected.tensor("x"),
                targets)) {
            fit.loss(0, 4, 4);

            expected.tensors("gradients").forEach((name, gradient) -> assertSame(name, fit.gradient(name), gradient));
            Map<String, Tensor> values = fit.block.values();
            expected.tensors("running")
                    .forEach((name, value) -> assertSame(name, Objects.requireNonNull(values.get(name), name), value));
        }
    }

    /** The outputs are the weights of a dense layer whose inputs are the identity, so its gradient is theirs. */
    @ParameterizedTest
    @MethodSource("losses")
    void givesPytorchsLossAndGradient(PytorchFixture expected) {
        Tensor outputs = expected.tensor("outputs");
        int rows = (int) outputs.shape()[0];
        int width = (int) outputs.shape()[1];
        LossSpec spec = spec(expected);
        Tensor targets =
                spec instanceof LossSpec.CrossEntropy ? expected.classes("targets") : expected.tensor("targets");
        Map<String, Tensor> values = Map.of(
                "0.dense.weight", transposed(outputs),
                "0.dense.bias", Tensor.ofFloats(new long[] {width}, new float[width]));
        try (Fit fit =
                new Fit(NetSpec.of(rows, List.of(new Layer.Dense(width))), spec, values, identity(rows), targets)) {
            double value = expected.number("loss");

            assertThat((double) fit.loss(0, rows, rows)).isCloseTo(value, within(1e-6 * Math.max(1, value)));
            assertThat(fit.gradient("0.dense.weight").floats())
                    .containsExactly(transposed(expected.tensor("gradient")).floats(), within(1e-6f));
        }
    }

    private static Tensor transposed(Tensor matrix) {
        int rows = (int) matrix.shape()[0];
        int columns = (int) matrix.shape()[1];
        float[] values = matrix.floats();
        float[] transposed = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            transposed[i % columns * rows + i / columns] = values[i];
        }
        return Tensor.ofFloats(new long[] {columns, rows}, transposed);
    }

    private static Tensor identity(int rows) {
        float[] values = new float[rows * rows];
        for (int i = 0; i < rows; i++) {
            values[i * rows + i] = 1;
        }
        return Tensor.ofFloats(new long[] {rows, rows}, values);
    }

    @Test
    void coversEveryLoss() {
        assertThat(losses().stream()
                        .map(each -> spec(each).getClass().getSimpleName())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(LossSpec.class.getPermittedSubclasses())
                        .map(Class::getSimpleName)
                        .toList());
    }

    @Test
    void addsUpABatchAtATime() {
        PytorchFixture all = LAYERS.cases().stream()
                .filter(each -> each.text("name").equals("dense"))
                .findFirst()
                .orElseThrow();
        Tensor targets = targets(all.tensor("trained"), all.tensor("pull"));
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        float whole;
        try (Fit fit = new Fit(
                all.network(), new LossSpec.MeanSquared(), all.tensors("parameters"), all.tensor("x"), targets)) {
            whole = fit.loss(0, 4, 4);
            all.tensors("gradients").keySet().forEach(name -> gradients.put(name, fit.gradient(name)));
        }
        try (Fit fit = new Fit(
                all.network(), new LossSpec.MeanSquared(), all.tensors("parameters"), all.tensor("x"), targets)) {
            assertThat(fit.loss(0, 4, 3)).isCloseTo(whole, within(1e-5f * whole));
            gradients.forEach((name, gradient) -> assertSame(name, fit.gradient(name), gradient));
        }
    }

    @Test
    void measuresTheNormOfAllGradients() {
        NetSpec network = NetSpec.of(2, List.of(new Layer.Dense(1)));
        Map<String, Tensor> values = Map.of(
                "0.dense.weight", Tensor.ofFloats(new long[] {1, 2}, new float[] {1, 0}),
                "0.dense.bias", Tensor.ofFloats(new long[] {1}, new float[] {0}));
        Tensor rows = Tensor.ofFloats(new long[] {2, 2}, new float[] {3, -4, 3, Float.NaN});
        Tensor zeros = Tensor.ofFloats(new long[] {2, 1}, new float[2]);
        try (Fit fit = new Fit(network, new LossSpec.MeanAbsolute(), values, rows, zeros)) {
            fit.module.gradients(0, 1, 1, true);

            assertThat(fit.module.norm()).isEqualTo(Math.sqrt(9 + 16 + 1));

            fit.loss(0, 1, 1);

            assertThat(fit.module.norm()).as("asked for afterwards").isEqualTo(Math.sqrt(9 + 16 + 1));

            fit.loss(1, 2, 1);

            assertThat(fit.module.norm()).isNaN();
        }
    }

    /** Others hold the gradients' arrays: it is their values that a step replaces. */
    @Test
    void replacesTheGradientsOfTheStepBefore() {
        PytorchFixture all = LAYERS.cases().stream()
                .filter(each -> each.text("name").equals("dense"))
                .findFirst()
                .orElseThrow();
        Tensor targets = targets(all.tensor("trained"), all.tensor("pull"));
        try (Fit fit = new Fit(
                all.network(), new LossSpec.MeanSquared(), all.tensors("parameters"), all.tensor("x"), targets)) {
            fit.loss(0, 2, 2);
            Map<String, NDArray> held = new LinkedHashMap<>();
            fit.block.trainedArrays().forEach((name, array) -> held.put(name, array.getGradient()));
            for (int batch : new int[] {4, 3}) {
                fit.loss(0, 4, batch);

                all.tensors("gradients")
                        .forEach((name, gradient) -> assertSame(
                                name, NetBlock.tensor(Objects.requireNonNull(held.get(name), name)), gradient));
            }
        }
    }

    @Test
    void addsUpTheLossesOfAnEpoch() {
        NetSpec network = NetSpec.of(1, List.of(new Layer.Dense(1)));
        Map<String, Tensor> values = Map.of(
                "0.dense.weight", Tensor.ofFloats(new long[] {1, 1}, new float[] {1}),
                "0.dense.bias", Tensor.ofFloats(new long[] {1}, new float[] {0}));
        Tensor zeros = Tensor.ofFloats(new long[] {3, 1}, new float[3]);
        try (Fit fit = new Fit(network, new LossSpec.MeanAbsolute(), values, column(1, 2, Float.NaN), zeros)) {
            fit.loss(0, 2, 1);
            fit.loss(2, 3, 1);

            assertThat(fit.module.lossSum()).isNaN();

            fit.module.forgetLoss();

            assertThat(fit.module.lossSum()).isEqualTo(3);

            fit.module.restoreLossSum(0.5);
            fit.loss(0, 1, 1);

            assertThat(fit.module.lossSum()).isEqualTo(1.5);
        }
    }

    @Test
    void readsTheRowsOfTheEpochThatBegan() {
        NetSpec network = NetSpec.of(1, List.of(new Layer.Dense(1)));
        Map<String, Tensor> values = Map.of(
                "0.dense.weight", Tensor.ofFloats(new long[] {1, 1}, new float[] {1}),
                "0.dense.bias", Tensor.ofFloats(new long[] {1}, new float[] {0}));
        Tensor zeros = Tensor.ofFloats(new long[] {3, 1}, new float[3]);
        try (Fit fit = new Fit(network, new LossSpec.MeanAbsolute(), values, column(1, 2, 3), zeros)) {
            assertThat(fit.loss(0, 2, 2)).isEqualTo(1.5f);
            assertThat(fit.loss(2, 3, 2)).isEqualTo(3);
            try (NDArray features = NetBlock.array(fit.manager, column(5, 6, 7));
                    NDArray targets = fit.manager.zeros(new Shape(3, 1))) {
                fit.module.begin(features, targets, new long[] {2, 0});
            } // its own from here
            assertThat(fit.loss(0, 1, 2)).isEqualTo(7);
            assertThat(fit.loss(1, 2, 2)).isEqualTo(5);
        }
    }

    private static Tensor column(float... values) {
        return Tensor.ofFloats(new long[] {values.length, 1}, values);
    }
}
