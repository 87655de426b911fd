package dev.sluice.search.option;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One option of an algorithm, as data: schemas, error messages and documentation are made from it.
 *
 * @param name as it is written in a sweep file
 * @param kind what it takes
 * @param doc one sentence
 * @param defaultValue a Long, Double, Boolean or String as the kind has it; empty where leaving it out means something else, which the
 *     doc says
 */
public record OptionSpec(String name, Kind kind, String doc, Optional<Object> defaultValue) {
    public OptionSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(doc, "doc");
        defaultValue = defaultValue.map(value -> kind.read(name, value));
    }

    public static OptionSpec integer(String name, long min, long max, long defaultValue, String doc) {
        return new OptionSpec(name, new IntegerKind(min, max), doc, Optional.of(defaultValue));
    }

    public static OptionSpec integer(String name, long min, long max, String doc) {
        return new OptionSpec(name, new IntegerKind(min, max), doc, Optional.empty());
    }

    public static OptionSpec number(String name, double min, double max, double defaultValue, String doc) {
        return new OptionSpec(name, new NumberKind(min, max), doc, Optional.of(defaultValue));
    }

    public static OptionSpec number(String name, double min, double max, String doc) {
        return new OptionSpec(name, new NumberKind(min, max), doc, Optional.empty());
    }

    public static OptionSpec flag(String name, boolean defaultValue, String doc) {
        return new OptionSpec(name, new FlagKind(), doc, Optional.of(defaultValue));
    }

    public static OptionSpec choice(String name, List<String> choices, String defaultValue, String doc) {
        return new OptionSpec(name, new ChoiceKind(choices), doc, Optional.of(defaultValue));
    }

    /** What an option takes. */
    public sealed interface Kind {
        /**
         * The value as a Long, Double, Boolean or String.
         *
         * @throws OptionException if it is none, or outside the range
         */
        default Object read(String option, Object value) {
            switch (this) {
                case IntegerKind(long min, long max) -> {
                    if (value instanceof Number number
                            && number.doubleValue() == Math.rint(number.doubleValue())
                            && number.longValue() >= min
                            && number.longValue() <= max) {
                        return number.longValue();
                    }
                }
                case NumberKind(double min, double max) -> {
                    if (value instanceof Number number && number.doubleValue() >= min && number.doubleValue() <= max) {
                        return number.doubleValue();
                    }
                }
                case FlagKind() -> {
                    if (value instanceof Boolean) {
                        return value;
                    }
                }
                case ChoiceKind(var choices) -> {
                    if (value instanceof String text && choices.contains(text)) {
                        return value;
                    }
                }
            }
            throw new OptionException(
                    option,
                    "%s must be %s, was %s"
                            .formatted(option, describe(), value instanceof String text ? '"' + text + '"' : value));
        }

        /** In words, such as {@code a whole number in [1, 100]}. */
        default String describe() {
            return switch (this) {
                case IntegerKind(long min, long max) ->
                    max == Long.MAX_VALUE
                            ? "a whole number >= " + min
                            : "a whole number in [%d, %d]".formatted(min, max);
                case NumberKind(double min, double max) ->
                    max == Double.POSITIVE_INFINITY ? "a number >= " + min : "a number in [%s, %s]".formatted(min, max);
                case FlagKind() -> "true or false";
                case ChoiceKind(var choices) -> "one of " + String.join(", ", choices);
            };
        }
    }

    /** A whole number in [min, max]. */
    public record IntegerKind(long min, long max) implements Kind {}

    /** A number in [min, max]. */
    public record NumberKind(double min, double max) implements Kind {}

    /** True or false. */
    public record FlagKind() implements Kind {}

    /** One of these words. */
    public record ChoiceKind(List<String> choices) implements Kind {
        public ChoiceKind {
            choices = List.copyOf(choices);
        }
    }
}
