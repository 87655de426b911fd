package dev.sluice.console.specification;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One argument of a command with its placeholders: {@code --lr=${params.lr}}. <code>$${</code> stands for <code>${</code> itself.
 *
 * @param parts what it is made of, in order
 */
record Template(List<Part> parts) {
    private static final String PARAMETER_PREFIX = "params.";

    /** A piece of an argument. */
    sealed interface Part {}

    /** Text as it is. */
    record Literal(String text) implements Part {}

    /** The value of a parameter. */
    record ParameterReference(String name) implements Part {}

    /** Something known about the trial. */
    record FactReference(Fact fact) implements Part {}

    /** What can be known about a trial, beside its parameters. */
    enum Fact {
        TRIAL_DIR("trial.dir"),
        TRIAL_NUMBER("trial.number"),
        TRIAL_SEED("trial.seed"),
        CHECKPOINT_PATH("checkpoint.path");

        private final String word;

        Fact(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        static Optional<Fact> of(String word) {
            for (Fact fact : values()) {
                if (fact.word.equals(word)) {
                    return Optional.of(fact);
                }
            }
            return Optional.empty();
        }
    }

    Template {
        parts = List.copyOf(parts);
    }

    /**
     * Reads an argument.
     *
     * @throws IllegalArgumentException for a placeholder without end or of no known kind, with a sentence about it
     */
    static Template parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int index = 0;
        while (index < text.length()) {
            if (text.startsWith("$${", index)) {
                literal.append("${");
                index += 3;
            } else if (text.startsWith("${", index)) {
                int end = text.indexOf('}', index);
                if (end < 0) {
                    throw new IllegalArgumentException("the placeholder in " + Words.quoted(text)
                            + " has no closing '}'; write $${ for the two characters themselves");
                }
                if (!literal.isEmpty()) {
                    parts.add(new Literal(literal.toString()));
                    literal.setLength(0);
                }
                parts.add(reference(text.substring(index + 2, end)));
                index = end + 1;
            } else {
                literal.append(text.charAt(index++));
            }
        }
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
        }
        return new Template(parts);
    }

    private static Part reference(String word) {
        if (word.startsWith(PARAMETER_PREFIX)) {
            return new ParameterReference(word.substring(PARAMETER_PREFIX.length()));
        }
        Optional<Fact> fact = Fact.of(word);
        if (fact.isPresent()) {
            return new FactReference(fact.get());
        }
        throw new IllegalArgumentException(Words.quoted("${" + word + "}")
                + " is no placeholder; there are ${params.NAME}, ${trial.dir}, ${trial.number}, ${trial.seed} and, in"
                + " 'resume', ${checkpoint.path}; no shell reads the command, so variables are not replaced; write $${ for"
                + " the two characters themselves");
    }

    /** True without any placeholder. */
    boolean isLiteral() {
        return parts.stream().allMatch(Literal.class::isInstance);
    }

    /** The names of the parameters it shows. */
    List<String> parameterNames() {
        List<String> names = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof ParameterReference reference) {
                names.add(reference.name());
            }
        }
        return names;
    }

    boolean shows(Fact fact) {
        return parts.stream().anyMatch(part -> part instanceof FactReference reference && reference.fact() == fact);
    }
}
