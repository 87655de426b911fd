package dev.sluice.trainer.network;

import java.util.List;
import java.util.stream.Stream;

/**
 * A layer at its place in a network.
 *
 * @param path its place, from 0; inside of a residual block that of the block, the part and the place in it, e.g.
 *     {@code 3.branch.0}
 * @param layer what it is
 * @param parameters its own, in the order weight, bias or gamma, beta, mean, variance
 * @param branch of a residual block: the layers whose output is added to the shortcut's; else empty
 * @param shortcut of a residual block: the layers of the shortcut, none if it takes the input as it is; else empty
 */
public record PlacedLayer(
        String path,
        Layer layer,
        List<ParameterSpec> parameters,
        List<PlacedLayer> branch,
        List<PlacedLayer> shortcut) {
    /** Copies the lists. */
    public PlacedLayer {
        parameters = List.copyOf(parameters);
        branch = List.copyOf(branch);
        shortcut = List.copyOf(shortcut);
    }

    /** Its own parameters, and those of the layers in it. */
    Stream<ParameterSpec> allParameters() {
        return Stream.of(parameters.stream(), inside(branch), inside(shortcut)).flatMap(each -> each);
    }

    private static Stream<ParameterSpec> inside(List<PlacedLayer> layers) {
        return layers.stream().flatMap(PlacedLayer::allParameters);
    }
}
