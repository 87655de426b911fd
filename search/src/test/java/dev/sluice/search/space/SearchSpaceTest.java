package dev.sluice.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchSpaceTest {
    private static final SearchSpace DIGITS = SearchSpace.builder()
            .add(Parameter.of("learning_rate", FloatDistribution.log(1e-4, 0.3)).withDefault(1e-3))
            .add("hidden", IntDistribution.stepped(16, 256, 16))
            .add(Parameter.of("warmup", IntDistribution.of(1, 3)).when(Condition.atLeast("momentum", 0.5)))
            .add(Parameter.of("momentum", FloatDistribution.of(0, 0.99)).when(Condition.oneOf("optimizer", "sgd")))
            .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
            .add("batch_size", CategoricalDistribution.ordered(32, 64, 128))
            .add("epochs", CategoricalDistribution.constant(12))
            .constraint("hidden <= 4 * batch_size")
            .constraint("momentum < 0.95 or warmup > 1")
            .build();

    private static Map<String, Object> plain(Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    @Test
    void putsParentsBeforeThoseThatDependOnThem() {
        assertThat(DIGITS.order().stream().map(Parameter::name))
                .containsExactly("learning_rate", "hidden", "optimizer", "momentum", "warmup", "batch_size", "epochs");
        assertThat(DIGITS.parameters().stream().map(Parameter::name))
                .containsExactly("learning_rate", "hidden", "warmup", "momentum", "optimizer", "batch_size", "epochs");
    }

    @Test
    void followsConditionsUpToTheRoot() {
        var sgd = ParameterValues.ofPlain(Map.of("optimizer", "sgd", "momentum", 0.9));
        var adam = ParameterValues.ofPlain(Map.of("optimizer", "adam", "momentum", 0.9));
        assertThat(DIGITS.isActive("warmup", sgd)).isTrue();
        assertThat(DIGITS.isActive("warmup", adam)).isFalse();
        assertThat(DIGITS.isActive("hidden", ParameterValues.empty())).isTrue();
        assertThatThrownBy(() -> DIGITS.isActive("depth", sgd)).hasMessageContaining("there is no parameter depth");
    }

    @Test
    void completesWhatIsLeftOut() {
        var values = DIGITS.complete(plain("optimizer", "adam", "hidden", 64.0, "momentum", 0.5));
        assertThat(values.toPlain())
                .containsExactlyEntriesOf(plain(
                        "learning_rate", 1e-3, "hidden", 64L, "optimizer", "adam", "batch_size", 64L, "epochs", 12L));
        assertThat(DIGITS.violations(values)).isEmpty();
    }

    @Test
    void completesConditionsToo() {
        var values = DIGITS.complete(plain("optimizer", "sgd", "momentum", 0.6));
        assertThat(values.get("warmup")).isEqualTo(new IntValue(2));
    }

    @Test
    void namesAllThatIsWrongInOneGo() {
        assertThatThrownBy(() -> DIGITS.complete(plain("learning_rate", 2, "hidden", 17, "depth", 1)))
                .hasMessageContaining("there is no parameter depth; there are learning_rate, hidden")
                .hasMessageContaining("learning_rate must be a float in [1.0E-4, 0.3], was 2")
                .hasMessageContaining("hidden must be an int in [16, 256] in steps of 16, was 17");
    }

    @Test
    void completesNothingThatBreaksAConstraint() {
        assertThatThrownBy(() -> DIGITS.complete(plain("hidden", 256, "batch_size", 32)))
                .hasMessageContaining("'hidden <= 4 * batch_size' does not hold with hidden = 256, batch_size = 32");
    }

    @Test
    void findsEveryViolation() {
        var values = ParameterValues.ofPlain(
                plain("hidden", 20L, "momentum", 0.5, "optimizer", "adam", "batch_size", 32L, "epochs", 12L, "x", 1L));
        assertThat(DIGITS.violations(values))
                .satisfiesExactlyInAnyOrder(
                        v -> assertThat(v).startsWith("learning_rate is missing; it must be a float"),
                        v -> assertThat(v).startsWith("hidden must be an int in [16, 256] in steps of 16, was 20"),
                        v -> assertThat(v)
                                .startsWith("momentum is 0.5, but it is active only when optimizer is \"sgd\""),
                        v -> assertThat(v).startsWith("there is no parameter x"));
    }

    @Test
    void takesAnIntForNoFloatOnceTyped() {
        var values = ParameterValues.ofPlain(
                plain("learning_rate", 0.1, "hidden", 32.0, "optimizer", "adam", "batch_size", 32L, "epochs", 12L));
        assertThat(DIGITS.violations(values)).singleElement().asString().contains("hidden must be an int");
    }

    @Test
    void skipsConstraintsOverInactiveParameters() {
        var values = DIGITS.complete(plain("optimizer", "sgd", "momentum", 0.3));
        assertThat(values.contains("warmup")).isFalse();
        assertThat(DIGITS.brokenConstraints(values)).isEmpty();
    }

    @Test
    void refusesTheSameNameTwice() {
        var twice = SearchSpace.builder().add("x", IntDistribution.of(0, 1)).add("x", IntDistribution.of(0, 1));
        assertThatThrownBy(twice::build).hasMessage("parameter x is declared twice");
    }

    @Test
    void refusesToBeEmpty() {
        assertThatThrownBy(() -> SearchSpace.builder().build()).hasMessageContaining("at least one parameter");
    }

    @Test
    void refusesAConditionOnWhatIsNotThere() {
        var orphan = SearchSpace.builder()
                .add(Parameter.of("x", IntDistribution.of(0, 1)).when(Condition.oneOf("y", 1)));
        assertThatThrownBy(orphan::build)
                .hasMessageContaining("the condition of x reads y, but there is no parameter y");
    }

    @Test
    void refusesConditionsThatRunInACircle() {
        var circle = SearchSpace.builder()
                .add(Parameter.of("d", IntDistribution.of(0, 1)).when(Condition.oneOf("a", 1)))
                .add(Parameter.of("a", IntDistribution.of(0, 1)).when(Condition.oneOf("b", 1)))
                .add(Parameter.of("b", IntDistribution.of(0, 1)).when(Condition.oneOf("c", 1)))
                .add(Parameter.of("c", IntDistribution.of(0, 1)).when(Condition.oneOf("a", 1)));
        assertThatThrownBy(circle::build).hasMessage("conditions run in a circle: a -> b -> c -> a");
    }

    @Test
    void refusesAConditionOnItself() {
        var self = SearchSpace.builder()
                .add(Parameter.of("a", IntDistribution.of(0, 1)).when(Condition.oneOf("a", 1)));
        assertThatThrownBy(self::build).hasMessage("conditions run in a circle: a -> a");
    }

    @Test
    void refusesConditionsThatNeverHold() {
        var value = SearchSpace.builder()
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .add(Parameter.of("x", IntDistribution.of(0, 1)).when(Condition.oneOf("optimizer", "sdg")));
        assertThatThrownBy(value::build)
                .hasMessageContaining("the condition of x can never hold for \"sdg\"")
                .hasMessageContaining("one of \"adam\", \"sgd\"");
        var range = SearchSpace.builder()
                .add("layers", IntDistribution.of(1, 4))
                .add(Parameter.of("x", IntDistribution.of(0, 1)).when(Condition.atLeast("layers", 5)));
        assertThatThrownBy(range::build).hasMessageContaining("layers >= 5.0, can never hold");
        var text = SearchSpace.builder()
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .add(Parameter.of("x", IntDistribution.of(0, 1)).when(Condition.atLeast("optimizer", 1)));
        assertThatThrownBy(text::build).hasMessageContaining("can never hold");
    }

    @ParameterizedTest
    @ValueSource(strings = {"depth > 1", "optimizer > 1", "hidden + 1", "optimizer == 1", "not hidden"})
    void refusesConstraintsThatMakeNoSense(String text) {
        var space = SearchSpace.builder()
                .add("hidden", IntDistribution.of(0, 9))
                .add("optimizer", CategoricalDistribution.of("adam", "sgd"))
                .constraint(text);
        assertThatThrownBy(space::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " a", "a ", "a`b", "a$b", "a\nb", "a{b}"})
    void refusesOddNames(String name) {
        assertThatThrownBy(() -> Parameter.of(name, IntDistribution.of(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
    }

    @Test
    void refusesNamesThatAreTooLong() {
        assertThatThrownBy(() -> Parameter.of("x".repeat(201), IntDistribution.of(0, 1)))
                .hasMessageContaining("200");
    }

    @Test
    void takesNamesWithSigns() {
        assertThat(Parameter.of("model/head-2.size: wide", IntDistribution.of(0, 1))
                        .name())
                .contains("head-2");
    }

    @Test
    void refusesADefaultOutside() {
        assertThatThrownBy(() -> Parameter.of("x", IntDistribution.of(0, 1)).withDefault(2))
                .hasMessage("the default of x must be an int in [0, 1], was 2");
    }

    @Test
    void countsThePointsOfEachBranch() {
        var space = SearchSpace.builder()
                .add("model", CategoricalDistribution.of("linear", "network"))
                .add(Parameter.of("l2", CategoricalDistribution.of(true, false))
                        .when(Condition.oneOf("model", "linear")))
                .add(Parameter.of("layers", IntDistribution.of(1, 3)).when(Condition.oneOf("model", "network")))
                .add(Parameter.of("width", IntDistribution.of(1, 5)).when(Condition.atLeast("layers", 2)))
                .build();
        // linear: 2; network: 1 + 5 + 5
        assertThat(space.size()).hasValue(13);
        assertThat(space.points(100).orElseThrow())
                .hasSize(13)
                .doesNotHaveDuplicates()
                .allSatisfy(point -> assertThat(space.violations(point)).isEmpty());
        assertThat(space.points(12)).isEmpty();
    }

    @Test
    void countsNoPointsWhereThereIsNoEnd() {
        assertThat(DIGITS.size()).isEmpty();
        var large = SearchSpace.builder();
        for (int i = 0; i < 3; i++) {
            large.add("x" + i, IntDistribution.of(0, 1L << 40));
        }
        assertThat(large.build().size()).isEmpty();
    }

    @Test
    void enumeratesOnlyWhatSatisfiesTheConstraints() {
        var space = SearchSpace.builder()
                .add("a", IntDistribution.of(0, 3))
                .add("b", FloatDistribution.stepped(0, 1, 0.5))
                .constraint("a > 2 * b")
                .build();
        assertThat(space.size()).hasValue(12);
        assertThat(space.points(12).orElseThrow()).hasSize(3 + 2 + 1);
    }

    @Test
    void valuesAreEqualInAnyOrder() {
        assertThat(ParameterValues.ofPlain(plain("a", 1, "b", 2)))
                .isEqualTo(ParameterValues.ofPlain(plain("b", 2, "a", 1)));
        assertThat(ParameterValues.ofPlain(plain("a", 1))).isNotEqualTo(ParameterValues.ofPlain(plain("a", 1.0)));
    }
}
