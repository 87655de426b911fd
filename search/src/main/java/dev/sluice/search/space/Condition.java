package dev.sluice.search.space;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * When a parameter is active: its parent is active, and the parent's value satisfies the predicate.
 *
 * @param parent the name of another parameter of the same space
 */
public record Condition(String parent, Predicate predicate) {
    public Condition {
        Objects.requireNonNull(parent, "parent");
        Objects.requireNonNull(predicate, "predicate");
    }

    /** Active when the parent has one of these values, given as numbers, strings or booleans. */
    public static Condition oneOf(String parent, Object... values) {
        return new Condition(
                parent,
                new OneOf(
                        java.util.Arrays.stream(values).map(ParameterValue::of).toList()));
    }

    /** Active when the parent's number is at least this. */
    public static Condition atLeast(String parent, double min) {
        return new Condition(parent, new Between(OptionalDouble.of(min), OptionalDouble.empty()));
    }

    /** Active when the parent's number is at most this. */
    public static Condition atMost(String parent, double max) {
        return new Condition(parent, new Between(OptionalDouble.empty(), OptionalDouble.of(max)));
    }

    /** Active when the parent's number is in [min, max]. */
    public static Condition between(String parent, double min, double max) {
        return new Condition(parent, new Between(OptionalDouble.of(min), OptionalDouble.of(max)));
    }

    /** Whether the parent's value satisfies the predicate. */
    public boolean holds(ParameterValue parentValue) {
        return switch (predicate) {
            case OneOf(var values) -> values.stream().anyMatch(value -> value.means(parentValue));
            case Between(var min, var max) ->
                parentValue.isNumber()
                        && (min.isEmpty() || parentValue.asDouble() >= min.getAsDouble())
                        && (max.isEmpty() || parentValue.asDouble() <= max.getAsDouble());
        };
    }

    /** In words, such as {@code optimizer is "sgd"}. */
    public String describe() {
        return switch (predicate) {
            case OneOf(var values) ->
                parent + " is " + values.stream().map(ParameterValue::toString).collect(Collectors.joining(" or "));
            case Between(var min, var max) -> {
                if (max.isEmpty()) {
                    yield "%s >= %s".formatted(parent, min.getAsDouble());
                }
                yield min.isEmpty()
                        ? "%s <= %s".formatted(parent, max.getAsDouble())
                        : "%s is in [%s, %s]".formatted(parent, min.getAsDouble(), max.getAsDouble());
            }
        };
    }

    /** What is asked of the parent's value. */
    public sealed interface Predicate {}

    /** One of these values, numbers by their value. At least one. */
    public record OneOf(List<ParameterValue> values) implements Predicate {
        public OneOf {
            values = List.copyOf(values);
            if (values.isEmpty()) {
                throw new IllegalArgumentException("a condition needs at least one value, was []");
            }
        }
    }

    /** A number in [min, max]; a bound left out is none. At least one bound. */
    public record Between(OptionalDouble min, OptionalDouble max) implements Predicate {
        public Between {
            if (min.isEmpty() && max.isEmpty()) {
                throw new IllegalArgumentException("a condition needs a min or a max, had neither");
            }
            if (Double.isNaN(min.orElse(0)) || Double.isNaN(max.orElse(0))) {
                throw new IllegalArgumentException("a condition's min and max must be numbers, was NaN");
            }
            if (min.isPresent() && max.isPresent() && min.getAsDouble() > max.getAsDouble()) {
                throw new IllegalArgumentException("a condition's min must be <= its max, was [%s, %s]"
                        .formatted(min.getAsDouble(), max.getAsDouble()));
            }
        }
    }
}
