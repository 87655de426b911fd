package dev.sluice.search.expression;

import java.util.ArrayList;
import java.util.List;

/** Cuts the text of an expression into tokens. */
final class Lexer {
    private final String text;
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        var lexer = new Lexer(text);
        var tokens = new ArrayList<Token>();
        Token token;
        do {
            token = lexer.next();
            tokens.add(token);
        } while (token.kind() != Token.Kind.END);
        return tokens;
    }

    private Token next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return new Token(Token.Kind.END, "", at);
        }
        char c = text.charAt(at);
        if (isDigit(c) || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            return number();
        }
        if (c == '_' || Character.isLetter(c)) {
            return word();
        }
        return switch (c) {
            case '"', '\'' -> quoted(c, Token.Kind.STRING, "string");
            case '`' -> quoted(c, Token.Kind.QUOTED_NAME, "name in backquotes");
            default -> symbol(c);
        };
    }

    private Token number() {
        int start = at;
        digits();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = at;
            digits();
            if (exponent == at) {
                throw new ExpressionException(
                        start, "'%s' is no number: digits are missing after e".formatted(text.substring(start, at)));
            }
        }
        if (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_' || text.charAt(at) == '.')) {
            throw new ExpressionException(
                    start,
                    "'%s' is neither a number nor a name; a name that does not begin with a letter is written in backquotes"
                            .formatted(text.substring(start, at + 1)));
        }
        return new Token(Token.Kind.NUMBER, text.substring(start, at), start);
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private Token word() {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        return new Token(Token.Kind.WORD, text.substring(start, at), start);
    }

    private Token quoted(char quote, Token.Kind kind, String what) {
        int start = at;
        int end = text.indexOf(quote, start + 1);
        if (end < 0) {
            throw new ExpressionException(start, "the %s that begins here has no closing %s".formatted(what, quote));
        }
        if (kind == Token.Kind.QUOTED_NAME && end == start + 1) {
            throw new ExpressionException(start, "the name in backquotes is empty");
        }
        at = end + 1;
        return new Token(kind, text.substring(start + 1, end), start);
    }

    private Token symbol(char c) {
        int start = at;
        String two = text.substring(start, Math.min(start + 2, text.length()));
        int length = switch (two) {
            case "==", "!=", "<=", ">=" -> 2;
            case "&&" -> throw new ExpressionException(start, "'&&' is written 'and'");
            case "||" -> throw new ExpressionException(start, "'||' is written 'or'");
            case "**" -> throw new ExpressionException(start, "there is no power operator '**'");
            default ->
                switch (c) {
                    case '+', '-', '*', '/', '%', '<', '>', '(', ')', ',' -> 1;
                    case '=' -> throw new ExpressionException(start, "equality is written '==', not '='");
                    case '!' -> throw new ExpressionException(start, "'!' is written 'not'");
                    case '.' ->
                        throw new ExpressionException(
                                start, "'.' is not understood here; a name with a dot in it is written in backquotes");
                    default ->
                        throw new ExpressionException(
                                start, "'%s' is not understood".formatted(Character.toString(text.codePointAt(start))));
                };
        };
        at += length;
        return new Token(Token.Kind.SYMBOL, text.substring(start, at), start);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
