package dev.sluice.trainer.option;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Values of declared options, checked and with defaults filled in. Immutable. */
public final class Options {
    private final String where;
    private final Map<String, Object> values;

    private Options(String where, Map<String, Object> values) {
        this.where = where;
        this.values = values;
    }

    /**
     * Reads what was given against what is declared. Whole numbers may come as reals without a fraction.
     *
     * @param where what the options belong to, for messages, e.g. {@code task digits, model mlp}
     * @throws IllegalArgumentException naming the option, its value and what was meant: for an unknown name (with the
     *     nearest known one), a wrong type, a value out of its range
     */
    public static Options read(String where, List<OptionSpec> declared, Map<String, ?> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<String> names = declared.stream().map(OptionSpec::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(where + " has no \"" + name + "\"" + Suggestion.of(name, names)
                        + "; it has " + String.join(", ", names));
            }
        }
        for (OptionSpec option : declared) {
            Object value = given.get(option.name());
            if (value != null) {
                values.put(option.name(), checked(where, option, value));
            } else {
                option.defaultValue().ifPresent(byDefault -> values.put(option.name(), byDefault));
            }
        }
        return new Options(where, values);
    }

    /** The value of a real option. */
    public double real(String name) {
        return (double) required(name);
    }

    /** The value of a whole option that fits an int. */
    public int whole(String name) {
        return Math.toIntExact((long) required(name));
    }

    /** The value of a text option. */
    public String text(String name) {
        return (String) required(name);
    }

    /** The value of a true-or-false option. */
    public boolean truth(String name) {
        return (boolean) required(name);
    }

    /** The value of a text option; empty if it was not given and has no default. */
    public Optional<String> optionalText(String name) {
        return Optional.ofNullable((String) values.get(name));
    }

    /** The value of a mapping option; empty if it was not given. */
    @SuppressWarnings("unchecked") // checked when it was read
    public Map<String, String> mapping(String name) {
        return (Map<String, String>) values.getOrDefault(name, Map.of());
    }

    /** For values that are each allowed but make no sense together: what is wrong, with what they belong to before it. */
    public IllegalArgumentException wrong(String message) {
        return new IllegalArgumentException(where + ": " + message);
    }

    private Object required(String name) {
        @Nullable Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(where + " needs \"" + name + "\"");
        }
        return value;
    }

    private static Object checked(String where, OptionSpec option, Object value) {
        return switch (option.type()) {
            case FLOAT -> {
                if (!(value instanceof Number number)) {
                    throw wrong(where, option, "a number", value);
                }
                yield inRange(where, option, number.doubleValue());
            }
            case INT -> {
                if (!(value instanceof Number number)
                        || number.doubleValue() != Math.rint(number.doubleValue())
                        || Math.abs(number.doubleValue()) > Integer.MAX_VALUE) {
                    throw wrong(where, option, "a whole number", value);
                }
                inRange(where, option, number.doubleValue());
                yield number.longValue();
            }
            case TEXT -> {
                if (!(value instanceof String text)) {
                    throw wrong(where, option, "a text", value);
                }
                if (!option.values().isEmpty() && !option.values().contains(text)) {
                    throw new IllegalArgumentException(where + ": " + option.name() + " must be one of "
                            + String.join(", ", option.values()) + ", was \"" + text + "\""
                            + Suggestion.of(text, option.values()));
                }
                yield text;
            }
            case BOOLEAN -> {
                if (!(value instanceof Boolean)) {
                    throw wrong(where, option, "true or false", value);
                }
                yield value;
            }
            case MAPPING -> {
                if (!(value instanceof Map<?, ?> map) || !map.values().stream().allMatch(String.class::isInstance)) {
                    throw wrong(where, option, "texts by name", value);
                }
                yield Collections.unmodifiableMap(new LinkedHashMap<>(map));
            }
        };
    }

    private static double inRange(String where, OptionSpec option, double value) {
        if (!option.range().contains(value)) {
            throw new IllegalArgumentException(
                    where + ": " + option.name() + " must be in " + option.range() + ", was " + value);
        }
        return value;
    }

    private static IllegalArgumentException wrong(String where, OptionSpec option, String meant, Object value) {
        String shown = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
        return new IllegalArgumentException(where + ": " + option.name() + " must be " + meant + ", was " + shown);
    }

    /** The names of the options that have a value. */
    public List<String> names() {
        return new ArrayList<>(values.keySet());
    }
}
