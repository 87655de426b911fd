package dev.sluice.trainer.export;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.network.PlacedLayer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a network as an ONNX graph for prediction: IR version 8, operator set 17, one input {@code input} of
 * {@code [N, inputs]} and one output {@code output} of {@code [N, outputs]}, both float32. Scaling of raw inputs is
 * part of the graph; dropout, which does nothing in prediction, is left out.
 */
public final class OnnxExporter {
    /** Name of the graph's input. */
    public static final String INPUT = "input";

    /** Name of the graph's output. */
    public static final String OUTPUT = "output";

    private static final int FLOAT = OnnxMl.TensorProto.DataType.FLOAT_VALUE;
    private static final int INT64 = OnnxMl.TensorProto.DataType.INT64_VALUE;

    private OnnxExporter() {}

    /**
     * The graph as the bytes of a {@code .onnx} file.
     *
     * @param weights a value for each of the network's parameters, by name
     * @throws IllegalArgumentException if one is missing
     */
    public static byte[] export(NetSpec network, Map<String, Tensor> weights) {
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("network");
        graph.addInput(value(INPUT, network.inputs())).addOutput(value(OUTPUT, network.outputs()));
        for (ParameterSpec parameter : network.parameters()) {
            Tensor tensor = weights.get(parameter.name());
            if (tensor == null) {
                throw new IllegalArgumentException("no value for the parameter " + parameter.name());
            }
            graph.addInitializer(initializer(parameter.name(), tensor));
        }
        String last = add(graph, network.layers(), INPUT);
        graph.addNode(node("Identity", OUTPUT, List.of(last)));
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("sluice")
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    /** Adds the nodes of layers in order and gives the name of the last one's output. */
    private static String add(OnnxMl.GraphProto.Builder graph, List<PlacedLayer> layers, String input) {
        String last = input;
        for (PlacedLayer layer : layers) {
            last = add(graph, layer, last);
        }
        return last;
    }

    /** Adds a layer's nodes and gives the name of its output. */
    private static String add(OnnxMl.GraphProto.Builder graph, PlacedLayer placed, String input) {
        String output = "layer" + placed.path();
        List<ParameterSpec> parameters = placed.parameters();
        switch (placed.layer()) {
            case Layer.Rescale rescale -> {
                graph.addInitializer(scalar(output + ".offset", rescale.offset()));
                graph.addInitializer(scalar(output + ".factor", rescale.factor()));
                graph.addNode(node("Sub", output + ".centred", List.of(input, output + ".offset")));
                graph.addNode(node("Mul", output, List.of(output + ".centred", output + ".factor")));
            }
            case Layer.Image image -> {
                graph.addInitializer(
                        initializer(output + ".shape", longs(-1, image.channels(), image.height(), image.width())));
                graph.addNode(node("Reshape", output, List.of(input, output + ".shape")));
            }
            case Layer.Dense ignored ->
                graph.addNode(node("Gemm", output, inputs(input, parameters)).addAttribute(whole("transB", 1)));
            case Layer.Convolution convolution ->
                graph.addNode(node("Conv", output, inputs(input, parameters))
                        .addAttribute(wholes("kernel_shape", convolution.kernel(), convolution.kernel()))
                        .addAttribute(wholes("strides", convolution.stride(), convolution.stride()))
                        .addAttribute(wholes(
                                "pads",
                                convolution.padding(),
                                convolution.padding(),
                                convolution.padding(),
                                convolution.padding())));
            case Layer.BatchNormalisation ignored ->
                graph.addNode(node("BatchNormalization", output, inputs(input, parameters))
                        .addAttribute(OnnxMl.AttributeProto.newBuilder()
                                .setName("epsilon")
                                .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
                                .setF(Layer.BatchNormalisation.EPSILON)));
            case Layer.Relu ignored -> graph.addNode(node("Relu", output, List.of(input)));
            case Layer.MaxPooling pooling ->
                graph.addNode(node("MaxPool", output, List.of(input))
                        .addAttribute(wholes("kernel_shape", pooling.size(), pooling.size()))
                        .addAttribute(wholes("strides", pooling.size(), pooling.size())));
            case Layer.GlobalAveragePooling ignored -> {
                graph.addNode(node("GlobalAveragePool", output + ".pixels", List.of(input)));
                graph.addNode(
                        node("Flatten", output, List.of(output + ".pixels")).addAttribute(whole("axis", 1)));
            }
            case Layer.Residual ignored -> {
                String branch = add(graph, placed.branch(), input);
                String shortcut = add(graph, placed.shortcut(), input);
                graph.addNode(node("Add", output, List.of(branch, shortcut)));
            }
            case Layer.Flatten ignored ->
                graph.addNode(node("Flatten", output, List.of(input)).addAttribute(whole("axis", 1)));
            case Layer.Dropout ignored -> {
                return input;
            }
        }
        return output;
    }

    private static List<String> inputs(String input, List<ParameterSpec> parameters) {
        return Stream.concat(Stream.of(input), parameters.stream().map(ParameterSpec::name))
                .toList();
    }

    private static OnnxMl.NodeProto.Builder node(String operator, String output, List<String> inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output);
    }

    private static OnnxMl.AttributeProto.Builder whole(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value);
    }

    private static OnnxMl.AttributeProto.Builder wholes(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute;
    }

    private static OnnxMl.ValueInfoProto value(String name, long width) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
        shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
        shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(width));
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(FLOAT)
                                .setShape(shape)))
                .build();
    }

    private static OnnxMl.TensorProto scalar(String name, float value) {
        return initializer(name, Tensor.ofFloats(new long[0], new float[] {value}));
    }

    private static Tensor longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return Tensor.ofBytes(Tensor.Kind.I64, new long[] {values.length}, bytes.array());
    }

    private static OnnxMl.TensorProto initializer(String name, Tensor tensor) {
        OnnxMl.TensorProto.Builder proto = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(
                        switch (tensor.kind()) {
                            case F32 -> FLOAT;
                            case I64 -> INT64;
                        })
                .setRawData(ByteString.copyFrom(tensor.bytes()));
        for (long length : tensor.shape()) {
            proto.addDims(length);
        }
        return proto.build();
    }
}
