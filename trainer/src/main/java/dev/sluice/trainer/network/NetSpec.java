package dev.sluice.trainer.network;

import dev.sluice.trainer.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A feed-forward network, described: layers in order over a row of {@code inputs} numbers. The one source of DJL's
 * block ({@link NetBlock}) and of the exported graph, so that the two cannot come apart. Immutable.
 */
public final class NetSpec {
    private final int inputs;
    private final List<Layer> layers;
    private final List<int[]>
            shapes; // of what goes into each layer, and last of what comes out; without the batch axis
    private final List<List<ParameterSpec>> parameters; // by layer

    private NetSpec(int inputs, List<Layer> layers) {
        if (inputs < 1) {
            throw new IllegalArgumentException("inputs must be >= 1, was " + inputs);
        }
        this.inputs = inputs;
        this.layers = List.copyOf(layers);
        this.shapes = new ArrayList<>();
        this.parameters = new ArrayList<>();
        int[] shape = {inputs};
        for (int place = 0; place < layers.size(); place++) {
            shapes.add(shape);
            parameters.add(parametersOf(place, layers.get(place), shape));
            shape = shapeAfter(place, layers.get(place), shape);
        }
        shapes.add(shape);
    }

    /**
     * The network of these layers.
     *
     * @param inputs values in a row of input, >= 1
     * @throws IllegalArgumentException if a layer cannot take what the one before it gives; names its place
     */
    public static NetSpec of(int inputs, List<Layer> layers) {
        return new NetSpec(inputs, layers);
    }

    /** Values in a row of input. */
    public int inputs() {
        return inputs;
    }

    /** Values in a row of output. */
    public int outputs() {
        return Arrays.stream(shapes.get(layers.size())).reduce(1, Math::multiplyExact);
    }

    /** The layers, first to last. */
    public List<Layer> layers() {
        return layers;
    }

    /** The parameters of the layer at a place, in the order weight, bias or gamma, beta, mean, variance. */
    public List<ParameterSpec> parameters(int place) {
        return parameters.get(place);
    }

    /** All parameters, layer by layer. */
    public List<ParameterSpec> parameters() {
        return parameters.stream().flatMap(List::stream).toList();
    }

    /** Names of the parameters that multiply inputs: those of dense layers and convolutions, without their biases. */
    public Set<String> weights() {
        Set<String> names = new LinkedHashSet<>();
        for (ParameterSpec parameter : parameters()) {
            if (parameter.role() == ParameterSpec.Role.WEIGHT) {
                names.add(parameter.name());
            }
        }
        return names;
    }

    /** The values that a fresh network starts from: a pure function of the seed. */
    public Map<String, Tensor> initialValues(long seed) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (ParameterSpec parameter : parameters()) {
            values.put(parameter.name(), parameter.initialValue(seed));
        }
        return values;
    }

    private static List<ParameterSpec> parametersOf(int place, Layer layer, int[] shape) {
        return switch (layer) {
            case Layer.Dense dense -> {
                long fanIn = shape[0];
                yield List.of(
                        new ParameterSpec(
                                place + ".dense.weight",
                                new long[] {dense.units(), fanIn},
                                ParameterSpec.Role.WEIGHT,
                                fanIn),
                        new ParameterSpec(
                                place + ".dense.bias", new long[] {dense.units()}, ParameterSpec.Role.BIAS, 0));
            }
            case Layer.Convolution convolution -> {
                long kernel = convolution.kernel();
                yield List.of(
                        new ParameterSpec(
                                place + ".convolution.weight",
                                new long[] {convolution.filters(), shape[0], kernel, kernel},
                                ParameterSpec.Role.WEIGHT,
                                shape[0] * kernel * kernel),
                        new ParameterSpec(
                                place + ".convolution.bias",
                                new long[] {convolution.filters()},
                                ParameterSpec.Role.BIAS,
                                0));
            }
            case Layer.BatchNormalisation ignored -> {
                long[] channels = {shape[0]};
                String name = place + ".normalisation.";
                yield List.of(
                        new ParameterSpec(name + "gamma", channels, ParameterSpec.Role.GAMMA, 0),
                        new ParameterSpec(name + "beta", channels, ParameterSpec.Role.BETA, 0),
                        new ParameterSpec(name + "mean", channels, ParameterSpec.Role.RUNNING_MEAN, 0),
                        new ParameterSpec(name + "variance", channels, ParameterSpec.Role.RUNNING_VARIANCE, 0));
            }
            case Layer.Rescale ignored -> List.of();
            case Layer.Image ignored -> List.of();
            case Layer.Relu ignored -> List.of();
            case Layer.MaxPooling ignored -> List.of();
            case Layer.Flatten ignored -> List.of();
            case Layer.Dropout ignored -> List.of();
        };
    }

    private static int[] shapeAfter(int place, Layer layer, int[] shape) {
        return switch (layer) {
            case Layer.Rescale ignored -> shape;
            case Layer.Relu ignored -> shape;
            case Layer.Dropout ignored -> shape;
            case Layer.BatchNormalisation ignored -> shape;
            case Layer.Image image -> {
                row(place, layer, shape);
                if (Math.multiplyExact(Math.multiplyExact(image.channels(), image.height()), image.width())
                        != shape[0]) {
                    throw wrong(place, layer, shape);
                }
                yield new int[] {image.channels(), image.height(), image.width()};
            }
            case Layer.Dense dense -> {
                row(place, layer, shape);
                yield new int[] {dense.units()};
            }
            case Layer.Convolution convolution -> {
                image(place, layer, shape);
                int shrink = convolution.kernel() - 1 - 2 * convolution.padding();
                if (shape[1] <= shrink || shape[2] <= shrink) {
                    throw wrong(place, layer, shape);
                }
                yield new int[] {convolution.filters(), shape[1] - shrink, shape[2] - shrink};
            }
            case Layer.MaxPooling pooling -> {
                image(place, layer, shape);
                if (shape[1] < pooling.size() || shape[2] < pooling.size()) {
                    throw wrong(place, layer, shape);
                }
                yield new int[] {shape[0], shape[1] / pooling.size(), shape[2] / pooling.size()};
            }
            case Layer.Flatten ignored -> new int[] {Arrays.stream(shape).reduce(1, Math::multiplyExact)};
        };
    }

    private static void row(int place, Layer layer, int[] shape) {
        if (shape.length != 1) {
            throw wrong(place, layer, shape);
        }
    }

    private static void image(int place, Layer layer, int[] shape) {
        if (shape.length != 3) {
            throw wrong(place, layer, shape);
        }
    }

    private static IllegalArgumentException wrong(int place, Layer layer, int[] shape) {
        return new IllegalArgumentException(
                "layer " + place + ", " + layer + ", cannot take an input of shape " + Arrays.toString(shape));
    }
}
