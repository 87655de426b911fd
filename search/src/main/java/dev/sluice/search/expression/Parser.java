package dev.sluice.search.expression;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recursive-descent parser, one method a level of precedence, the loosest first: {@code or}, {@code and}, {@code not},
 * comparisons, {@code + -}, {@code * / %}, sign, operand.
 */
final class Parser {
    private final List<Token> tokens;
    private final Set<String> names = new LinkedHashSet<>();
    private final IdentityHashMap<Node, Integer> heights = new IdentityHashMap<>();
    private int at;
    private int depth;

    Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    Node parse() {
        if (peek().kind() == Token.Kind.END) {
            throw new ExpressionException(0, "the expression is empty");
        }
        Node node = or();
        Token rest = peek();
        if (rest.kind() != Token.Kind.END) {
            String hint = rest.isSymbol(")") ? "; this parenthesis was never opened" : "";
            throw new ExpressionException(
                    rest.position(),
                    "%s is not expected here, where the expression could end%s".formatted(rest.shown(), hint));
        }
        return node;
    }

    Set<String> names() {
        return names;
    }

    private Node or() {
        Node left = and();
        while (peek().isWord("or")) {
            Token operator = take();
            Node right = and();
            left = built(new Node.Logic(false, left, right, operator.position()), left, right);
        }
        return left;
    }

    private Node and() {
        Node left = not();
        while (peek().isWord("and")) {
            Token operator = take();
            Node right = not();
            left = built(new Node.Logic(true, left, right, operator.position()), left, right);
        }
        return left;
    }

    private Node not() {
        if (peek().isWord("not")) {
            Token operator = take();
            deepen(operator);
            Node operand = not();
            depth--;
            return built(new Node.Not(operand, operator.position()), operand);
        }
        return comparison();
    }

    private Node comparison() {
        Node left = sum();
        var operator = comparisonOperator(peek());
        if (operator == null) {
            return left;
        }
        Token token = take();
        Node right = sum();
        if (comparisonOperator(peek()) != null) {
            throw new ExpressionException(
                    peek().position(), "comparisons do not chain: write 'a < b and b < c' for 'a < b < c'");
        }
        return built(new Node.Comparison(operator, left, right, token.position()), left, right);
    }

    private static Node.@Nullable ComparisonOperator comparisonOperator(Token token) {
        for (var operator : Node.ComparisonOperator.values()) {
            if (token.isSymbol(operator.symbol)) {
                return operator;
            }
        }
        return null;
    }

    private Node sum() {
        Node left = product();
        while (peek().isSymbol("+") || peek().isSymbol("-")) {
            Token token = take();
            Node right = product();
            left = built(new Node.Arithmetic(arithmeticOperator(token), left, right, token.position()), left, right);
        }
        return left;
    }

    private Node product() {
        Node left = sign();
        while (peek().isSymbol("*") || peek().isSymbol("/") || peek().isSymbol("%")) {
            Token token = take();
            Node right = sign();
            left = built(new Node.Arithmetic(arithmeticOperator(token), left, right, token.position()), left, right);
        }
        return left;
    }

    private static Node.ArithmeticOperator arithmeticOperator(Token token) {
        for (var operator : Node.ArithmeticOperator.values()) {
            if (token.isSymbol(operator.symbol)) {
                return operator;
            }
        }
        throw new AssertionError(token);
    }

    private Node sign() {
        if (peek().isSymbol("-") || peek().isSymbol("+")) {
            Token token = take();
            deepen(token);
            Node operand = sign();
            depth--;
            return token.isSymbol("-") ? built(new Node.Negate(operand, token.position()), operand) : operand;
        }
        return operand();
    }

    private Node operand() {
        Token token = take();
        switch (token.kind()) {
            case NUMBER -> {
                double value = Double.parseDouble(token.text());
                if (Double.isInfinite(value)) {
                    throw new ExpressionException(
                            token.position(), "%s is too large a number".formatted(token.shown()));
                }
                return new Node.Literal(value, token.position());
            }
            case STRING -> {
                return new Node.Literal(token.text(), token.position());
            }
            case QUOTED_NAME -> {
                names.add(token.text());
                return new Node.Name(token.text(), token.position());
            }
            case WORD -> {
                return word(token);
            }
            case SYMBOL -> {
                if (token.text().equals("(")) {
                    deepen(token);
                    Node inner = or();
                    depth--;
                    close(token);
                    return inner;
                }
            }
            case END -> {
                // below
            }
        }
        throw new ExpressionException(
                token.position(),
                "a number, a name, a string or '(' is expected here, but there is %s".formatted(token.shown()));
    }

    private Node word(Token token) {
        if (peek().isSymbol("(")) {
            return call(token);
        }
        return switch (token.text()) {
            case "true" -> new Node.Literal(true, token.position());
            case "false" -> new Node.Literal(false, token.position());
            case "and", "or", "not" ->
                throw new ExpressionException(
                        token.position(),
                        "'%s' has nothing to work on here; a name like that is written in backquotes"
                                .formatted(token.text()));
            default -> {
                names.add(token.text());
                yield new Node.Name(token.text(), token.position());
            }
        };
    }

    private Node call(Token token) {
        Node.Function function = null;
        for (Node.Function known : Node.Function.values()) {
            if (known.word.equals(token.text())) {
                function = known;
            }
        }
        if (function == null) {
            throw new ExpressionException(
                    token.position(), "%s is no function; there are min, max, abs and log".formatted(token.shown()));
        }
        Token open = take();
        deepen(open);
        var arguments = new ArrayList<Node>();
        if (!peek().isSymbol(")")) {
            arguments.add(or());
            while (peek().isSymbol(",")) {
                take();
                arguments.add(or());
            }
        }
        close(open);
        depth--;
        if (arguments.size() < function.fewest || arguments.size() > function.most) {
            throw new ExpressionException(
                    token.position(),
                    "%s takes %s, but here are %d"
                            .formatted(
                                    function.word,
                                    function.most == 1 ? "one argument" : "one argument or more",
                                    arguments.size()));
        }
        return built(new Node.Call(function, List.copyOf(arguments), token.position()), arguments.toArray(Node[]::new));
    }

    private void close(Token open) {
        if (!peek().isSymbol(")")) {
            throw new ExpressionException(
                    peek().position(),
                    "')' is expected here, for the '(' at character %d, but there is %s"
                            .formatted(open.position() + 1, peek().shown()));
        }
        take();
    }

    /** Guards the parser's own recursion. */
    private void deepen(Token token) {
        depth++;
        if (depth > Expression.MAX_DEPTH) {
            throw tooDeep(token.position());
        }
    }

    /** Guards the recursion of those who walk the tree: a long chain ({@code a + b + c …}) is as deep as it is long. */
    private Node built(Node node, Node... children) {
        int deepest = 0;
        for (Node child : children) {
            deepest = Math.max(deepest, heights.getOrDefault(child, 0));
        }
        if (deepest >= Expression.MAX_DEPTH) {
            throw tooDeep(node.position());
        }
        heights.put(node, deepest + 1);
        return node;
    }

    private static ExpressionException tooDeep(int position) {
        return new ExpressionException(
                position,
                "the expression is nested deeper, or chains more operators, than %d".formatted(Expression.MAX_DEPTH));
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token take() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }
}
