package dev.sluice.bench.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What follows a command's name: {@code --name value} each, all of them known. */
record Arguments(Map<String, String> values) {
    /**
     * Reads them.
     *
     * @param known with their defaults; an empty one means that there is none
     * @throws IllegalArgumentException if one is unknown or has no value
     */
    static Arguments read(String[] arguments, Map<String, String> known) {
        var values = new LinkedHashMap<>(known);
        for (int i = 0; i < arguments.length; i += 2) {
            var name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
            if (!known.containsKey(name) || i + 1 == arguments.length) {
                throw new IllegalArgumentException("%s is not one of --%s, each with a value"
                        .formatted(arguments[i], String.join(", --", known.keySet())));
            }
            values.put(name, arguments[i + 1]);
        }
        return new Arguments(values);
    }

    String text(String name) {
        return values.getOrDefault(name, "");
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    /** {@code 3} or {@code 0-9}. */
    int[] range(String name) {
        var ends = List.of(text(name).split("-", 2));
        return IntStream.rangeClosed(Integer.parseInt(ends.getFirst()), Integer.parseInt(ends.getLast()))
                .toArray();
    }

    /** {@code a=1,b=text}: numbers and booleans as such. */
    static Map<String, Object> options(String text) {
        var options = new LinkedHashMap<String, Object>();
        for (String option : text.split(",", -1)) {
            if (!option.isEmpty()) {
                var parts = List.of(option.split("=", 2));
                options.put(parts.getFirst(), plain(parts.getLast()));
            }
        }
        return options;
    }

    private static Object plain(String text) {
        if (Set.of("true", "false").contains(text)) {
            return Boolean.valueOf(text);
        }
        if (text.matches("-?\\d+")) {
            return Long.valueOf(text);
        }
        return text.matches("-?[\\d.]+([eE]-?\\d+)?") ? (Object) Double.valueOf(text) : text;
    }

    /** Problems by name, {@code reporting}, {@code tuning}, {@code curves}, {@code all}, with {@code +} for both; several by commas. */
    static List<Problem> choose(List<Problem> problems, String text) {
        var chosen = new ArrayList<Problem>();
        for (String words : text.split(",", -1)) {
            var these = new ArrayList<>(problems);
            for (String word : words.split("\\+", -1)) {
                these.removeIf(problem -> !is(problem, word));
            }
            if (these.isEmpty()) {
                throw new IllegalArgumentException("%s is no problem; there are %s".formatted(words, problems));
            }
            chosen.addAll(these);
        }
        return chosen.stream().distinct().toList();
    }

    private static boolean is(Problem problem, String word) {
        return switch (word) {
            case "all" -> true;
            case "curves" -> problem.epochs() > 1;
            case "tuning", "reporting" -> problem.half().label().equals(word);
            default -> problem.name().equals(word);
        };
    }
}
