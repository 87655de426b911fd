package dev.sluice.search.option;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The options of one algorithm, checked against their specification and filled with its defaults. Immutable. */
public final class Options {
    private final AlgorithmSpec algorithm;
    private final Map<String, Object> values;

    private Options(AlgorithmSpec algorithm, Map<String, Object> values) {
        this.algorithm = algorithm;
        this.values = values;
    }

    /**
     * Reads options as a sweep file has them: Numbers, Booleans and Strings by name.
     *
     * @throws OptionException at the first one that is unknown, of the wrong kind or out of range
     */
    public static Options read(AlgorithmSpec algorithm, Map<String, ?> given) {
        var values = new LinkedHashMap<String, Object>();
        given.forEach((name, value) -> {
            var spec = algorithm.options().stream()
                    .filter(option -> option.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new OptionException(name, unknown(algorithm, name)));
            values.put(name, spec.kind().read(name, value));
        });
        for (OptionSpec spec : algorithm.options()) {
            spec.defaultValue().ifPresent(value -> values.putIfAbsent(spec.name(), value));
        }
        return new Options(algorithm, Map.copyOf(values));
    }

    private static String unknown(AlgorithmSpec algorithm, String name) {
        var known = algorithm.options().stream().map(OptionSpec::name).collect(Collectors.joining(", "));
        return known.isEmpty()
                ? "%s is no option of %s, which has none".formatted(name, algorithm.name())
                : "%s is no option of %s; there are %s".formatted(name, algorithm.name(), known);
    }

    /** Whether it was given or has a default. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A whole number that fits an int. */
    public int integer(String name) {
        return Math.toIntExact(longInteger(name));
    }

    /** A whole number. */
    public long longInteger(String name) {
        return (Long) get(name);
    }

    public double number(String name) {
        return (Double) get(name);
    }

    public boolean flag(String name) {
        return (Boolean) get(name);
    }

    public String choice(String name) {
        return (String) get(name);
    }

    private Object get(String name) {
        return Optional.ofNullable(values.get(name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "option %s of %s has neither a value nor a default".formatted(name, algorithm.name())));
    }
}
