package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** How figures read in tables: short, for people. Programs take {@code -o json}, which carries every digit. */
final class Figures {
    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private Figures() {}

    /** A JSON value in a table's cell: floats with four significant digits, {@code -} for what is missing. */
    static String of(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        if (value.isFloatingPointNumber()) {
            return of(value.doubleValue());
        }
        return value.isContainerNode() ? value.toString() : value.asText();
    }

    /** Four significant digits; {@code 1e-05} style below 1e-4 and from 1e7. */
    static String of(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        if (size != 0 && (size < 1e-4 || size >= 1e7)) {
            return String.format(Locale.ROOT, "%.3e", value).replaceFirst("\\.?0+e", "e");
        }
        BigDecimal rounded = new BigDecimal(value).round(FOUR_DIGITS);
        String plain = rounded.stripTrailingZeros().toPlainString();
        return plain.contains(".") || size >= 1000 ? plain : plain + ".0";
    }

    /** {@code 42 s}, {@code 3 min 05 s} or {@code 1 h 04 min}. */
    static String of(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return "%d min %02d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d h %02d min".formatted(seconds / 3600, seconds / 60 % 60);
    }

    /** A time of the service as an age ({@code 3 min 05 s ago}), or as it came where it is no time. */
    static String age(JsonNode time, Instant now) {
        try {
            return of(Duration.between(Instant.parse(time.asText("")), now)) + " ago";
        } catch (DateTimeParseException absent) {
            return of(time);
        }
    }
}
