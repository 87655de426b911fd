package dev.sluice.console.specification;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** YAML 1.2's core schema, which is not YAML 1.1's. */
class YamlTreeTest {

    static Stream<Arguments> scalars() {
        return Stream.of(
                Arguments.of("1e-4", 1e-4),
                Arguments.of("1E5", 1e5),
                Arguments.of(".5", 0.5),
                Arguments.of("5.", 5.0),
                Arguments.of("+12", 12L),
                Arguments.of("-0", 0L),
                Arguments.of("007", 7L),
                Arguments.of("0o17", 15L),
                Arguments.of("0xff", 255L),
                Arguments.of("1_000", "1_000"),
                Arguments.of("1:30", "1:30"),
                Arguments.of("2026-01-01", "2026-01-01"),
                Arguments.of("on", "on"),
                Arguments.of("off", "off"),
                Arguments.of("yes", "yes"),
                Arguments.of("no", "no"),
                Arguments.of("y", "y"),
                Arguments.of("true", true),
                Arguments.of("False", false),
                Arguments.of("tRUE", "tRUE"),
                Arguments.of("'true'", "true"),
                Arguments.of("\"12\"", "12"),
                Arguments.of("!!str 12", "12"),
                Arguments.of("!!float 12", 12.0),
                Arguments.of("null", null),
                Arguments.of("~", null),
                Arguments.of("-.inf", Double.NEGATIVE_INFINITY),
                Arguments.of(".NaN", Double.NaN),
                Arguments.of("inf", "inf"),
                Arguments.of("nan", "nan"),
                Arguments.of("1e400", Double.POSITIVE_INFINITY),
                Arguments.of("9223372036854775808", new BigInteger("9223372036854775808")),
                Arguments.of("|-\n  a\n  b", "a\nb"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scalars")
    void resolvesPlainScalars(String text, @Nullable Object value) {
        Problems problems = new Problems();

        Node root = YamlTree.parse("key: " + text + "\n", problems).orElseThrow();

        assertThat(problems.isEmpty()).isTrue();
        assertThat(root)
                .isInstanceOfSatisfying(
                        Node.Mapping.class,
                        mapping -> assertThat(mapping.entries().values())
                                .singleElement()
                                .extracting(Node.Entry::value)
                                .isInstanceOfSatisfying(
                                        Node.Scalar.class,
                                        scalar -> assertThat(scalar.value()).isEqualTo(value)));
    }
}
