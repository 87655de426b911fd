package dev.sluice.trainer.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text from and to trees of {@code Map<String, Object>} (in order), {@code List<Object>}, {@code String},
 * {@code Long}, {@code Double}, {@code Boolean}. Object members that are {@code null} are left out when read. NaN and
 * infinities are written as the strings {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}; bare ones are read.
 */
public final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(200).build())
            .build();

    private JsonText() {}

    /**
     * The compact text of a tree; also takes {@code int[]}, {@code float[]} and other {@link Number}s.
     *
     * @throws IllegalArgumentException if the tree holds a value of another type
     */
    public static String write(Object tree) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(text)) {
            write(tree, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * The object that a text holds.
     *
     * @throws IllegalArgumentException if the text is no JSON object; the message says where it breaks
     */
    public static Map<String, Object> readObject(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("a JSON object was expected, was " + excerpt(text));
            }
            Map<String, Object> object = object(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("nothing may follow the JSON object in " + excerpt(text));
            }
            return object;
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }

    private static String excerpt(String text) {
        return text.isBlank() ? "nothing" : "\"" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "\"";
    }

    private static void write(Object tree, JsonGenerator generator) throws IOException {
        switch (tree) {
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName(String.valueOf(entry.getKey()));
                    write(entry.getValue(), generator);
                }
                generator.writeEndObject();
            }
            case List<?> list -> {
                generator.writeStartArray();
                for (Object element : list) {
                    write(element, generator);
                }
                generator.writeEndArray();
            }
            case int[] numbers -> generator.writeArray(numbers, 0, numbers.length);
            case float[] numbers -> {
                generator.writeStartArray();
                for (float number : numbers) {
                    writeNumber(number, generator);
                }
                generator.writeEndArray();
            }
            case String text -> generator.writeString(text);
            case Boolean truth -> generator.writeBoolean(truth);
            case Float number -> writeNumber(number, generator);
            case Double number -> {
                if (Double.isFinite(number)) {
                    generator.writeNumber(number);
                } else {
                    generator.writeString(Double.toString(number));
                }
            }
            case Number number -> generator.writeNumber(number.longValue());
            default ->
                throw new IllegalArgumentException(
                        "no JSON for a " + tree.getClass().getName());
        }
    }

    private static void writeNumber(float number, JsonGenerator generator) throws IOException {
        if (Float.isFinite(number)) {
            generator.writeNumber(number);
        } else {
            generator.writeString(Float.toString(number));
        }
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                object.put(name, value(parser));
            }
        }
        return object;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default ->
                throw new IllegalArgumentException("unexpected " + parser.currentToken() + " at "
                        + parser.currentLocation().offsetDescription());
        };
    }
}
