package dev.sluice.trainer.export;

import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A few inputs and the trainer's own answers to them, small enough to be run whenever somebody wants to know whether a
 * model is still the one that was trained. As JSON: {@code {"inputs": [[…], …], "outputs": [[…], …]}} where the model takes rows of
 * numbers; of images and tables {@code inputs} is an object, see {@link #tree}.
 *
 * @param inputs at least one, as a user has them
 * @param outputs {@code [rows * outputs of a row]}
 */
@SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
public record ModelSample(RawInputs inputs, float[] outputs) {
    /** How many rows are kept of a larger data set. */
    static final int ROWS = 16;

    public ModelSample {
        if (inputs.rows() < 1 || outputs.length == 0) {
            throw new IllegalArgumentException("a sample has at least one row of inputs and of outputs, was "
                    + inputs.rows() + " rows of inputs and " + outputs.length + " outputs");
        }
        if (outputs.length % inputs.rows() != 0) {
            throw new IllegalArgumentException(
                    outputs.length + " outputs are not " + inputs.rows() + " rows of one width");
        }
    }

    /** Rows of a larger data set, evenly over all of it. */
    static ModelSample of(RawInputs inputs, float[] outputs) {
        int[] places = evenly(inputs.rows(), ROWS);
        return new ModelSample(inputs.some(places), some(outputs, inputs.rows(), places));
    }

    /** Places of at most so many of some rows, evenly over all of them. */
    static int[] evenly(int rows, int most) {
        int kept = Math.min(most, rows);
        return IntStream.range(0, kept).map(i -> (int) ((long) i * rows / kept)).toArray();
    }

    /** The values of some of so many rows. */
    static float[] some(float[] values, int rows, int[] places) {
        return new RawInputs.Reals(values, values.length / rows).some(places).values();
    }

    /** How many there are. */
    public int rows() {
        return inputs.rows();
    }

    /**
     * Runs the graph on the inputs and compares.
     *
     * @param graph the bytes of the {@code .onnx} file
     * @throws IOException if the graph does not run, or gives outputs of another number
     */
    public OnnxCheck.Comparison compare(byte[] graph) throws IOException {
        return OnnxCheck.compare(graph, inputs, outputs);
    }

    String toJson() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("inputs", tree(inputs));
        tree.put("outputs", table(outputs, rows()));
        return JsonText.write(tree);
    }

    /**
     * Inputs as a JSON tree: rows of numbers as a list of rows; images as {@code {"input": {"type": "uint8", "shape": [28, 28],
     * "values": [[…], …]}}}, each a row of bytes; a table as {@code {"age": {"type": "double", "values": […]}, "city": {"type": "string",
     * "values": […]}}}, column by column, a missing number as {@code "NaN"}.
     */
    static Object tree(RawInputs inputs) {
        return switch (inputs) {
            case RawInputs.Reals reals -> table(reals.values(), reals.rows());
            case RawInputs.Pixels pixels -> Map.of(OnnxExporter.INPUT, tree(pixels));
            case RawInputs.Columns columns -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                for (RawInputs.Cells cells : columns.columns()) {
                    Map<String, Object> column = new LinkedHashMap<>();
                    switch (cells) {
                        case RawInputs.Numbers numbers -> {
                            column.put("type", "double");
                            column.put(
                                    "values",
                                    Arrays.stream(numbers.values()).boxed().toList());
                        }
                        case RawInputs.Words words -> {
                            column.put("type", "string");
                            column.put("values", words.values());
                        }
                    }
                    tree.put(cells.name(), column);
                }
                yield tree;
            }
        };
    }

    private static Map<String, Object> tree(RawInputs.Pixels pixels) {
        Preparation.Pixels shape = pixels.shape();
        int size = shape.numbers();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("type", "uint8");
        tree.put("shape", shape(shape));
        tree.put(
                "values",
                IntStream.range(0, pixels.rows())
                        .mapToObj(row -> IntStream.range(row * size, (row + 1) * size)
                                .map(i -> pixels.values()[i] & 0xff)
                                .toArray())
                        .toList());
        return tree;
    }

    /** Lengths of an image's axes. */
    static List<Integer> shape(Preparation.Pixels shape) {
        return shape.channels() == 1
                ? List.of(shape.height(), shape.width())
                : List.of(shape.height(), shape.width(), shape.channels());
    }

    /** Values as so many rows. */
    static List<float[]> table(float[] values, int rows) {
        int width = values.length / rows;
        return IntStream.range(0, rows)
                .mapToObj(row -> Arrays.copyOfRange(values, row * width, (row + 1) * width))
                .toList();
    }

    /**
     * Reads what a package holds.
     *
     * @throws IllegalArgumentException if the text is no sample; the message says what is wrong with it
     */
    public static ModelSample ofJson(String text) {
        Map<String, Object> tree = JsonText.readObject(text);
        RawInputs inputs = tree.get("inputs") instanceof Map<?, ?> named ? named(named) : rows(tree);
        List<?> outputs = rows(tree, "outputs");
        if (inputs.rows() != outputs.size()) {
            throw new IllegalArgumentException(
                    "a sample has as many inputs as outputs, was " + inputs.rows() + " and " + outputs.size());
        }
        return new ModelSample(inputs, numbers("outputs", outputs));
    }

    private static RawInputs rows(Map<String, Object> tree) {
        List<?> rows = rows(tree, "inputs");
        float[] values = numbers("inputs", rows);
        if (values.length == 0) {
            throw new IllegalArgumentException("a sample has at least one row of inputs with a number in it");
        }
        return new RawInputs.Reals(values, values.length / rows.size());
    }

    private static RawInputs named(Map<?, ?> named) {
        List<RawInputs.Cells> columns = new ArrayList<>();
        for (Map.Entry<?, ?> entry : named.entrySet()) {
            String name = String.valueOf(entry.getKey());
            if (!(entry.getValue() instanceof Map<?, ?> input)
                    || !(input.get("values") instanceof List<?> values)
                    || values.isEmpty()) {
                throw new IllegalArgumentException(
                        "inputs." + name + " must be {type, values}, was " + entry.getValue());
            }
            String type = String.valueOf(input.get("type"));
            switch (type) {
                case "uint8" -> {
                    return pixels(name, input, values);
                }
                case "double" ->
                    columns.add(new RawInputs.Numbers(
                            name,
                            values.stream()
                                    .mapToDouble(cell -> wide("inputs." + name, cell))
                                    .toArray()));
                case "string" ->
                    columns.add(new RawInputs.Words(
                            name, values.stream().map(String::valueOf).toList()));
                default ->
                    throw new IllegalArgumentException(
                            "inputs." + name + ".type must be uint8, double or string, was " + type);
            }
        }
        if (columns.isEmpty()
                || columns.stream()
                        .anyMatch(column -> column.rows() != columns.getFirst().rows())) {
            throw new IllegalArgumentException("inputs must be columns of one length, was " + named.keySet());
        }
        return new RawInputs.Columns(columns);
    }

    private static RawInputs pixels(String name, Map<?, ?> input, List<?> rows) {
        List<Integer> lengths = new ArrayList<>();
        if (input.get("shape") instanceof List<?> shape) {
            shape.forEach(length -> lengths.add((int) number("inputs." + name + ".shape", length)));
        }
        if (lengths.size() < 2 || lengths.size() > 3 || lengths.stream().anyMatch(length -> length < 1)) {
            throw new IllegalArgumentException("inputs." + name + ".shape must be [height, width] or [height, width,"
                    + " channels], was " + input.get("shape"));
        }
        Preparation.Pixels shape =
                new Preparation.Pixels(lengths.get(0), lengths.get(1), lengths.size() == 2 ? 1 : lengths.get(2));
        float[] numbers = numbers("inputs." + name, rows);
        if (numbers.length != (long) rows.size() * shape.numbers()) {
            throw new IllegalArgumentException(
                    "inputs." + name + " must hold rows of " + shape.numbers() + " numbers, as its shape says");
        }
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (int) numbers[i];
        }
        return new RawInputs.Pixels(bytes, shape);
    }

    private static List<?> rows(Map<String, Object> tree, String name) {
        if (tree.get(name) instanceof List<?> rows && !rows.isEmpty()) {
            return rows;
        }
        throw new IllegalArgumentException(name + " must be a list of rows, was " + tree.getOrDefault(name, "missing"));
    }

    private static float[] numbers(String name, List<?> rows) {
        int width = rows.getFirst() instanceof List<?> first ? first.size() : 0;
        float[] numbers = new float[rows.size() * width];
        for (int row = 0; row < rows.size(); row++) {
            if (!(rows.get(row) instanceof List<?> cells) || cells.size() != width) {
                throw new IllegalArgumentException(
                        name + " must be rows of " + width + " numbers, row " + row + " was " + rows.get(row));
            }
            for (int column = 0; column < width; column++) {
                numbers[row * width + column] = number(name, cells.get(column));
            }
        }
        return numbers;
    }

    private static float number(String name, Object cell) {
        return switch (cell) {
            case Number number -> number.floatValue();
            // NumberFormatException is an IllegalArgumentException, and names the text.
            case String text -> Float.parseFloat(text);
            default -> throw new IllegalArgumentException(name + " must hold numbers, one was " + cell);
        };
    }

    private static double wide(String name, Object cell) {
        return switch (cell) {
            case Number number -> number.doubleValue();
            case String text -> Double.parseDouble(text);
            default -> throw new IllegalArgumentException(name + " must hold numbers, one was " + cell);
        };
    }
}
