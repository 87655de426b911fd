package dev.sluice.console.problem;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who calls, as they say themselves: for the audit log, never for what they may. Stateless. */
public final class Caller {
    /** The header in which clients name the person they act for. */
    public static final String HEADER = "Sluice-User";

    private static final int LONGEST = 100;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private Caller() {}

    public static String of(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return "unknown";
        }
        var name = CONTROL.matcher(header).replaceAll(" ").strip();
        return name.length() > LONGEST ? name.substring(0, LONGEST) : name;
    }
}
