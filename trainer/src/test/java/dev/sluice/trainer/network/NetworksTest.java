package dev.sluice.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworksTest {
    private static final Layer.Image SMALL = new Layer.Image(1, 8, 8);

    private static long trained(NetSpec network) {
        return network.parameters().stream()
                .filter(parameter -> parameter.role().isTrained())
                .mapToLong(parameter -> Arrays.stream(parameter.shape()).reduce(1, (a, b) -> a * b))
                .sum();
    }

    @Test
    void makesResnet18ForSmallImages() {
        NetSpec network = Networks.resnet(new Layer.Image(3, 32, 32), List.of(), 64, List.of(2, 2, 2, 2), 0, 10);

        // 17 3x3 convolutions, 3 projections, 20 normalisations and the dense layer; the number that PyTorch counts
        // for its ResNet-18 of ten classes with a 3x3 stem of stride 1
        assertThat(trained(network)).isEqualTo(11_173_962);
        assertThat(network.inputs()).isEqualTo(3072);
        assertThat(network.outputs()).isEqualTo(10);
    }

    @Test
    void widensAndHalvesFromStageToStage() {
        NetSpec network = Networks.resnet(SMALL, List.of(), 4, List.of(1, 2), 0, 3);

        assertThat(network.layers().stream()
                        .filter(placed -> placed.layer() instanceof Layer.Residual)
                        .map(placed -> placed.shortcut().size()))
                .as("projections where the shape changes alone")
                .containsExactly(0, 2, 0);
        assertThat(network.layers().getLast().parameters().get(0).shape()).containsExactly(3, 8);
    }

    @Test
    void keepsNamesWhateverTheDropout() {
        List<ParameterSpec> without =
                Networks.resnet(SMALL, List.of(), 4, List.of(1), 0, 3).parameters();

        assertThat(Networks.resnet(SMALL, List.of(), 4, List.of(1), 0.5f, 3).parameters())
                .extracting(ParameterSpec::name)
                .isEqualTo(without.stream().map(ParameterSpec::name).toList());
    }

    @Test
    void makesAPerceptronWithAsManyHiddenLayersAsAsked() {
        assertThat(trained(Networks.mlp(6, List.of(), List.of(), 0, 2))).isEqualTo(14);
        assertThat(trained(Networks.mlp(6, List.of(), List.of(5, 4), 0, 2))).isEqualTo(35 + 24 + 10);
    }

    @Test
    void namesWhatCannotBeMade() {
        assertThatThrownBy(() -> Networks.cnn(SMALL, List.of(), List.of(2, 2, 2, 2), 4, 0, 2))
                .hasMessageContaining("MaxPooling")
                .hasMessageContaining("[2, 1, 1]");
        assertThatThrownBy(() -> Networks.resnet(SMALL, List.of(), 4, List.of(), 0, 2))
                .hasMessage("blocks must be a list of numbers >= 1, was []");
        assertThatThrownBy(() -> Networks.resnet(SMALL, List.of(), 4, List.of(1, 0), 0, 2))
                .hasMessage("blocks must be a list of numbers >= 1, was [1, 0]");
    }
}
