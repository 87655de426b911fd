package dev.sluice.search.pruner;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as reasons show them: four significant digits, without trailing zeros. */
final class Figures {
    private static final MathContext DIGITS = new MathContext(4);

    private Figures() {}

    static String of(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        var rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        double magnitude = Math.abs(value);
        return value == 0 || (magnitude >= 1e-6 && magnitude < 1e15) ? rounded.toPlainString() : rounded.toString();
    }
}
