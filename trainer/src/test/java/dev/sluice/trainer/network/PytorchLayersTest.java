package dev.sluice.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import dev.sluice.trainer.PytorchFixture;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.EngineStart;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares each layer's values and gradients with PyTorch's own. */
class PytorchLayersTest {
    private static final PytorchFixture FIXTURE = PytorchFixture.read("layers.json");

    static Stream<Named<PytorchFixture>> cases() {
        return FIXTURE.cases().stream().map(each -> Named.of(each.text("name"), each));
    }

    private static void assertSame(String what, NDArray actual, Tensor expected) {
        assertThat(actual.getShape().getShape()).as(what).containsExactly(expected.shape());
        assertThat(actual.toFloatArray()).as(what).containsExactly(expected.floats(), within(2e-5f));
        assertThat(largestDifference(actual.toFloatArray(), expected.floats()))
                .as(what + ", relative to its largest")
                .isLessThan(1e-6);
    }

    private static Tensor get(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private static double largestDifference(float[] actual, float[] expected) {
        double largest = 1;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
        }
        return difference / largest;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesPytorchsValuesAndGradients(PytorchFixture expected) {
        Engine engine = EngineStart.load(1);
        try (NDManager manager = engine.newBaseManager()) {
            NetBlock block = new NetBlock(expected.network(), manager, expected.tensors("parameters"));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = NetBlock.array(manager, expected.tensor("x"));

            NDArray evaluated = block.forward(store, new NDList(x), false).singletonOrThrow();
            assertSame("evaluated", evaluated, expected.tensor("evaluated"));

            x.setRequiresGradient(true);
            NDArray pull = NetBlock.array(manager, expected.tensor("pull"));
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray trained = block.forward(store, new NDList(x), true).singletonOrThrow();
                assertSame("trained", trained, expected.tensor("trained"));
                collector.backward(trained.mul(pull).sum());
            }
            assertSame("gradient of x", x.getGradient(), expected.tensor("xGradient"));
            Map<String, Tensor> gradients = expected.tensors("gradients");
            assertThat(block.trainedArrays().keySet()).isEqualTo(gradients.keySet());
            block.trainedArrays().forEach((name, array) -> assertSame(name, array.getGradient(), get(gradients, name)));
            expected.tensors("running")
                    .forEach((name, values) ->
                            assertSame(name, NetBlock.array(manager, get(block.values(), name)), values));
        }
    }

    @Test
    void dropsWhatPytorchDropsForTheSameSeed() {
        PytorchFixture expected = FIXTURE.part("dropout");
        NetSpec network = NetSpec.of(16, List.of(new Layer.Dropout((float) expected.number("rate"))));
        Engine engine = EngineStart.load(1);
        try (NDManager manager = engine.newBaseManager()) {
            NetBlock block = new NetBlock(network, manager, Map.of());
            ParameterStore store = new ParameterStore(manager, false);
            NDArray x = NetBlock.array(manager, expected.tensor("x"));
            x.setRequiresGradient(true);
            engine.setRandomSeed((int) expected.number("seed"));
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray trained = block.forward(store, new NDList(x), true).singletonOrThrow();
                assertSame("trained", trained, expected.tensor("trained"));
                collector.backward(trained.sum());
            }
            assertSame("gradient of x", x.getGradient(), expected.tensor("xGradient"));
            assertThat(block.forward(store, new NDList(x), false)
                            .singletonOrThrow()
                            .toFloatArray())
                    .as("evaluated")
                    .isEqualTo(expected.tensor("x").floats());
        }
    }

    @Test
    void coversEveryLayer() {
        List<String> covered = Stream.concat(
                        FIXTURE.cases().stream()
                                .flatMap(each -> each.network().layers().stream())
                                .map(layer -> layer.layer().getClass().getSimpleName()),
                        Stream.of("Dropout"))
                .distinct()
                .toList();

        assertThat(covered)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Layer.class.getPermittedSubclasses())
                        .map(Class::getSimpleName)
                        .toList());
    }
}
