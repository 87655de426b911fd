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
public final class NetSpec implements Network {
    private final int inputs;
    private final Stack stack;

    /** Layers in order, what goes in and what comes out: shapes without the batch axis. */
    @SuppressWarnings("ArrayRecordComponent") // shapes: never changed, never compared by record
    private record Stack(List<PlacedLayer> layers, int[] input, int[] output) {
        static Stack of(String prefix, List<Layer> layers, int[] input) {
            List<PlacedLayer> placed = new ArrayList<>();
            int[] shape = input;
            for (int place = 0; place < layers.size(); place++) {
                String path = prefix + place;
                Layer layer = layers.get(place);
                if (layer instanceof Layer.Residual residual) {
                    Stack branch = of(path + ".branch.", residual.branch(), shape);
                    Stack shortcut = of(path + ".shortcut.", residual.shortcut(), shape);
                    if (!Arrays.equals(branch.output, shortcut.output)) {
                        throw new IllegalArgumentException("layer " + path + " cannot add what its branch gives, "
                                + Arrays.toString(branch.output) + ", to what its shortcut gives, "
                                + Arrays.toString(shortcut.output));
                    }
                    placed.add(new PlacedLayer(path, layer, List.of(), branch.layers, shortcut.layers));
                    shape = branch.output;
                } else {
                    int[] after = shapeAfter(path, layer, shape);
                    placed.add(new PlacedLayer(path, layer, parametersOf(path, layer, shape), List.of(), List.of()));
                    shape = after;
                }
            }
            return new Stack(List.copyOf(placed), input, shape);
        }
    }

    private NetSpec(int inputs, List<Layer> layers) {
        if (inputs < 1) {
            throw new IllegalArgumentException("inputs must be >= 1, was " + inputs);
        }
        this.inputs = inputs;
        this.stack = Stack.of("", layers, new int[] {inputs});
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

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return Arrays.stream(stack.output).reduce(1, Math::multiplyExact);
    }

    /** The layers, first to last, each with its parameters. */
    public List<PlacedLayer> layers() {
        return stack.layers;
    }

    /** True if training draws at random: if values are dropped. */
    public boolean drawsAtRandom() {
        return stack.layers.stream().anyMatch(NetSpec::drawsAtRandom);
    }

    private static boolean drawsAtRandom(PlacedLayer placed) {
        return (placed.layer() instanceof Layer.Dropout dropout && dropout.rate() > 0)
                || placed.branch().stream().anyMatch(NetSpec::drawsAtRandom)
                || placed.shortcut().stream().anyMatch(NetSpec::drawsAtRandom);
    }

    /** All parameters, layer by layer. */
    public List<ParameterSpec> parameters() {
        return stack.layers.stream().flatMap(PlacedLayer::allParameters).toList();
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

    private static List<ParameterSpec> parametersOf(String path, Layer layer, int[] shape) {
        return switch (layer) {
            case Layer.Dense dense -> {
                long fanIn = shape[0];
                yield List.of(
                        new ParameterSpec(
                                path + ".dense.weight",
                                new long[] {dense.units(), fanIn},
                                ParameterSpec.Role.WEIGHT,
                                fanIn),
                        new ParameterSpec(
                                path + ".dense.bias", new long[] {dense.units()}, ParameterSpec.Role.BIAS, 0));
            }
            case Layer.Convolution convolution -> {
                long kernel = convolution.kernel();
                ParameterSpec weight = new ParameterSpec(
                        path + ".convolution.weight",
                        new long[] {convolution.filters(), shape[0], kernel, kernel},
                        ParameterSpec.Role.WEIGHT,
                        shape[0] * kernel * kernel);
                ParameterSpec bias = new ParameterSpec(
                        path + ".convolution.bias", new long[] {convolution.filters()}, ParameterSpec.Role.BIAS, 0);
                yield convolution.hasBias() ? List.of(weight, bias) : List.of(weight);
            }
            case Layer.BatchNormalisation ignored -> {
                long[] channels = {shape[0]};
                String name = path + ".normalisation.";
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
            case Layer.GlobalAveragePooling ignored -> List.of();
            case Layer.Residual ignored -> List.of(); // its layers have them
            case Layer.Flatten ignored -> List.of();
            case Layer.Dropout ignored -> List.of();
        };
    }

    private static int[] shapeAfter(String path, Layer layer, int[] shape) {
        return switch (layer) {
            case Layer.Rescale ignored -> shape;
            case Layer.Relu ignored -> shape;
            case Layer.Dropout ignored -> shape;
            case Layer.BatchNormalisation ignored -> shape;
            case Layer.Image image -> {
                row(path, layer, shape);
                if (Math.multiplyExact(Math.multiplyExact(image.channels(), image.height()), image.width())
                        != shape[0]) {
                    throw wrong(path, layer, shape);
                }
                yield new int[] {image.channels(), image.height(), image.width()};
            }
            case Layer.Dense dense -> {
                row(path, layer, shape);
                yield new int[] {dense.units()};
            }
            case Layer.Convolution convolution -> {
                image(path, layer, shape);
                int span = convolution.kernel() - 2 * convolution.padding();
                if (shape[1] < span || shape[2] < span) {
                    throw wrong(path, layer, shape);
                }
                yield new int[] {
                    convolution.filters(),
                    (shape[1] - span) / convolution.stride() + 1,
                    (shape[2] - span) / convolution.stride() + 1
                };
            }
            case Layer.MaxPooling pooling -> {
                image(path, layer, shape);
                if (shape[1] < pooling.size() || shape[2] < pooling.size()) {
                    throw wrong(path, layer, shape);
                }
                yield new int[] {shape[0], shape[1] / pooling.size(), shape[2] / pooling.size()};
            }
            case Layer.GlobalAveragePooling ignored -> {
                image(path, layer, shape);
                yield new int[] {shape[0]};
            }
            case Layer.Residual ignored -> throw new IllegalStateException("a sum has the shape of its parts");
            case Layer.Flatten ignored -> new int[] {Arrays.stream(shape).reduce(1, Math::multiplyExact)};
        };
    }

    private static void row(String path, Layer layer, int[] shape) {
        if (shape.length != 1) {
            throw wrong(path, layer, shape);
        }
    }

    private static void image(String path, Layer layer, int[] shape) {
        if (shape.length != 3) {
            throw wrong(path, layer, shape);
        }
    }

    private static IllegalArgumentException wrong(String path, Layer layer, int[] shape) {
        return new IllegalArgumentException(
                "layer " + path + ", " + layer + ", cannot take an input of shape " + Arrays.toString(shape));
    }
}
