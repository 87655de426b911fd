package dev.sluice.trainer.callback;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What must not get into a log, a tag or a file: the values of environment variables whose names say that they are
 * secrets, and passwords in addresses. Immutable and thread-safe.
 */
public final class Secrets {
    private static final int SHORTEST = 5; // shorter values turn up in innocent texts
    private static final String INSTEAD = "***";

    /** TOKEN is taken as a word, since TOKENIZERS_PARALLELISM is none. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "PASSWORD|PASSWD|SECRET|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|(^|_)TOKENS?(_|$)",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern ADDRESS = Pattern.compile("(://[^/@\\s:]*:)[^/@\\s]+@");
    private static final Pattern PASSWORD = Pattern.compile("://[^/@\\s:]*:([^/@\\s]+)@");

    private final List<String> values;

    private Secrets(List<String> values) {
        this.values = List.copyOf(values);
    }

    /** Nothing but passwords in addresses. */
    public static Secrets none() {
        return new Secrets(List.of());
    }

    /** The secrets of an environment. */
    public static Secrets of(Map<String, String> environment) {
        List<String> values = new ArrayList<>();
        environment.forEach((name, value) -> {
            if (SECRET_NAME.matcher(name).find()) {
                values.add(value);
            }
            PASSWORD.matcher(value).results().forEach(found -> values.add(found.group(1)));
        });
        values.removeIf(value -> value.isBlank() || value.length() < SHORTEST);
        values.sort(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        return new Secrets(values.stream().distinct().toList());
    }

    /** The text with each secret replaced by {@value #INSTEAD}. */
    public String clean(String text) {
        String cleaned = text;
        for (String value : values) {
            cleaned = cleaned.replace(value, INSTEAD);
        }
        return cleaned.contains("://") ? ADDRESS.matcher(cleaned).replaceAll("$1" + INSTEAD + "@") : cleaned;
    }

    /** The texts of a JSON tree cleaned, its keys too. */
    public Object cleanTree(Object tree) {
        return switch (tree) {
            case String text -> clean(text);
            case Map<?, ?> map -> {
                Map<String, Object> cleaned = new LinkedHashMap<>();
                map.forEach((name, value) -> cleaned.put(clean(String.valueOf(name)), cleanTree(value)));
                yield cleaned;
            }
            case List<?> list -> list.stream().map(this::cleanTree).toList();
            default -> tree;
        };
    }
}
