package dev.sluice.trainer.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.sluice.trainer.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * DJL's block of a {@link NetSpec}: rows of {@code [N, inputs]} in, {@code [N, outputs]} out. Its parameters carry the
 * description's stable names. Intermediates belong to the manager of the input, so closing that frees them. Confined
 * to one thread.
 */
public final class NetBlock extends AbstractBlock {
    private final NetSpec spec;
    private final List<Step> steps;
    private final Map<String, Parameter> byName = new LinkedHashMap<>();

    /** A layer with what it computes with: its arrays stay the same objects, whatever is written into them. */
    private record Step(Layer layer, List<NDArray> arrays, List<Step> branch, List<Step> shortcut) {}

    /**
     * Builds the block with its parameters on a manager.
     *
     * @param values a value for each of the description's parameters, by name
     */
    public NetBlock(NetSpec spec, NDManager manager, Map<String, Tensor> values) {
        this.spec = spec;
        for (ParameterSpec described : spec.parameters()) {
            Parameter parameter = addParameter(Parameter.builder()
                    .setName(described.name())
                    .setType(type(described.role()))
                    .optRequiresGrad(described.role().isTrained())
                    .build());
            parameter.setArray(array(manager, value(described, values)));
            byName.put(described.name(), parameter);
        }
        initialize(manager, DataType.FLOAT32, new Shape(1, spec.inputs()));
        this.steps = steps(spec.layers());
    }

    /** The arrays of all parameters, by name, in the description's order. */
    public Map<String, NDArray> arrays() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        byName.forEach((name, parameter) -> arrays.put(name, parameter.getArray()));
        return arrays;
    }

    /** The arrays that gradients move, by name, in the description's order. */
    public Map<String, NDArray> trainedArrays() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        byName.forEach((name, parameter) -> {
            if (parameter.requiresGradient()) {
                arrays.put(name, parameter.getArray());
            }
        });
        return arrays;
    }

    /** The values of all parameters, by name. */
    public Map<String, Tensor> values() {
        Map<String, Tensor> values = new LinkedHashMap<>();
        byName.forEach((name, parameter) -> values.put(name, tensor(parameter.getArray())));
        return values;
    }

    /**
     * Overwrites all parameters in place: arrays and their gradients stay the same objects.
     *
     * @throws IllegalArgumentException if a parameter has no value or one of another shape
     */
    public void restore(Map<String, Tensor> values) {
        for (ParameterSpec described : spec.parameters()) {
            NDArray target = parameter(described.name()).getArray();
            try (NDArray source = array(target.getManager(), value(described, values))) {
                source.copyTo(target);
            }
        }
    }

    /** A tensor's content as an array of DJL on this manager. */
    public static NDArray array(NDManager manager, Tensor tensor) {
        DataType type = switch (tensor.kind()) {
            case F32 -> DataType.FLOAT32;
            case I64 -> DataType.INT64;
        };
        ByteBuffer bytes = tensor.bytes();
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.nativeOrder());
        direct.put(bytes).rewind();
        return manager.create(direct, new Shape(tensor.shape()), type);
    }

    /** An array's content off the engine. */
    public static Tensor tensor(NDArray array) {
        Tensor.Kind kind = array.getDataType() == DataType.INT64 ? Tensor.Kind.I64 : Tensor.Kind.F32;
        ByteBuffer buffer = array.toByteBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return Tensor.ofBytes(kind, array.getShape().getShape(), bytes);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> ignored) {
        return new NDList(apply(steps, inputs.singletonOrThrow(), training));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), spec.outputs())};
    }

    private List<Step> steps(List<PlacedLayer> layers) {
        List<Step> all = new ArrayList<>();
        for (PlacedLayer placed : layers) {
            List<NDArray> arrays = placed.parameters().stream()
                    .map(described -> parameter(described.name()).getArray())
                    .toList();
            all.add(new Step(placed.layer(), arrays, steps(placed.branch()), steps(placed.shortcut())));
        }
        return List.copyOf(all);
    }

    private static NDArray apply(List<Step> steps, NDArray input, boolean training) {
        NDArray x = input;
        for (Step step : steps) {
            x = apply(step, x, training);
        }
        return x;
    }

    private static NDArray apply(Step step, NDArray x, boolean training) {
        List<NDArray> arrays = step.arrays;
        return switch (step.layer) {
            case Layer.Rescale rescale -> x.sub(rescale.offset()).muli(rescale.factor());
            case Layer.Image image ->
                x.reshape(new Shape(x.getShape().get(0), image.channels(), image.height(), image.width()));
            case Layer.Dense ignored ->
                Linear.linear(x, arrays.get(0), arrays.get(1)).singletonOrThrow();
            case Layer.Convolution convolution ->
                Conv2d.conv2d(
                                x,
                                arrays.get(0),
                                convolution.hasBias() ? arrays.get(1) : null,
                                new Shape(convolution.stride(), convolution.stride()),
                                new Shape(convolution.padding(), convolution.padding()),
                                new Shape(1, 1))
                        .singletonOrThrow();
            case Layer.BatchNormalisation ignored ->
                BatchNorm.batchNorm(
                                x,
                                arrays.get(2),
                                arrays.get(3),
                                arrays.get(0),
                                arrays.get(1),
                                -1, // DJL's PyTorch engine takes -1 for "the channel axis as it is"
                                Layer.BatchNormalisation.MOMENTUM,
                                Layer.BatchNormalisation.EPSILON,
                                training)
                        .singletonOrThrow();
            case Layer.Relu ignored -> Activation.relu(x);
            case Layer.MaxPooling pooling -> {
                Shape window = new Shape(pooling.size(), pooling.size());
                yield x.getNDArrayInternal().maxPool(window, window, new Shape(0, 0), false);
            }
            case Layer.GlobalAveragePooling ignored -> x.getNDArrayInternal().globalAvgPool();
            case Layer.Residual ignored -> apply(step.branch, x, training).add(apply(step.shortcut, x, training));
            case Layer.Flatten ignored -> x.reshape(new Shape(x.getShape().get(0), -1));
            case Layer.Dropout dropout ->
                training && dropout.rate() > 0
                        ? Dropout.dropout(x, dropout.rate(), true).singletonOrThrow()
                        : x;
        };
    }

    private Parameter parameter(String name) {
        Parameter parameter = byName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("the network has no parameter " + name);
        }
        return parameter;
    }

    private static Tensor value(ParameterSpec described, Map<String, Tensor> values) {
        Tensor value = values.get(described.name());
        if (value == null) {
            throw new IllegalArgumentException("no value for the parameter " + described.name());
        }
        if (!Arrays.equals(value.shape(), described.shape())) {
            throw new IllegalArgumentException("the parameter " + described.name() + " has shape "
                    + Arrays.toString(described.shape()) + ", the value given " + value);
        }
        return value;
    }

    private static Parameter.Type type(ParameterSpec.Role role) {
        return switch (role) {
            case WEIGHT -> Parameter.Type.WEIGHT;
            case BIAS -> Parameter.Type.BIAS;
            case GAMMA -> Parameter.Type.GAMMA;
            case BETA -> Parameter.Type.BETA;
            case RUNNING_MEAN -> Parameter.Type.RUNNING_MEAN;
            case RUNNING_VARIANCE -> Parameter.Type.RUNNING_VAR;
        };
    }
}
