package dev.sluice.search.expression;

/** Says what is wrong with an expression, and where in its text. */
public final class ExpressionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int position;

    ExpressionException(int position, String message) {
        super("%s (at character %d)".formatted(message, position + 1));
        this.position = position;
    }

    /** Index of the offending character in the expression's text, from 0; the text's length where the end came too early. */
    public int position() {
        return position;
    }
}
