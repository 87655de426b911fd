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

    /** TOKEN and PASS are taken as words: TOKENIZERS_PARALLELISM and COMPASS_URL are none. PWD alone is a folder. */
    private static final Pattern SECRET_NAME = Pattern.compile(
            "PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|(PRIVATE|API|ACCESS|SIGNING|ENCRYPTION)_?KEY|AUTH_?TOKEN"
                    + "|(^|_)(TOKENS?|PASS)(_|$)|_PWD$|(^|_)PAT$",
            Pattern.CASE_INSENSITIVE);

    /** Names that say where a secret lies; a file's name is none. */
    private static final Pattern PLACE_NAME = Pattern.compile("_(FILE|PATH|DIR|DIRECTORY)$", Pattern.CASE_INSENSITIVE);

    /** Switches and limits, such as ALLOW_EMPTY_PASSWORD=false and MAX_TOKENS=16384. */
    private static final Pattern SETTING = Pattern.compile("true|false", Pattern.CASE_INSENSITIVE);

    private static final Pattern COUNT_NAME = Pattern.compile("TOKENS(_|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern COUNT = Pattern.compile("\\d+");

    private static final Pattern ADDRESS = Pattern.compile("(://[^/@\\s:]*:)[^/\\s\"]+@");
    private static final Pattern PASSWORD = Pattern.compile("://[^/@\\s:]*:([^/\\s\"]+)@");

    /** A token in the place of a user, as in git's addresses; users' names are shorter. */
    private static final Pattern USER_TOKEN = Pattern.compile("://[^/@\\s:]{20,}@");

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
        environment.forEach((name, raw) -> {
            String value = raw.strip(); // a file's last line break may have come along
            if (SECRET_NAME.matcher(name).find() && !isInnocent(name, value)) {
                values.add(value);
            }
            PASSWORD.matcher(value).results().forEach(found -> values.add(found.group(1)));
        });
        values.removeIf(value -> value.length() < SHORTEST);
        values.sort(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        return new Secrets(values.stream().distinct().toList());
    }

    /** The text with each secret replaced by {@value #INSTEAD}. */
    public String clean(String text) {
        String cleaned = text;
        for (String value : values) {
            cleaned = cleaned.replace(value, INSTEAD);
        }
        if (!cleaned.contains("://")) {
            return cleaned;
        }
        cleaned = ADDRESS.matcher(cleaned).replaceAll("$1" + INSTEAD + "@");
        return USER_TOKEN.matcher(cleaned).replaceAll("://" + INSTEAD + "@");
    }

    private static boolean isInnocent(String name, String value) {
        return PLACE_NAME.matcher(name).find()
                || SETTING.matcher(value).matches()
                || (COUNT_NAME.matcher(name).find() && COUNT.matcher(value).matches());
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
