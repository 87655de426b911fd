package dev.sluice.search.expression;

import java.util.List;
import java.util.Map;

/** A parsed expression's tree. */
sealed interface Node {
    /** Where it begins in the text, for error messages. */
    int position();

    record Literal(Object value, int position) implements Node {}

    record Name(String name, int position) implements Node {}

    record Negate(Node operand, int position) implements Node {}

    record Not(Node operand, int position) implements Node {}

    record Arithmetic(ArithmeticOperator operator, Node left, Node right, int position) implements Node {}

    record Comparison(ComparisonOperator operator, Node left, Node right, int position) implements Node {}

    record Logic(boolean and, Node left, Node right, int position) implements Node {}

    record Call(Function function, List<Node> arguments, int position) implements Node {}

    enum ArithmeticOperator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        REMAINDER("%");

        final String symbol;

        ArithmeticOperator(String symbol) {
            this.symbol = symbol;
        }

        double apply(double a, double b) {
            return switch (this) {
                case ADD -> a + b;
                case SUBTRACT -> a - b;
                case MULTIPLY -> a * b;
                case DIVIDE -> a / b;
                case REMAINDER -> remainder(a, b);
            };
        }

        /** With the divisor's sign, as in Python. */
        private static double remainder(double a, double b) {
            double r = a % b;
            return (r != 0 && (r < 0) != (b < 0)) ? r + b : r;
        }
    }

    enum ComparisonOperator {
        EQUAL("=="),
        UNEQUAL("!="),
        LESS("<"),
        AT_MOST("<="),
        GREATER(">"),
        AT_LEAST(">=");

        final String symbol;

        ComparisonOperator(String symbol) {
            this.symbol = symbol;
        }

        boolean isEquality() {
            return this == EQUAL || this == UNEQUAL;
        }
    }

    enum Function {
        MIN("min", 1, Integer.MAX_VALUE),
        MAX("max", 1, Integer.MAX_VALUE),
        ABS("abs", 1, 1),
        LOG("log", 1, 1);

        final String word;
        final int fewest;
        final int most;

        Function(String word, int fewest, int most) {
            this.word = word;
            this.fewest = fewest;
            this.most = most;
        }
    }

    /** The kind of the result, where the kinds of all names are known. */
    default Expression.Kind kind(Map<String, Expression.Kind> kinds) {
        return switch (this) {
            case Literal literal -> kindOf(literal.value());
            case Name name -> {
                var kind = kinds.get(name.name());
                if (kind == null) {
                    throw new ExpressionException(name.position(), "'%s' is not known".formatted(name.name()));
                }
                yield kind;
            }
            case Negate negate -> {
                require(negate.operand().kind(kinds), Expression.Kind.NUMBER, "'-'", negate.operand());
                yield Expression.Kind.NUMBER;
            }
            case Not not -> {
                require(not.operand().kind(kinds), Expression.Kind.BOOLEAN, "'not'", not.operand());
                yield Expression.Kind.BOOLEAN;
            }
            case Arithmetic arithmetic -> {
                String what = "'" + arithmetic.operator().symbol + "'";
                require(arithmetic.left().kind(kinds), Expression.Kind.NUMBER, what, arithmetic.left());
                require(arithmetic.right().kind(kinds), Expression.Kind.NUMBER, what, arithmetic.right());
                yield Expression.Kind.NUMBER;
            }
            case Comparison comparison -> {
                var left = comparison.left().kind(kinds);
                var right = comparison.right().kind(kinds);
                String what = "'" + comparison.operator().symbol + "'";
                if (comparison.operator().isEquality()) {
                    if (left != right) {
                        throw differentKinds(comparison, left, right);
                    }
                } else {
                    require(left, Expression.Kind.NUMBER, what, comparison.left());
                    require(right, Expression.Kind.NUMBER, what, comparison.right());
                }
                yield Expression.Kind.BOOLEAN;
            }
            case Logic logic -> {
                String what = logic.and() ? "'and'" : "'or'";
                require(logic.left().kind(kinds), Expression.Kind.BOOLEAN, what, logic.left());
                require(logic.right().kind(kinds), Expression.Kind.BOOLEAN, what, logic.right());
                yield Expression.Kind.BOOLEAN;
            }
            case Call call -> {
                for (Node argument : call.arguments()) {
                    require(argument.kind(kinds), Expression.Kind.NUMBER, call.function().word, argument);
                }
                yield Expression.Kind.NUMBER;
            }
        };
    }

    /** The value: a Double, Boolean or String. */
    default Object evaluate(Map<String, ?> values) {
        return switch (this) {
            case Literal literal -> literal.value();
            case Name name -> value(name, values);
            case Negate negate -> -number(negate.operand(), values, "'-'");
            case Not not -> !truth(not.operand(), values, "'not'");
            case Arithmetic arithmetic -> {
                String what = "'" + arithmetic.operator().symbol + "'";
                yield arithmetic
                        .operator()
                        .apply(number(arithmetic.left(), values, what), number(arithmetic.right(), values, what));
            }
            case Comparison comparison -> compare(comparison, values);
            case Logic logic -> {
                String what = logic.and() ? "'and'" : "'or'";
                boolean left = truth(logic.left(), values, what);
                // both sides are looked at only where the left one does not decide
                yield left == logic.and() ? truth(logic.right(), values, what) : left;
            }
            case Call call -> call(call, values);
        };
    }

    private static Object call(Call call, Map<String, ?> values) {
        String what = call.function().word;
        double result = number(call.arguments().getFirst(), values, what);
        for (Node argument : call.arguments().subList(1, call.arguments().size())) {
            double next = number(argument, values, what);
            result = call.function() == Function.MIN ? Math.min(result, next) : Math.max(result, next);
        }
        return switch (call.function()) {
            case MIN, MAX -> result;
            case ABS -> Math.abs(result);
            case LOG -> Math.log(result);
        };
    }

    private static boolean compare(Comparison comparison, Map<String, ?> values) {
        Object left = comparison.left().evaluate(values);
        Object right = comparison.right().evaluate(values);
        if (comparison.operator().isEquality()) {
            if (kindOf(left) != kindOf(right)) {
                throw differentKinds(comparison, kindOf(left), kindOf(right));
            }
            // two doubles by value: NaN is unequal to all, 0.0 equals -0.0
            boolean equal = (left instanceof Double a && right instanceof Double b)
                    ? a.doubleValue() == b.doubleValue()
                    : left.equals(right);
            return equal == (comparison.operator() == ComparisonOperator.EQUAL);
        }
        String what = "'" + comparison.operator().symbol + "'";
        require(kindOf(left), Expression.Kind.NUMBER, what, comparison.left());
        require(kindOf(right), Expression.Kind.NUMBER, what, comparison.right());
        double a = (Double) left;
        double b = (Double) right;
        return switch (comparison.operator()) {
            case LESS -> a < b;
            case AT_MOST -> a <= b;
            case GREATER -> a > b;
            case AT_LEAST -> a >= b;
            case EQUAL, UNEQUAL -> throw new AssertionError(comparison);
        };
    }

    private static Object value(Name name, Map<String, ?> values) {
        Object value = values.get(name.name());
        return switch (value) {
            case Number number -> number.doubleValue();
            case Boolean truth -> truth;
            case String text -> text;
            case null -> throw new ExpressionException(name.position(), "'%s' has no value".formatted(name.name()));
            default ->
                throw new ExpressionException(
                        name.position(),
                        "'%s' is neither a number, a string nor a boolean but a %s"
                                .formatted(name.name(), value.getClass().getSimpleName()));
        };
    }

    private static double number(Node node, Map<String, ?> values, String what) {
        Object value = node.evaluate(values);
        require(kindOf(value), Expression.Kind.NUMBER, what, node);
        return (Double) value;
    }

    private static boolean truth(Node node, Map<String, ?> values, String what) {
        Object value = node.evaluate(values);
        require(kindOf(value), Expression.Kind.BOOLEAN, what, node);
        return (Boolean) value;
    }

    private static Expression.Kind kindOf(Object value) {
        return switch (value) {
            case Boolean b -> Expression.Kind.BOOLEAN;
            case String s -> Expression.Kind.TEXT;
            default -> Expression.Kind.NUMBER;
        };
    }

    private static void require(Expression.Kind actual, Expression.Kind wanted, String what, Node node) {
        if (actual != wanted) {
            throw new ExpressionException(
                    node.position(), "%s takes %s, but here stands %s".formatted(what, wanted.shown(), actual.shown()));
        }
    }

    private static ExpressionException differentKinds(
            Comparison comparison, Expression.Kind left, Expression.Kind right) {
        return new ExpressionException(
                comparison.position(),
                "'%s' compares %s with %s".formatted(comparison.operator().symbol, left.shown(), right.shown()));
    }
}
