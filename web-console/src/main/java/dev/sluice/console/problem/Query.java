package dev.sluice.console.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads query parameters, naming the parameter, the value and what was meant when one is wrong. */
public final class Query {
    public static final int LIMIT = 500;
    private static final int DEFAULT_LIMIT = 100;

    private Query() {}

    public static int limit(@Nullable String text) {
        return whole("limit", text, 1, LIMIT, DEFAULT_LIMIT);
    }

    public static int whole(String name, @Nullable String text, int low, int high, int otherwise) {
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(name, text, "a whole number in [%d, %d]".formatted(low, high));
    }

    /** A place in a file; it must be given. */
    public static long offset(String name, @Nullable String text) {
        try {
            long value = text == null ? -1 : Long.parseLong(text.strip());
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(name, text == null ? "" : text, "an offset, a whole number >= 0");
    }

    /** `true` or `false`, nothing else: what was meant by another word might be the opposite. */
    public static boolean flag(String name, @Nullable String text, boolean otherwise) {
        return switch (text == null || text.isBlank() ? "" : text.strip()) {
            case "" -> otherwise;
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, String.valueOf(text), "true or false");
        };
    }

    public static long revision(String name, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return 0;
        }
        try {
            return Long.parseLong(text.strip().replace("\"", ""));
        } catch (NumberFormatException e) {
            throw wrong(name, text, "a revision, a whole number");
        }
    }

    public static Optional<UUID> id(String name, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(text.strip()));
        } catch (IllegalArgumentException e) {
            throw wrong(name, text, "an id (a UUID)");
        }
    }

    public static <E extends Enum<E>> Optional<E> state(Class<E> type, @Nullable String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Enum.valueOf(type, text.strip().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw wrong("state", text, "one of " + Arrays.toString(type.getEnumConstants()));
        }
    }

    private static ProblemException wrong(String name, String value, String meant) {
        return new Problem.Malformed("The query parameter `%s` must be %s, was \"%s\".".formatted(name, meant, value))
                .exception();
    }
}
