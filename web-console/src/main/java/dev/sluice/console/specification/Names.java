package dev.sluice.console.specification;

import java.util.Optional;

/** What parameters, metrics and registered models may be called. Stateless. */
final class Names {
    /** The longest name, in characters. */
    static final int LONGEST = 200;

    private Names() {}

    /**
     * What is wrong with a parameter's or metric's name, or empty. Letters, digits, {@code _ - . / :} and spaces inside.
     * MLflow keeps names as paths, so that no part between slashes may be empty, {@code .} or {@code ..}.
     */
    static Optional<String> complaint(String name) {
        if (name.isBlank()) {
            return Optional.of("must not be empty");
        }
        if (name.length() > LONGEST) {
            return Optional.of("must be at most " + LONGEST + " characters long, has " + name.length());
        }
        Optional<Integer> odd = name.codePoints()
                .filter(character -> !Character.isLetterOrDigit(character) && "_-./: ".indexOf(character) < 0)
                .boxed()
                .findFirst();
        if (odd.isPresent()) {
            return Optional.of("may hold letters, digits, '_', '-', '.', '/', ':' and spaces inside, not "
                    + Words.quoted(Character.toString(odd.get())));
        }
        if (name.startsWith(" ") || name.endsWith(" ")) {
            return Optional.of("must not begin or end with a space");
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.of(
                        "must not have an empty part, '.' or '..' between its slashes: MLflow keeps it as a path");
            }
        }
        return Optional.empty();
    }
}
