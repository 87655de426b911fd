package dev.sluice.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.sluice.trainer.PytorchFixture;
import dev.sluice.trainer.djl.EngineStart;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares each loss and its gradient with PyTorch's own. */
class PytorchLossesTest {
    static List<PytorchFixture> cases() {
        return PytorchFixture.read("losses.json").cases();
    }

    private static LossSpec spec(PytorchFixture expected) {
        double argument = expected.number("argument");
        return switch (expected.text("kind")) {
            case "cross-entropy" -> new LossSpec.CrossEntropy(argument);
            case "mean-squared" -> new LossSpec.MeanSquared();
            case "huber" -> new LossSpec.Huber(argument);
            default -> throw new IllegalArgumentException("no loss " + expected.text("kind"));
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesPytorchsLossAndGradient(PytorchFixture expected) {
        LossSpec spec = spec(expected);
        Engine engine = EngineStart.load(1);
        try (NDManager manager = engine.newBaseManager()) {
            NDArray outputs = NetBlock.array(manager, expected.tensor("outputs"));
            NDArray targets = NetBlock.array(
                    manager,
                    spec instanceof LossSpec.CrossEntropy ? expected.classes("targets") : expected.tensor("targets"));
            outputs.setRequiresGradient(true);
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray loss = new NetLoss(spec).mean(targets, outputs);
                assertThat(loss.getShape().dimension()).isZero();
                double value = expected.number("loss");
                assertThat((double) loss.getFloat()).isCloseTo(value, within(1e-6 * Math.max(1, value)));
                collector.backward(loss);
            }
            assertThat(outputs.getGradient().toFloatArray())
                    .containsExactly(expected.tensor("gradient").floats(), within(1e-6f));
        }
    }

    @Test
    void namesWhatIsOutOfRange() {
        assertThatThrownBy(() -> new LossSpec.CrossEntropy(1)).hasMessage("labelSmoothing must be in [0, 1), was 1.0");
        assertThatThrownBy(() -> new LossSpec.Huber(0)).hasMessage("delta must be > 0, was 0.0");
    }
}
