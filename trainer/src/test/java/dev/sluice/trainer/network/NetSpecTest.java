package dev.sluice.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.checkpoint.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetSpecTest {
    private static final NetSpec NETWORK = NetSpec.of(
            64,
            List.of(
                    new Layer.Image(1, 8, 8),
                    new Layer.Convolution(4, 3, 1),
                    new Layer.BatchNormalisation(),
                    new Layer.MaxPooling(2),
                    new Layer.Flatten(),
                    new Layer.Dense(10)));

    @Test
    void infersShapesFromLayerToLayer() {
        assertThat(NETWORK.outputs()).isEqualTo(10);
        assertThat(NETWORK.layers().get(5).parameters().get(0).shape()).containsExactly(10, 4 * 4 * 4);
    }

    @Test
    void namesParametersByPlaceLayerAndRole() {
        assertThat(NETWORK.parameters())
                .extracting(ParameterSpec::name)
                .containsExactly(
                        "1.convolution.weight",
                        "1.convolution.bias",
                        "2.normalisation.gamma",
                        "2.normalisation.beta",
                        "2.normalisation.mean",
                        "2.normalisation.variance",
                        "5.dense.weight",
                        "5.dense.bias");
    }

    @Test
    void saysWhichLayerCannotTakeItsInput() {
        assertThatThrownBy(() -> NetSpec.of(64, List.of(new Layer.Relu(), new Layer.Convolution(4, 3, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 1, Convolution")
                .hasMessageContaining("[64]");
    }

    @Test
    void namesWhatIsInsideOfAResidualBlockByItsPath() {
        NetSpec network = NetSpec.of(
                32,
                List.of(
                        new Layer.Image(2, 4, 4),
                        new Layer.Residual(
                                List.of(new Layer.Convolution(3, 3, 2, 1, false), new Layer.BatchNormalisation()),
                                List.of(new Layer.Convolution(3, 1, 2, 0, true)))));

        assertThat(network.parameters())
                .extracting(ParameterSpec::name)
                .containsExactly(
                        "1.branch.0.convolution.weight",
                        "1.branch.1.normalisation.gamma",
                        "1.branch.1.normalisation.beta",
                        "1.branch.1.normalisation.mean",
                        "1.branch.1.normalisation.variance",
                        "1.shortcut.0.convolution.weight",
                        "1.shortcut.0.convolution.bias");
        assertThat(network.outputs()).isEqualTo(3 * 2 * 2);
    }

    @Test
    void saysWhichBranchDoesNotFitItsShortcut() {
        Layer.Residual narrowing = new Layer.Residual(List.of(new Layer.Convolution(3, 3, 1)), List.of());

        assertThatThrownBy(() -> NetSpec.of(32, List.of(new Layer.Image(2, 4, 4), narrowing)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "layer 1 cannot add what its branch gives, [3, 4, 4], to what its shortcut gives, [2, 4, 4]");
        assertThatThrownBy(() -> NetSpec.of(
                        4,
                        List.of(new Layer.Residual(
                                List.of(new Layer.Dense(4), new Layer.Flatten()), List.of(new Layer.MaxPooling(2))))))
                .hasMessageContaining("layer 0.shortcut.0, MaxPooling");
    }

    @Test
    void findsTheShapeAfterAStridedConvolution() {
        assertThat(outputs(5, 3, 2, 1)).isEqualTo(3 * 3);
        assertThat(outputs(6, 3, 2, 1)).isEqualTo(3 * 3);
        assertThat(outputs(8, 1, 3, 0)).isEqualTo(3 * 3);
        assertThat(outputs(2, 2, 2, 0)).isEqualTo(1);
    }

    private static int outputs(int side, int kernel, int stride, int padding) {
        return NetSpec.of(
                        side * side,
                        List.of(
                                new Layer.Image(1, side, side),
                                new Layer.Convolution(1, kernel, stride, padding, true)))
                .outputs();
    }

    @Test
    void startsFromTheSameValuesForTheSameSeed() {
        assertThat(NETWORK.initialValues(5)).isEqualTo(NETWORK.initialValues(5));
        assertThat(NETWORK.initialValues(5)).isNotEqualTo(NETWORK.initialValues(6));
    }

    @Test
    void drawsWeightsWithVarianceTwoOverFanIn() {
        NetSpec wide = NetSpec.of(100, List.of(new Layer.Dense(1000)));
        Tensor weights = wide.initialValues(1).values().iterator().next();
        float[] values = weights.floats();
        double variance = IntStream.range(0, values.length)
                        .mapToDouble(i -> values[i] * values[i])
                        .sum()
                / values.length;

        // 100,000 draws: the variance's standard error is 0.02 * sqrt(2 / 100000) = 0.00009; five of those: one in 1.7
        // million
        assertThat(variance).isBetween(0.02 - 0.00045, 0.02 + 0.00045);
    }
}
