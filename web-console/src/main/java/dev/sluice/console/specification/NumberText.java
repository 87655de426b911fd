package dev.sluice.console.specification;

import dev.sluice.search.space.ParameterValue;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers as a trial's command line shows them: the shortest decimal digits that read back as the same double, plain
 * ({@code 0.0001}) for magnitudes in [1e-6, 1e15], else with an exponent of at least two digits as Python prints it
 * ({@code 1e-07}, {@code 1e+16}). A whole double keeps its {@code .0}.
 *
 * <p>Stateless.
 */
public final class NumberText {
    private static final double SMALLEST_PLAIN = 1e-6;
    private static final double LARGEST_PLAIN = 1e15;

    private NumberText() {}

    /**
     * A value as an argument: numbers as above, whole numbers as digits, booleans {@code true} and {@code false}, text as
     * it is.
     */
    public static String of(ParameterValue value) {
        Object plain = value.plain();
        return plain instanceof Double number ? of(number.doubleValue()) : plain.toString();
    }

    /** A double; {@code NaN}, {@code Infinity} and {@code -Infinity} by these names. */
    public static String of(double number) {
        double magnitude = Math.abs(number);
        if (!Double.isFinite(number) || magnitude == 0) {
            return Double.toString(number);
        }
        // Since JDK 19 Double.toString gives the shortest digits (Raffaello Giulietti, "The Schubfach way to render
        // doubles", 2020); here only their arrangement changes.
        BigDecimal digits = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        if (digits.precision() == 2) {
            // Double.toString shows two digits at least: 4.9E-324, where 5e-324 would do.
            BigDecimal single = digits.round(new MathContext(1));
            digits = single.doubleValue() == number ? single : digits;
        }
        if (magnitude >= SMALLEST_PLAIN && magnitude <= LARGEST_PLAIN) {
            String plain = digits.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String unscaled = digits.unscaledValue().abs().toString();
        int exponent = unscaled.length() - 1 - digits.scale();
        StringBuilder text = new StringBuilder(number < 0 ? "-" : "").append(unscaled.charAt(0));
        if (unscaled.length() > 1) {
            text.append('.').append(unscaled, 1, unscaled.length());
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        int size = Math.abs(exponent);
        return text.append(size < 10 ? "0" : "").append(size).toString();
    }
}
