package dev.sluice.trainer.export;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A few inputs and the trainer's own outputs for them, small enough to be run whenever somebody wants to know whether a
 * model is still the one that was trained. As JSON: {@code {"inputs": [[…], …], "outputs": [[…], …]}}.
 *
 * @param rows at least 1
 * @param inputs {@code [rows * width]}, raw
 * @param outputs {@code [rows * outputs of a row]}
 */
@SuppressWarnings("ArrayRecordComponent") // a data set: shared, never compared
public record ModelSample(int rows, float[] inputs, float[] outputs) {
    /** How many rows are kept of a larger data set. */
    static final int ROWS = 16;

    public ModelSample {
        if (rows < 1 || inputs.length == 0 || outputs.length == 0) {
            throw new IllegalArgumentException("a sample has at least one row of inputs and of outputs, was " + rows
                    + " rows of " + inputs.length + " inputs and " + outputs.length + " outputs");
        }
        if (inputs.length % rows != 0 || outputs.length % rows != 0) {
            throw new IllegalArgumentException(inputs.length + " inputs and " + outputs.length + " outputs are not "
                    + rows + " rows of one width");
        }
    }

    /** Rows of a larger data set, evenly over all of it. */
    static ModelSample of(int rows, float[] inputs, float[] outputs) {
        int kept = Math.min(ROWS, rows);
        int width = inputs.length / rows;
        int answers = outputs.length / rows;
        float[] some = new float[kept * width];
        float[] said = new float[kept * answers];
        for (int i = 0; i < kept; i++) {
            int row = (int) ((long) i * rows / kept);
            System.arraycopy(inputs, row * width, some, i * width, width);
            System.arraycopy(outputs, row * answers, said, i * answers, answers);
        }
        return new ModelSample(kept, some, said);
    }

    int width() {
        return inputs.length / rows;
    }

    /**
     * Runs the graph on the inputs and compares.
     *
     * @param graph the bytes of the {@code .onnx} file
     * @throws IOException if the graph does not run, or gives outputs of another number
     */
    public OnnxCheck.Comparison compare(byte[] graph) throws IOException {
        return OnnxCheck.compare(graph, inputs, width(), outputs);
    }

    String toJson() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("inputs", table(inputs));
        tree.put("outputs", table(outputs));
        return JsonText.write(tree);
    }

    private List<float[]> table(float[] values) {
        int width = values.length / rows;
        return java.util.stream.IntStream.range(0, rows)
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
        List<?> inputs = rows(tree, "inputs");
        List<?> outputs = rows(tree, "outputs");
        if (inputs.size() != outputs.size()) {
            throw new IllegalArgumentException(
                    "a sample has as many inputs as outputs, was " + inputs.size() + " and " + outputs.size());
        }
        return new ModelSample(inputs.size(), numbers("inputs", inputs), numbers("outputs", outputs));
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
}
