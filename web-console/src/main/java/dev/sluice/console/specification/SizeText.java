package dev.sluice.console.specification;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as a sweep file writes them: {@code 2GiB}, {@code 512MiB}, {@code 1.5GB}, {@code 1024B}. Stateless. */
public final class SizeText {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?) ?([KMGT]i?B|B)");
    private static final Map<String, Long> UNITS = Map.of(
            "B", 1L,
            "KB", 1_000L,
            "MB", 1_000_000L,
            "GB", 1_000_000_000L,
            "TB", 1_000_000_000_000L,
            "KiB", 1L << 10,
            "MiB", 1L << 20,
            "GiB", 1L << 30,
            "TiB", 1L << 40);

    private SizeText() {}

    /** Bytes, rounded up to a whole one; empty where the text is no size or is beyond 2^53 bytes. */
    public static OptionalLong parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long unit = UNITS.getOrDefault(matcher.group(2), 1L);
        BigDecimal bytes = new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(unit))
                .setScale(0, RoundingMode.CEILING);
        return bytes.compareTo(BigDecimal.valueOf(1L << 53)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(bytes.longValueExact());
    }

    /** The same number of bytes in the largest binary unit that divides it. */
    public static String of(long sizeBytes) {
        for (String unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
            long factor = UNITS.getOrDefault(unit, 1L);
            if (sizeBytes > 0 && sizeBytes % factor == 0) {
                return sizeBytes / factor + unit;
            }
        }
        return sizeBytes + "B";
    }
}
