package dev.sluice.search.pruner;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as reasons show them: four significant digits, without trailing zeros. */
final class Figures {
    private static final MathContext DIGITS = new MathContext(4);
    private static final double[] POWERS = powers();

    private Figures() {}

    private static double[] powers() {
        var powers = new double[16];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = 10 * powers[i - 1];
        }
        return powers;
    }

    static String of(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double magnitude = Math.abs(value);
        var rounded = rounded(value, magnitude).stripTrailingZeros();
        return value == 0 || (magnitude >= 1e-6 && magnitude < 1e15) ? rounded.toPlainString() : rounded.toString();
    }

    /**
     * To four digits. By a long division only where floating point cannot tell which way: of a sweep with pruning each trial has such words, and
     * the division was most of what they cost.
     */
    private static BigDecimal rounded(double value, double magnitude) {
        int scale = magnitude >= 1e-6 && magnitude < 1e15 ? 3 - (int) Math.floor(Math.log10(magnitude)) : POWERS.length;
        if (Math.abs(scale) < POWERS.length) {
            double shifted = scale >= 0 ? magnitude * POWERS[scale] : magnitude / POWERS[-scale];
            double digits = Math.floor(shifted + 0.5);
            boolean isClear = Math.abs(shifted - digits) < 0.5 - 1e-6;
            if (isClear && digits >= 1_000 && digits <= 9_999) {
                return BigDecimal.valueOf(value < 0 ? -(long) digits : (long) digits, scale);
            }
        }
        return new BigDecimal(value).round(DIGITS);
    }
}
