package dev.sluice.search.space;

/** The value of one parameter: a number with or without a fraction, a text or a boolean. Immutable. */
public sealed interface ParameterValue permits FloatValue, IntValue, TextValue, BooleanValue {
    /** As a Double, Long, String or Boolean. */
    Object plain();

    /** Whether it is a number, so that {@link #asDouble} answers. */
    default boolean isNumber() {
        return this instanceof FloatValue || this instanceof IntValue;
    }

    /**
     * The number.
     *
     * @throws UnsupportedOperationException if it is a text or a boolean
     */
    default double asDouble() {
        return switch (this) {
            case FloatValue number -> number.value();
            case IntValue number -> number.value();
            case TextValue text -> throw new UnsupportedOperationException("the text " + text + " is no number");
            case BooleanValue truth ->
                throw new UnsupportedOperationException("the boolean " + truth + " is no number");
        };
    }

    /** Whether it means the same: numbers by their value ({@code 1} and {@code 1.0}), all else by equality. */
    default boolean means(ParameterValue other) {
        return (isNumber() && other.isNumber()) ? asDouble() == other.asDouble() : equals(other);
    }

    /**
     * The value of a plain object: whole numbers (Byte, Short, Integer, Long) become ints, other numbers floats.
     *
     * @throws IllegalArgumentException if it is none of Number, String, Boolean and ParameterValue, or outside what these hold
     */
    static ParameterValue of(Object plain) {
        return switch (plain) {
            case ParameterValue value -> value;
            case Byte number -> new IntValue(number);
            case Short number -> new IntValue(number);
            case Integer number -> new IntValue(number);
            case Long number -> new IntValue(number);
            case Number number -> new FloatValue(number.doubleValue());
            case String text -> new TextValue(text);
            case Boolean truth -> new BooleanValue(truth);
            default ->
                throw new IllegalArgumentException("a parameter's value is a number, a text or a boolean, was %s (%s)"
                        .formatted(plain, plain.getClass().getSimpleName()));
        };
    }
}
