package dev.sluice.trainer.export;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import dev.sluice.trainer.network.ParameterSpec;
import dev.sluice.trainer.network.PlacedLayer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a network as a TorchScript module for prediction, which {@code torch.jit.load} reads: {@code forward} takes float32
 * {@code [N, inputs]} and gives {@code [N, outputs]}. The file is a zip of stored entries, as libtorch's
 * {@code torch/csrc/jit/serialization} writes it: the code of {@code forward} in TorchScript's own language, the module as a
 * pickle that names its tensors, and the tensors' bytes. As in {@link OnnxExporter}, scaling is part of the module and dropout is
 * left out; normalisation takes its running statistics whatever the module's mode. Equal networks give equal bytes.
 */
public final class TorchScriptExporter {
    /** Of the file format: the first that all libtorch since 1.6 read, since no operator here has changed since. */
    private static final String VERSION = "3\n";

    private static final String ROOT = "network/";
    private static final String CLASS = "Network";
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private TorchScriptExporter() {}

    /**
     * The module as the bytes of a {@code .pt} file.
     *
     * @param weights a value for each of the network's parameters, by name
     * @throws IllegalArgumentException if one is missing
     */
    public static byte[] export(NetSpec network, Map<String, Tensor> weights) {
        List<ParameterSpec> parameters = network.parameters();
        List<Tensor> tensors =
                parameters.stream().map(parameter -> tensor(parameter, weights)).toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "data.pkl", module(parameters, tensors));
            add(zip, "code/__torch__.py", code(network).getBytes(StandardCharsets.UTF_8));
            add(zip, "constants.pkl", new Pickle().emptyTuple().finish());
            for (int i = 0; i < tensors.size(); i++) {
                byte[] content = new byte[tensors.get(i).bytes().remaining()];
                tensors.get(i).bytes().get(content);
                add(zip, "data/" + i, content);
            }
            add(zip, "version", VERSION.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory alone", e);
        }
        return bytes.toByteArray();
    }

    private static Tensor tensor(ParameterSpec parameter, Map<String, Tensor> weights) {
        Tensor tensor = weights.get(parameter.name());
        if (tensor == null) {
            throw new IllegalArgumentException("no value for the parameter " + parameter.name());
        }
        if (tensor.kind() != Tensor.Kind.F32) {
            throw new IllegalArgumentException(
                    "the parameter " + parameter.name() + " must be of F32, was " + tensor.kind());
        }
        return tensor;
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        // libtorch maps tensors from the file: nothing in it is compressed.
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** A parameter's name as an attribute of the module: {@code 1.dense.weight} is {@code layer1_dense_weight}. */
    private static String attribute(ParameterSpec parameter) {
        return "layer" + parameter.name().replace('.', '_');
    }

    private static byte[] module(List<ParameterSpec> parameters, List<Tensor> tensors) {
        Pickle pickle = new Pickle().beginObject("__torch__", CLASS);
        pickle.text("training").bool(false);
        for (int i = 0; i < tensors.size(); i++) {
            pickle.text(attribute(parameters.get(i)))
                    .tensor(
                            Integer.toString(i),
                            tensors.get(i).shape(),
                            parameters.get(i).role().isTrained());
        }
        return pickle.endObject().finish();
    }

    private static String code(NetSpec network) {
        StringBuilder code = new StringBuilder("class " + CLASS + "(Module):\n");
        code.append("  __parameters__ = ").append(names(network, true)).append('\n');
        code.append("  __buffers__ = ").append(names(network, false)).append('\n');
        code.append("  training : bool\n");
        network.parameters()
                .forEach(parameter ->
                        code.append("  ").append(attribute(parameter)).append(" : Tensor\n"));
        code.append("  def forward(self: __torch__." + CLASS + ",\n    input: Tensor) -> Tensor:\n");
        String last = append(code, network.layers(), "input");
        return code.append("    return " + last + "\n").toString();
    }

    /** Appends the statements of layers in order and gives the name of the last one's output. */
    private static String append(StringBuilder code, List<PlacedLayer> layers, String input) {
        String last = input;
        for (PlacedLayer layer : layers) {
            last = append(code, layer, last);
        }
        return last;
    }

    private static String append(StringBuilder code, PlacedLayer layer, String input) {
        String expression = layer.layer() instanceof Layer.Residual
                ? "torch.add(%s, %s)"
                        .formatted(append(code, layer.branch(), input), append(code, layer.shortcut(), input))
                : expression(layer.layer(), layer.parameters(), input);
        String output = "x" + layer.path().replace('.', '_');
        code.append("    " + output + " = ").append(expression).append('\n');
        return output;
    }

    private static String names(NetSpec network, boolean trained) {
        return network.parameters().stream()
                .filter(parameter -> parameter.role().isTrained() == trained)
                .map(parameter -> '"' + attribute(parameter) + "\", ")
                .collect(Collectors.joining("", "[", "]"));
    }

    private static String expression(Layer layer, List<ParameterSpec> parameters, String input) {
        List<String> own = parameters.stream()
                .map(parameter -> "self." + attribute(parameter))
                .toList();
        return switch (layer) {
            case Layer.Rescale rescale ->
                "torch.mul(torch.sub(%s, %s), %s)".formatted(input, number(rescale.offset()), number(rescale.factor()));
            case Layer.Image image ->
                "torch.reshape(%s, [-1, %d, %d, %d])".formatted(input, image.channels(), image.height(), image.width());
            case Layer.Dense ignored -> "torch.linear(%s, %s, %s)".formatted(input, own.get(0), own.get(1));
            case Layer.Convolution convolution ->
                "torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d], [%5$d, %5$d], [1, 1], 1)"
                        .formatted(
                                input,
                                own.get(0),
                                convolution.hasBias() ? own.get(1) : "None",
                                convolution.stride(),
                                convolution.padding());
            case Layer.BatchNormalisation ignored ->
                "torch.batch_norm(%s, %s, %s, %s, %s, False, %s, %s, False)"
                        .formatted(
                                input,
                                own.get(0),
                                own.get(1),
                                own.get(2),
                                own.get(3),
                                number(1 - Layer.BatchNormalisation.MOMENTUM),
                                number(Layer.BatchNormalisation.EPSILON));
            case Layer.Relu ignored -> "torch.relu(%s)".formatted(input);
            case Layer.MaxPooling pooling ->
                "torch.max_pool2d(%1$s, [%2$d, %2$d], [%2$d, %2$d], [0, 0], [1, 1], False)"
                        .formatted(input, pooling.size());
            case Layer.GlobalAveragePooling ignored -> "torch.mean(%s, [2, 3])".formatted(input);
            case Layer.Residual ignored -> throw new IllegalStateException("a sum is no expression of its input alone");
            case Layer.Flatten ignored -> "torch.flatten(%s, 1, -1)".formatted(input);
            case Layer.Dropout ignored -> input;
        };
    }

    /** The very number, as a double that it is. */
    private static String number(float value) {
        return Double.toString(value).toLowerCase(Locale.ROOT);
    }

    /** Writes the few things of Python's pickle protocol 2 that libtorch reads a module from. */
    private static final class Pickle {
        private static final int MARK = '(';

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle() {
            out.write(0x80);
            out.write(2);
        }

        Pickle emptyTuple() {
            out.write(')');
            return this;
        }

        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.write('X');
            littleEndian(utf8.length, Integer.BYTES);
            out.writeBytes(utf8);
            return this;
        }

        Pickle bool(boolean value) {
            out.write(value ? 0x88 : 0x89);
            return this;
        }

        private Pickle whole(long value) {
            out.write(0x8a);
            out.write(Long.BYTES);
            littleEndian(value, Long.BYTES);
            return this;
        }

        private void littleEndian(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (value >> (8 * i)));
            }
        }

        private Pickle global(String module, String name) {
            out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
            return this;
        }

        private Pickle wholes(long... values) {
            out.write(MARK);
            for (long value : values) {
                whole(value);
            }
            out.write('t');
            return this;
        }

        /** An object whose attributes follow, each as its name and its value. */
        Pickle beginObject(String module, String name) {
            global(module, name).emptyTuple();
            out.write(0x81);
            out.write('}');
            out.write(MARK);
            return this;
        }

        Pickle endObject() {
            out.write('u');
            out.write('b');
            return this;
        }

        /**
         * A dense row-major float32 tensor.
         *
         * @param key the name of its bytes under {@code data/}
         */
        Pickle tensor(String key, long[] shape, boolean trained) {
            long[] strides = new long[shape.length];
            long elements = 1;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                strides[axis] = elements;
                elements *= shape[axis];
            }
            global("torch._utils", "_rebuild_tensor_v2");
            out.write(MARK);
            out.write(MARK);
            text("storage")
                    .global("torch", "FloatStorage")
                    .text(key)
                    .text("cpu")
                    .whole(elements);
            out.write('t');
            out.write('Q');
            whole(0).wholes(shape).wholes(strides).bool(trained);
            global("collections", "OrderedDict").emptyTuple();
            out.write('R');
            out.write('t');
            out.write('R');
            return this;
        }

        byte[] finish() {
            out.write('.');
            return out.toByteArray();
        }
    }
}
