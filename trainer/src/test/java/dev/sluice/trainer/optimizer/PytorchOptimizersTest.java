package dev.sluice.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.sluice.trainer.PytorchFixture;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.EngineStart;
import dev.sluice.trainer.djl.TrainingModule;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.NetBlock;
import dev.sluice.trainer.network.NetSpec;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trains one small network with each optimizer for 200 steps, as PyTorch's own optimizer did. */
class PytorchOptimizersTest {
    private static final PytorchFixture FIXTURE = PytorchFixture.read("optimizers.json");
    private static final NetSpec NETWORK = FIXTURE.network();
    private static final Tensor FEATURES = FIXTURE.tensor("x");
    private static final Tensor CLASSES = FIXTURE.classes("y");
    private static final int BATCHES = (int) FEATURES.shape()[0];
    private static final int ROWS = (int) FEATURES.shape()[1];
    private static final int STEPS = 200;

    /** A network in training with an optimizer; steps are counted from 1. */
    private static final class Fit implements AutoCloseable {
        final Engine engine = EngineStart.load(1);
        final NDManager manager = engine.newBaseManager();
        final NetBlock block = new NetBlock(NETWORK, manager, FIXTURE.tensors("parameters"));
        final TrainingModule module = new TrainingModule(
                manager, NETWORK, new LossSpec.CrossEntropy(FIXTURE.number("labelSmoothing")), block);
        final NetOptimizer optimizer;
        final double rate;

        Fit(PytorchFixture expected) {
            PytorchFixture options = expected.part("options");
            Set<String> decayed = options.text("weight_decay_on", "weights").equals("all")
                    ? block.trainedArrays().keySet()
                    : NETWORK.weights();
            NDArray x = NetBlock.array(manager, FEATURES);
            NDArray y = NetBlock.array(manager, CLASSES);
            module.begin(
                    x.reshape(new Shape(-1, NETWORK.inputs())),
                    y.flatten(),
                    LongStream.range(0, (long) BATCHES * ROWS).toArray());
            rate = expected.number("learning_rate");
            optimizer = new NetOptimizer(
                    spec(expected.text("optimizer"), options), manager, block.trainedArrays(), decayed);
        }

        void step(int step) {
            int from = (step - 1) % BATCHES * ROWS;
            module.gradients(from, from + ROWS, ROWS);
            optimizer.step(rate);
        }

        @Override
        public void close() {
            optimizer.close();
            module.close();
            manager.close();
        }
    }

    static Stream<Named<PytorchFixture>> cases() {
        return FIXTURE.cases().stream()
                .map(each -> Named.of(each.text("optimizer") + " " + each.part("options"), each));
    }

    static OptimizerSpec spec(String name, PytorchFixture options) {
        double decay = options.numberOrZero("weight_decay");
        double momentum = options.numberOrZero("momentum");
        return switch (name) {
            case "sgd" -> new OptimizerSpec.Sgd(momentum, options.flag("nesterov"), decay);
            case "adam" ->
                new OptimizerSpec.Adam(
                        options.number("beta1"), options.number("beta2"), options.number("epsilon"), decay);
            case "adamw" ->
                new OptimizerSpec.AdamW(
                        options.number("beta1"), options.number("beta2"), options.number("epsilon"), decay);
            case "rmsprop" ->
                new OptimizerSpec.RmsProp(
                        options.number("smoothing"),
                        options.number("epsilon"),
                        momentum,
                        options.flag("centered"),
                        decay);
            case "adagrad" -> new OptimizerSpec.Adagrad(options.number("rate_decay"), options.number("epsilon"), decay);
            default -> throw new IllegalArgumentException("no optimizer " + name);
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsAsPytorchDoes(PytorchFixture expected) {
        PytorchFixture after = expected.part("after");
        try (Fit fit = new Fit(expected)) {
            for (int step = 1; step <= STEPS; step++) {
                fit.step(step);
                if (after.names().contains(Integer.toString(step))) {
                    assertValues(step, fit.block.values(), after.part(Integer.toString(step)));
                }
            }
        }
    }

    private static void assertValues(int step, Map<String, Tensor> actual, PytorchFixture expected) {
        assertThat(actual.keySet()).isEqualTo(expected.names());
        actual.forEach((name, tensor) -> assertThat(tensor.floats())
                .as("%s after %d steps", name, step)
                .containsExactly(expected.floats(name), within(1e-6f)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void goesOnFromItsStateBitForBit(PytorchFixture expected) {
        try (Fit undisturbed = new Fit(expected);
                Fit resumed = new Fit(expected)) {
            for (int step = 1; step <= 20; step++) {
                undisturbed.step(step);
            }
            for (int step = 1; step <= 3; step++) {
                resumed.step(4 - step); // whatever it was before is overwritten
            }
            resumed.block.restore(undisturbed.block.values());
            resumed.optimizer.restore(undisturbed.optimizer.state());
            for (int step = 21; step <= 40; step++) {
                undisturbed.step(step);
                resumed.step(step);
            }

            assertThat(resumed.block.values()).isEqualTo(undisturbed.block.values());
            assertThat(resumed.optimizer.state()).isEqualTo(undisturbed.optimizer.state());
        }
    }
}
