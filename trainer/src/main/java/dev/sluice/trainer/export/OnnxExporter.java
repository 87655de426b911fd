package dev.sluice.trainer.export;

import static dev.sluice.trainer.export.OnnxNodes.FLOAT;
import static dev.sluice.trainer.export.OnnxNodes.initializer;
import static dev.sluice.trainer.export.OnnxNodes.longs;
import static dev.sluice.trainer.export.OnnxNodes.node;
import static dev.sluice.trainer.export.OnnxNodes.scalar;
import static dev.sluice.trainer.export.OnnxNodes.value;
import static dev.sluice.trainer.export.OnnxNodes.whole;
import static dev.sluice.trainer.export.OnnxNodes.wholes;

import ai.onnx.proto.OnnxMl;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.network.PlacedLayer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a network as an ONNX graph for prediction: IR version 8, operator set 17. What a user has goes in: rows of float32
 * {@code [N, inputs]} as {@code input}; images of uint8 {@code [N, height, width]} or {@code [N, height, width, channels]} as {@code input};
 * or each column of a table under its own name, float64 or text, {@code [N]} ({@code [N, 1]} if there is but one). What comes out of
 * rows and images is {@code output}, the network's own {@code [N, outputs]}; of images and tables {@code probabilities} of {@code [N, classes]}
 * and {@code label}, or {@code prediction} of {@code [N]}. All preparation is part of the graph; dropout, which does nothing in
 * prediction, is left out.
 */
public final class OnnxExporter {
    /** Name of the graph's input. */
    public static final String INPUT = "input";

    /** Name of the graph's output. */
    public static final String OUTPUT = "output";

    private OnnxExporter() {}

    /**
     * The graph of a network on rows as they are, as the bytes of a {@code .onnx} file.
     *
     * @param weights a value for each of the network's parameters, by name
     * @throws IllegalArgumentException if one is missing
     */
    public static byte[] export(NetSpec network, Map<String, Tensor> weights) {
        return export(
                network,
                weights,
                new ModelForm(new Preparation.AsIs(network.inputs()), Target.Classes.numbered(network.outputs())));
    }

    /**
     * The graph of a network with what comes before and after it, as the bytes of a {@code .onnx} file.
     *
     * @param weights a value for each of the network's parameters, by name
     * @throws IllegalArgumentException if one is missing
     */
    static byte[] export(NetSpec network, Map<String, Tensor> weights, ModelForm form) {
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("network");
        for (ParameterSpec parameter : network.parameters()) {
            Tensor tensor = weights.get(parameter.name());
            if (tensor == null) {
                throw new IllegalArgumentException("no value for the parameter " + parameter.name());
            }
            graph.addInitializer(initializer(parameter.name(), tensor));
        }
        String rows = switch (form.input()) {
            case Preparation.AsIs ignored -> {
                graph.addInput(value(INPUT, FLOAT, network.inputs()));
                yield INPUT;
            }
            case Preparation.Pixels pixels -> OnnxForm.addPixels(graph, pixels);
            case Preparation.Columns columns -> OnnxForm.addColumns(graph, columns);
        };
        String outputs = add(graph, network.layers(), rows);
        if (!(form.input() instanceof Preparation.Columns)) {
            graph.addNode(node("Identity", OUTPUT, List.of(outputs)));
            graph.addOutput(value(OUTPUT, FLOAT, network.outputs()));
        }
        OnnxForm.addAnswers(graph, form, outputs);
        OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("sluice")
                .addOpsetImport(
                        OnnxMl.OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph);
        if (form.input() instanceof Preparation.Columns) {
            model.addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder()
                    .setDomain(OnnxForm.ML)
                    .setVersion(3));
        }
        if (form.output() instanceof Target.Classes classes) {
            model.addMetadataProps(OnnxMl.StringStringEntryProto.newBuilder()
                    .setKey("classes")
                    .setValue(JsonText.write(classes.names())));
        }
        return model.build().toByteArray();
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
                graph.addInitializer(longs(output + ".shape", -1, image.channels(), image.height(), image.width()));
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
}
