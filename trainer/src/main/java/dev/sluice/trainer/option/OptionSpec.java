package dev.sluice.trainer.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An option that a task, a model or a callback understands.
 *
 * @param name as it is written in a sweep file
 * @param type what kind of value it takes
 * @param doc what it is, in one sentence, with its unit
 * @param defaultValue the value when it is left out: Double, Long, String or Boolean; empty: it must be given, or the
 *     doc says what is taken
 * @param range for numbers: what is allowed
 * @param values for texts: what is allowed; empty: any
 * @param isRequired whether it must be given
 */
public record OptionSpec(
        String name,
        Type type,
        String doc,
        Optional<Object> defaultValue,
        Range range,
        List<String> values,
        boolean isRequired) {
    /** Kinds of values. */
    public enum Type {
        /** A real number. */
        FLOAT("float", "number"),
        /** A whole number. */
        INT("int", "integer"),
        /** A text. */
        TEXT("text", "string"),
        /** True or false. */
        BOOLEAN("boolean", "boolean"),
        /** Texts by name. */
        MAPPING("mapping", "object");

        private final String word;
        private final String schemaType;

        Type(String word, String schemaType) {
            this.word = word;
            this.schemaType = schemaType;
        }

        /** The word for it in a catalogue: float, int, text, boolean, mapping. */
        public String word() {
            return word;
        }
    }

    /** An interval; an open end does not belong to it. NaN never does. */
    public record Range(double low, boolean lowOpen, double high, boolean highOpen) {
        /** All numbers. */
        public static final Range ALL = new Range(Double.NEGATIVE_INFINITY, true, Double.POSITIVE_INFINITY, true);

        /** From {@code low} on, {@code low} itself too. */
        public static Range atLeast(double low) {
            return new Range(low, false, Double.POSITIVE_INFINITY, true);
        }

        /** Above {@code low}. */
        public static Range above(double low) {
            return new Range(low, true, Double.POSITIVE_INFINITY, true);
        }

        /** Both ends belong to it. */
        public static Range closed(double low, double high) {
            return new Range(low, false, high, false);
        }

        /** {@code low} belongs to it, {@code high} does not. */
        public static Range halfOpen(double low, double high) {
            return new Range(low, false, high, true);
        }

        /** True if the number lies within. */
        public boolean contains(double value) {
            return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
        }

        @Override
        public String toString() {
            return (lowOpen ? "(" : "[") + shown(low) + ", " + shown(high) + (highOpen ? ")" : "]");
        }

        private static String shown(double bound) {
            return bound == Math.rint(bound) && Math.abs(bound) < 1e15 ? Long.toString((long) bound) : bound + "";
        }
    }

    /** Copies the values. */
    public OptionSpec {
        values = List.copyOf(values);
    }

    /** One that need not be given. */
    public OptionSpec(
            String name, Type type, String doc, Optional<Object> defaultValue, Range range, List<String> values) {
        this(name, type, doc, defaultValue, range, values, false);
    }

    /** A real number. */
    public static OptionSpec real(String name, String doc, double defaultValue, Range range) {
        return new OptionSpec(name, Type.FLOAT, doc, Optional.of(defaultValue), range, List.of());
    }

    /** A whole number. */
    public static OptionSpec whole(String name, String doc, long defaultValue, Range range) {
        return new OptionSpec(name, Type.INT, doc, Optional.of(defaultValue), range, List.of());
    }

    /** True or false. */
    public static OptionSpec truth(String name, String doc, boolean defaultValue) {
        return new OptionSpec(name, Type.BOOLEAN, doc, Optional.of(defaultValue), Range.ALL, List.of());
    }

    /** One of some texts. */
    public static OptionSpec choice(String name, String doc, String defaultValue, List<String> values) {
        return new OptionSpec(name, Type.TEXT, doc, Optional.of(defaultValue), Range.ALL, values);
    }

    /** Any text; without a default. */
    public static OptionSpec text(String name, String doc) {
        return new OptionSpec(name, Type.TEXT, doc, Optional.empty(), Range.ALL, List.of());
    }

    /** Any text, that must be given. */
    public static OptionSpec requiredText(String name, String doc) {
        return new OptionSpec(name, Type.TEXT, doc, Optional.empty(), Range.ALL, List.of(), true);
    }

    /** Any text. */
    public static OptionSpec text(String name, String doc, String defaultValue) {
        return new OptionSpec(name, Type.TEXT, doc, Optional.of(defaultValue), Range.ALL, List.of());
    }

    /** Texts by name; without a default. */
    public static OptionSpec mapping(String name, String doc) {
        return new OptionSpec(name, Type.MAPPING, doc, Optional.empty(), Range.ALL, List.of());
    }

    /** This option as a catalogue lists a parameter: {@code {name, type, doc, default, minimum…, values}}. */
    public Map<String, Object> toParameterTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", name);
        tree.put("type", type.word());
        tree.put("doc", doc);
        defaultValue.ifPresent(value -> tree.put("default", value));
        addBounds(tree);
        if (!values.isEmpty()) {
            tree.put("values", new ArrayList<Object>(values));
        }
        return tree;
    }

    /** This option as a property of JSON Schema 2020-12, with its {@code name} beside the schema's own keys. */
    public Map<String, Object> toSchemaTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", name);
        tree.put("type", type.schemaType);
        tree.put("description", doc);
        defaultValue.ifPresent(value -> tree.put("default", value));
        addBounds(tree);
        if (!values.isEmpty()) {
            tree.put("enum", new ArrayList<Object>(values));
        }
        if (isRequired) {
            tree.put("required", true);
        }
        return tree;
    }

    private void addBounds(Map<String, Object> tree) {
        if (Double.isFinite(range.low())) {
            tree.put(range.lowOpen() ? "exclusiveMinimum" : "minimum", bound(range.low()));
        }
        if (Double.isFinite(range.high())) {
            tree.put(range.highOpen() ? "exclusiveMaximum" : "maximum", bound(range.high()));
        }
    }

    private Object bound(double value) {
        return type == Type.INT ? (Object) (long) value : value;
    }
}
