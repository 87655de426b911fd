package dev.sluice.search.expression;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An expression over named values, such as {@code hidden <= 4 * batch_size and optimizer == "adam"}.
 *
 * <p>From loosest to tightest: {@code or}, {@code and}, {@code not}, one comparison ({@code == != < <= > >=}; they do not
 * chain), {@code + -}, {@code * / %}, sign; then numbers, strings in single or double quotes (without escapes),
 * {@code true}, {@code false}, names, names in backquotes, parentheses and {@code min max abs log}. All numbers are doubles;
 * division by zero gives an infinity or NaN, and every comparison with NaN but {@code !=} is false. {@code %} has the sign of
 * its divisor, {@code log} is the natural logarithm. Only numbers have an order; values of different kinds are not compared.
 *
 * <p>At most {@value #MAX_LENGTH} characters and {@value #MAX_DEPTH} levels. Immutable and thread-safe. Equal if the text is.
 */
public final class Expression {
    /** The longest text that is read, in characters. */
    public static final int MAX_LENGTH = 4096;

    /** The deepest nesting, and the longest chain of operators of one kind. */
    public static final int MAX_DEPTH = 200;

    /** What a value can be. */
    public enum Kind {
        NUMBER("a number"),
        TEXT("a string"),
        BOOLEAN("a boolean");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        String shown() {
            return shown;
        }
    }

    private final String text;
    private final Node root;
    private final Set<String> names;

    private Expression(String text, Node root, Set<String> names) {
        this.text = text;
        this.root = root;
        this.names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
    }

    /**
     * Reads an expression.
     *
     * @throws ExpressionException if it is not one, with what was found, what was meant and where
     */
    public static Expression parse(String text) {
        Objects.requireNonNull(text, "text");
        if (text.length() > MAX_LENGTH) {
            throw new ExpressionException(
                    MAX_LENGTH,
                    "the expression has %d characters; at most %d are read".formatted(text.length(), MAX_LENGTH));
        }
        var parser = new Parser(Lexer.tokens(text));
        Node root = parser.parse();
        return new Expression(text, root, parser.names());
    }

    /** The names it reads, in order of first appearance. */
    public Set<String> names() {
        return names;
    }

    /** As it was written. */
    public String text() {
        return text;
    }

    /**
     * Checks that it makes sense where names have these kinds, and gives the kind of its result.
     *
     * @throws ExpressionException if a name is not among them, or an operator meets a kind that it does not take
     */
    public Kind check(Map<String, Kind> kinds) {
        return root.kind(kinds);
    }

    /**
     * The value for these values (Number, String or Boolean) of its names.
     *
     * @return a Double, Boolean or String
     * @throws ExpressionException if a name that is needed is absent, or an operator meets a kind that it does not take
     */
    public Object evaluate(Map<String, ?> values) {
        return root.evaluate(values);
    }

    /**
     * Whether it holds; empty when any name that it reads is absent from the values (an inactive parameter).
     *
     * @throws ExpressionException if an operator meets a kind that it does not take, or the result is no boolean
     */
    public Optional<Boolean> test(Map<String, ?> values) {
        for (String name : names) {
            if (!values.containsKey(name)) {
                return Optional.empty();
            }
        }
        if (root.evaluate(values) instanceof Boolean truth) {
            return Optional.of(truth);
        }
        throw new ExpressionException(0, "'%s' is no condition: it has no truth value".formatted(text));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expression that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
