package dev.sluice.console.launch;

import java.util.Locale;

/** Amounts of memory as a person reads them: one digit behind the point, in binary units. */
final class SizeWords {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private SizeWords() {}

    static String of(long sizeBytes) {
        double size = sizeBytes;
        int unit = 0;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        String text = String.format(Locale.ROOT, "%.1f", size);
        return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + " " + UNITS[unit];
    }
}
