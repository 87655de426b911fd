package dev.sluice.trainer;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.network.Layer;
import dev.sluice.trainer.network.NetSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An object of a fixture that {@code src/test/python/pytorch_fixtures.py} wrote: PyTorch's own numbers, by name. What is
 * not there is an error.
 */
public final class PytorchFixture {
    private final Map<String, Object> values;

    private PytorchFixture(Map<String, Object> values) {
        this.values = values;
    }

    /** A fixture by file name. */
    public static PytorchFixture read(String name) {
        try (InputStream resource =
                Objects.requireNonNull(PytorchFixture.class.getResourceAsStream("pytorch/" + name), name)) {
            return new PytorchFixture(JsonText.readObject(new String(resource.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cases of a fixture. */
    public List<PytorchFixture> cases() {
        return list("cases").stream().map(PytorchFixture::of).toList();
    }

    /** An object in it. */
    public PytorchFixture part(String name) {
        return of(value(name));
    }

    /** The names of its values. */
    public Set<String> names() {
        return values.keySet();
    }

    /** A text. */
    public String text(String name) {
        return (String) value(name);
    }

    /** A text; if there is none, another. */
    public String text(String name, String otherwise) {
        return values.containsKey(name) ? text(name) : otherwise;
    }

    /** A number. */
    public double number(String name) {
        return ((Number) value(name)).doubleValue();
    }

    /** A number; if there is none, zero. */
    public double numberOrZero(String name) {
        return values.containsKey(name) ? number(name) : 0;
    }

    /** True if it is there and true. */
    public boolean flag(String name) {
        return values.containsKey(name) && value(name).equals(true);
    }

    /** A list of numbers. */
    public double[] numbers(String name) {
        return list(name).stream()
                .mapToDouble(number -> ((Number) number).doubleValue())
                .toArray();
    }

    /** A list of numbers of single precision. */
    public float[] floats(String name) {
        double[] numbers = numbers(name);
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    /** An array of single precision. */
    public Tensor tensor(String name) {
        return Tensor.ofFloats(part(name).shape(), part(name).floats("values"));
    }

    /** An array of classes. */
    public Tensor classes(String name) {
        double[] numbers = part(name).numbers("values");
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double number : numbers) {
            bytes.putLong((long) number);
        }
        return Tensor.ofBytes(Tensor.Kind.I64, part(name).shape(), bytes.array());
    }

    /** Arrays of single precision, by name. */
    public Map<String, Tensor> tensors(String name) {
        PytorchFixture arrays = part(name);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        arrays.names().forEach(array -> tensors.put(array, arrays.tensor(array)));
        return tensors;
    }

    /** The network of its list of layers, each a word and its arguments. */
    public NetSpec network() {
        return NetSpec.of((int) number("inputs"), layers(list("layers")));
    }

    @Override
    public String toString() {
        return values.toString();
    }

    private long[] shape() {
        return Arrays.stream(numbers("shape"))
                .mapToLong(length -> (long) length)
                .toArray();
    }

    private List<?> list(String name) {
        return (List<?>) value(name);
    }

    private Object value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys
    private static PytorchFixture of(Object value) {
        return new PytorchFixture((Map<String, Object>) value);
    }

    private static double argument(List<?> words, int place) {
        return ((Number) words.get(place)).doubleValue();
    }

    private static List<Layer> layers(Object words) {
        return ((List<?>) words).stream().map(layer -> layer((List<?>) layer)).toList();
    }

    private static Layer layer(List<?> words) {
        return switch ((String) words.get(0)) {
            case "rescale" -> new Layer.Rescale((float) argument(words, 1), (float) argument(words, 2));
            case "image" -> new Layer.Image(whole(words, 1), whole(words, 2), whole(words, 3));
            case "dense" -> new Layer.Dense(whole(words, 1));
            case "convolution" ->
                words.size() == 4
                        ? new Layer.Convolution(whole(words, 1), whole(words, 2), whole(words, 3))
                        : new Layer.Convolution(
                                whole(words, 1), whole(words, 2), whole(words, 4), whole(words, 3), (Boolean)
                                        words.get(5));
            case "normalisation" -> new Layer.BatchNormalisation();
            case "relu" -> new Layer.Relu();
            case "pooling" -> new Layer.MaxPooling(whole(words, 1));
            case "global-pooling" -> new Layer.GlobalAveragePooling();
            case "flatten" -> new Layer.Flatten();
            case "residual" -> new Layer.Residual(layers(words.get(1)), layers(words.get(2)));
            default -> throw new IllegalArgumentException("no layer " + words);
        };
    }

    private static int whole(List<?> words, int place) {
        return (int) argument(words, place);
    }
}
