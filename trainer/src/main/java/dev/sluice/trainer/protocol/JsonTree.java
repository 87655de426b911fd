package dev.sluice.trainer.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Reads typed fields from a parsed JSON object, with messages that name the field. Immutable if the tree is. */
final class JsonTree {
    private final String path;
    private final Map<String, ?> tree;

    JsonTree(String path, Map<String, ?> tree) {
        this.path = path;
        this.tree = tree;
    }

    /** A number as JSON carries it: NaN and infinities as strings. */
    static Object ofDouble(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }

    @SuppressWarnings("unchecked") // JSON objects have text keys, whatever the library
    static Map<String, Object> asObject(Object value, String path) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException(path + " must be an object, was " + shown(value));
    }

    Set<String> names() {
        return tree.keySet();
    }

    String text(String name) {
        Object value = required(name);
        if (value instanceof String text) {
            return text;
        }
        throw wrong(name, "a text", value);
    }

    String text(String name, String otherwise) {
        return present(name) ? text(name) : otherwise;
    }

    Optional<String> optionalText(String name) {
        return present(name) ? Optional.of(text(name)) : Optional.empty();
    }

    long whole(String name) {
        Object value = required(name);
        if (value instanceof Number number
                && number.doubleValue() == Math.rint(number.doubleValue())
                && Math.abs(number.doubleValue()) <= 0x1p62) {
            return number.longValue();
        }
        throw wrong(name, "a whole number", value);
    }

    long whole(String name, long otherwise) {
        return present(name) ? whole(name) : otherwise;
    }

    double number(String name) {
        Object value = required(name);
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text) {
            OptionalDouble special = switch (text) {
                case "NaN" -> OptionalDouble.of(Double.NaN);
                case "Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
                case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
                default -> OptionalDouble.empty();
            };
            if (special.isPresent()) {
                return special.getAsDouble();
            }
        }
        throw wrong(name, "a number (or \"NaN\", \"Infinity\", \"-Infinity\")", value);
    }

    JsonTree object(String name) {
        return new JsonTree(path + "." + name, asObject(required(name), path + "." + name));
    }

    Map<String, Object> plainObject(String name) {
        return present(name) ? asObject(required(name), path + "." + name) : Map.of();
    }

    List<JsonTree> objects(String name) {
        Object value = required(name);
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "a list", value);
        }
        List<JsonTree> all = new ArrayList<>();
        for (Object element : list) {
            String at = path + "." + name + "[" + all.size() + "]";
            all.add(new JsonTree(at, asObject(element, at)));
        }
        return all;
    }

    private boolean present(String name) {
        return tree.get(name) != null;
    }

    private Object required(String name) {
        Object value = tree.get(name);
        if (value == null) {
            throw new IllegalArgumentException(path + "." + name + " is missing");
        }
        return value;
    }

    private IllegalArgumentException wrong(String name, String meant, Object value) {
        return new IllegalArgumentException(path + "." + name + " must be " + meant + ", was " + shown(value));
    }

    private static String shown(Object value) {
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }
}
