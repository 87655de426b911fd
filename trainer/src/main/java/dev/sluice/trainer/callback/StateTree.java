package dev.sluice.trainer.callback;

import org.jspecify.annotations.Nullable;

/** Numbers in a callback's saved state: read back exactly, infinities too. */
final class StateTree {
    private StateTree() {}

    static Object ofDouble(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }

    static double toDouble(@Nullable Object saved) {
        if (saved instanceof Number number) {
            return number.doubleValue();
        }
        if (saved instanceof String text) {
            return Double.parseDouble(text);
        }
        throw new IllegalArgumentException("a number was expected in the saved state, was " + saved);
    }

    static long toLong(@Nullable Object saved) {
        if (saved instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("a whole number was expected in the saved state, was " + saved);
    }
}
