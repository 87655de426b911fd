package dev.sluice.search.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionTest {
    private static final Map<String, Object> VALUES = Map.of(
            "hidden", 64L, "batch_size", 32, "learning_rate", 0.01, "optimizer", "adam", "nesterov", true, "a/b-c", 3);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    1 + 2 * 3               | 7
                    (1 + 2) * 3             | 9
                    2 * 3 + 1               | 7
                    10 - 4 - 3              | 3
                    16 / 4 / 2              | 2
                    7 % 4 * 2               | 6
                    -2 + 5                  | 3
                    - -2                    | 2
                    +2 - +3                 | -1
                    -2 * -3                 | 6
                    1e-4 * 1E4              | 1
                    .5 + 1.                 | 1.5
                    -7 % 3                  | 2
                    7 % -3                  | -2
                    6 % -3                  | 0
                    min(3, 1, 2)            | 1
                    max(3)                  | 3
                    abs(1 - 4)              | 3
                    log(1)                  | 0
                    hidden / batch_size     | 2
                    `a/b-c` * 2             | 6
                    `hidden`+1              | 65
                    max(hidden, 100) - 1    | 99
                    """)
    void reckonsNumbers(String text, double expected) {
        assertThat(Expression.parse(text).evaluate(VALUES)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    hidden <= 4 * batch_size                        | true
                    hidden > 64                                     | false
                    hidden >= 64 and batch_size < 33                | true
                    hidden == 64.0                                  | true
                    hidden != 64                                    | false
                    optimizer == 'adam'                             | true
                    optimizer != "adam"                             | false
                    "it's" == 'x'                                   | false
                    not hidden > 100                                | true
                    not true or true                                | true
                    not (true or true)                              | false
                    true or false and false                         | true
                    (true or false) and false                       | false
                    not not nesterov                                | true
                    nesterov == true                                | true
                    nesterov and optimizer == 'adam'                | true
                    1 + 1 == 2 and 3 > 2                            | true
                    0 == -0                                         | true
                    """)
    void tellsTrueFromFalse(String text, boolean expected) {
        assertThat(Expression.parse(text).test(VALUES)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    ^^                    | 0 | is empty
                    ^   ^                 | 0 | is empty
                    1 +                   | 3 | expected here, but there is the end
                    hidden < 3 4          | 11 | '4' is not expected here
                    (hidden < 3           | 11 | for the '(' at character 1
                    hidden) < 3           | 6 | never opened
                    1 < 2 < 3             | 6 | do not chain
                    a = 3                 | 2 | '=='
                    a && b                | 2 | 'and'
                    !a                    | 0 | 'not'
                    a ** 2                | 2 | no power
                    a.b > 1               | 1 | backquotes
                    2x > 1                | 0 | backquotes
                    1.2.3 > 1             | 0 | neither a number
                    1e > 2                | 0 | digits are missing
                    1e999 > 2             | 0 | too large
                    sqrt(2) > 1           | 0 | there are min, max, abs and log
                    log(1, 2)             | 0 | one argument, but here are 2
                    min()                 | 0 | one argument or more
                    min(1, )              | 7 | expected here
                    'open                 | 0 | no closing '
                    `open                 | 0 | no closing `
                    ``                    | 0 | is empty
                    a $ b                 | 2 | '$' is not understood
                    and                   | 0 | nothing to work on
                    a and                 | 5 | expected here
                    a € b                 | 2 | '€' is not understood
                    """)
    void saysWhatIsWrongAndWhere(String text, int position, String message) {
        var error = catchThrowableOfType(ExpressionException.class, () -> Expression.parse(text == null ? "" : text));
        assertThat(error).hasMessageContaining(message);
        assertThat(error.position()).isEqualTo(position);
    }

    @Test
    void saysThatOrIsAWord() {
        assertThatThrownBy(() -> Expression.parse("a || b")).hasMessage("'||' is written 'or' (at character 3)");
    }

    @Test
    void findsTheNamesItReadsInOrder() {
        assertThat(Expression.parse("b > 1 and `a x` < log(c) or b == 'd'").names())
                .containsExactly("b", "a x", "c");
    }

    @Test
    void skipsWhatReadsAnInactiveParameter() {
        assertThat(Expression.parse("momentum < 0.9 or hidden > 0").test(VALUES))
                .isEmpty();
    }

    @Test
    void keepsItsText() {
        assertThat(Expression.parse(" hidden<1 ").text()).isEqualTo(" hidden<1 ");
    }

    @Test
    void comparesNothingWithNaN() {
        var values = Map.of("x", Double.NaN);
        assertThat(Expression.parse("x < 1 or x >= 1 or x == x").test(values)).contains(false);
        assertThat(Expression.parse("x != x").test(values)).contains(true);
    }

    @Test
    void dividesByZeroAsFloatsDo() {
        assertThat(Expression.parse("1 / 0").evaluate(Map.of())).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void leavesTheRightSideAloneWhereTheLeftDecides() {
        assertThat(Expression.parse("false and 'text' < 1").test(Map.of())).contains(false);
        assertThat(Expression.parse("true or 'text' < 1").test(Map.of())).contains(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer < 1",
                "optimizer + 1 > 2",
                "not hidden",
                "hidden and true",
                "-optimizer > 1",
                "optimizer == 1",
                "nesterov == 1",
                "min(optimizer) > 1",
                "'a' < 'b'"
            })
    void refusesToMixKinds(String text) {
        var expression = Expression.parse(text);
        var kinds = Map.of(
                "optimizer",
                Expression.Kind.TEXT,
                "hidden",
                Expression.Kind.NUMBER,
                "nesterov",
                Expression.Kind.BOOLEAN);
        assertThatThrownBy(() -> expression.evaluate(VALUES)).isInstanceOf(ExpressionException.class);
        assertThatThrownBy(() -> expression.check(kinds)).isInstanceOf(ExpressionException.class);
    }

    @Test
    void isNoConditionWithoutATruthValue() {
        assertThatThrownBy(() -> Expression.parse("hidden + 1").test(VALUES)).hasMessageContaining("no condition");
    }

    @Test
    void saysWhichNameHasNoValue() {
        assertThatThrownBy(() -> Expression.parse("1 + depth").evaluate(VALUES))
                .hasMessageContaining("'depth' has no value (at character 5)");
    }

    @Test
    void takesNoValuesOfOtherKinds() {
        var values = new HashMap<String, Object>();
        values.put("x", new Object());
        assertThatThrownBy(() -> Expression.parse("x == 1").evaluate(values))
                .hasMessageContaining("neither a number, a string nor a boolean");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "not ", "-", "abs("})
    void survivesDeepNesting(String opening) {
        assertThatThrownBy(() -> Expression.parse(opening.repeat(1_000) + "1")).hasMessageContaining("nested deeper");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1+", "1*", "true or ", "true and "})
    void survivesLongChains(String link) {
        String end = link.startsWith("t") ? "true" : "1";
        assertThatThrownBy(() -> Expression.parse(link.repeat(400) + end))
                .hasMessageContaining("chains more operators");
        assertThat(Expression.parse(link.repeat(199) + end).evaluate(Map.of())).isNotNull();
    }

    @Test
    void readsNoMoreThanItsLimit() {
        assertThatThrownBy(() -> Expression.parse("1 + " + " ".repeat(Expression.MAX_LENGTH) + "1"))
                .hasMessageContaining("at most 4096");
    }
}
