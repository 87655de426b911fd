package dev.sluice.search.space;

import java.util.Objects;
import java.util.Optional;

/**
 * One named parameter of a search space.
 *
 * @param name letters, digits, {@code _ - . / :} and spaces inside, at most 200 characters
 * @param condition when it is active; always, where empty
 * @param defaultValue where a value is left out; the distribution holds it
 */
public record Parameter(
        String name, Distribution distribution, Optional<Condition> condition, Optional<ParameterValue> defaultValue) {
    /** The longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    public Parameter {
        Objects.requireNonNull(distribution, "distribution");
        Objects.requireNonNull(condition, "condition");
        checkName(name);
        if (defaultValue.isPresent()) {
            try {
                defaultValue = Optional.of(distribution.typed(defaultValue.get()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the default of %s %s".formatted(name, e.getMessage()), e);
            }
        }
    }

    /** A parameter that is always active and has no default. */
    public static Parameter of(String name, Distribution distribution) {
        return new Parameter(name, distribution, Optional.empty(), Optional.empty());
    }

    /** The same, active only under this condition. */
    public Parameter when(Condition condition) {
        return new Parameter(name, distribution, Optional.of(condition), defaultValue);
    }

    /** The same with a default, given as a number, string or boolean. */
    public Parameter withDefault(Object plain) {
        return new Parameter(name, distribution, condition, Optional.of(ParameterValue.of(plain)));
    }

    private static void checkName(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "a parameter's name must have 1 to %d characters, was %s".formatted(MAX_NAME_LENGTH, shown(name)));
        }
        if (name.charAt(0) == ' ' || name.charAt(name.length() - 1) == ' ') {
            throw new IllegalArgumentException(
                    "a parameter's name must not begin or end with a space, was '%s'".formatted(name));
        }
        name.codePoints()
                .filter(c -> !Character.isLetterOrDigit(c) && "_-./: ".indexOf(c) < 0)
                .findFirst()
                .ifPresent(c -> {
                    throw new IllegalArgumentException(
                            "a parameter's name may hold letters, digits, spaces and any of _ - . / : but '%s' has '%s'"
                                    .formatted(name, Character.toString(c)));
                });
    }

    private static String shown(String name) {
        return name.isEmpty() ? "empty" : "%s… (%d)".formatted(name.substring(0, 20), name.length());
    }
}
