package dev.sluice.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributionTest {
    @ParameterizedTest
    @CsvSource({"3,1", "NaN,1", "0,Infinity", "-1.7e308,1.7e308"})
    void refusesEmptyAndUnboundedFloatRanges(double low, double high) {
        assertThatThrownBy(() -> FloatDistribution.of(low, high))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[" + low + ", " + high + "]");
    }

    @ParameterizedTest
    @CsvSource({"0,1", "-1,1"})
    void refusesALogScaleThatDoesNotBeginAboveZero(long low, long high) {
        assertThatThrownBy(() -> FloatDistribution.log((double) low, (double) high))
                .hasMessageContaining("low must be > 0");
        assertThatThrownBy(() -> IntDistribution.log(low, high)).hasMessageContaining("low must be > 0");
    }

    @ParameterizedTest
    @CsvSource({"0", "-0.1", "NaN", "Infinity", "1.5"})
    void refusesStepsThatDoNotFit(double step) {
        assertThatThrownBy(() -> FloatDistribution.stepped(0, 1, step))
                .hasMessageContaining("step")
                .hasMessageContaining(Double.toString(step));
    }

    @Test
    void refusesIntStepsThatDoNotFit() {
        assertThatThrownBy(() -> IntDistribution.stepped(0, 10, 0)).hasMessageContaining("step must be >= 1, was 0");
        assertThatThrownBy(() -> IntDistribution.stepped(0, 10, 11)).hasMessageContaining("step must be <= high - low");
    }

    @Test
    void refusesIntsThatADoubleCannotHold() {
        assertThatThrownBy(() -> IntDistribution.of(0, IntValue.LARGEST + 1)).hasMessageContaining("2^53");
        assertThatThrownBy(() -> IntDistribution.of(-IntValue.LARGEST - 1, 0)).hasMessageContaining("2^53");
        assertThatThrownBy(() -> new IntValue(IntValue.LARGEST + 1)).hasMessageContaining("2^53");
        assertThat(IntDistribution.of(-IntValue.LARGEST, IntValue.LARGEST).count())
                .isEqualTo((1L << 54) + 1);
    }

    @Test
    void refusesAFinerGridThanADoubleCanCount() {
        assertThatThrownBy(() -> FloatDistribution.stepped(0, 1, 1e-17)).hasMessageContaining("2^53");
    }

    @Test
    void refusesChoicesThatAreNoneOrTwice() {
        assertThatThrownBy(CategoricalDistribution::of).hasMessageContaining("at least one");
        assertThatThrownBy(() -> CategoricalDistribution.of("a", "a")).hasMessageContaining("\"a\" is there twice");
        assertThatThrownBy(() -> CategoricalDistribution.of(1, 1.0)).hasMessageContaining("twice");
    }

    @Test
    void endsTheGridBelowHighWhereTheStepDoesNotDivide() {
        var ints = IntDistribution.stepped(1, 12, 5);
        assertThat(ints.last()).isEqualTo(11);
        assertThat(ints.count()).isEqualTo(3);
        assertThat(ints.contains(new IntValue(12))).isFalse();
        var floats = FloatDistribution.stepped(0, 1, 0.3);
        assertThat(floats.last()).isEqualTo(0.9);
        assertThat(floats.size()).hasValue(4);
    }

    @Test
    void reckonsFloatGridsInDecimal() {
        var floats = FloatDistribution.stepped(0.1, 0.7, 0.1);
        assertThat(floats.valueAt(2)).isEqualTo(0.3);
        assertThat(floats.size()).hasValue(7);
        assertThat(floats.last()).isEqualTo(0.7);
        assertThat(floats.typed(new FloatValue(0.1 + 2 * 0.1))).isEqualTo(new FloatValue(0.3));
    }

    @Test
    void typesNumbersAsItsOwn() {
        assertThat(FloatDistribution.of(0, 2).typed(new IntValue(1))).isEqualTo(new FloatValue(1));
        assertThat(IntDistribution.of(0, 2).typed(new FloatValue(1))).isEqualTo(new IntValue(1));
        assertThat(CategoricalDistribution.of(32, 64).typed(new FloatValue(64))).isEqualTo(new IntValue(64));
    }

    @Test
    void saysWhatWasMeant() {
        assertThatThrownBy(() -> IntDistribution.stepped(16, 256, 16).typed(new FloatValue(16.5)))
                .hasMessage("must be an int in [16, 256] in steps of 16, was 16.5");
        assertThatThrownBy(() -> FloatDistribution.of(0, 0.6).typed(new TextValue("x")))
                .hasMessage("must be a float in [0.0, 0.6], was \"x\"");
        assertThatThrownBy(() -> CategoricalDistribution.of("adam", "sgd").typed(new TextValue("lion")))
                .hasMessage("must be one of \"adam\", \"sgd\", was \"lion\"");
    }

    @Test
    void findsTheMiddleAsItsScaleSeesIt() {
        assertThat(FloatDistribution.log(1e-4, 1).middle().value())
                .isCloseTo(1e-2, org.assertj.core.api.Assertions.within(1e-12));
        assertThat(IntDistribution.of(0, 10).middle()).isEqualTo(new IntValue(5));
        assertThat(CategoricalDistribution.ordered(1, 2, 3).middle()).isEqualTo(new IntValue(2));
        assertThat(CategoricalDistribution.of("a", "b", "c").middle()).isEqualTo(new TextValue("a"));
    }

    @Test
    void nearestIsOnTheGridAndAtMostHalfAStepAway() {
        qt().forAll(
                        doubles().between(-100, 100),
                        doubles().between(0.01, 50),
                        doubles().between(0.001, 1),
                        doubles().between(-200, 200))
                .checkAssert((low, width, share, number) -> {
                    var floats = FloatDistribution.stepped(low, low + width, width * share);
                    var nearest = floats.nearest(number);
                    assertThat(floats.contains(nearest)).isTrue();
                    double clamped = Math.clamp(number, floats.low(), floats.last());
                    assertThat(Math.abs(nearest.value() - clamped)).isLessThanOrEqualTo(width * share * 0.5000001);
                });
    }

    @Test
    void everyIntOfTheGridIsInside() {
        qt().forAll(
                        longs().between(-1000, 1000),
                        longs().between(1, 1000),
                        longs().between(1, 20),
                        integers().between(0, 999))
                .assuming((low, width, step, index) -> step <= width)
                .checkAssert((low, width, step, index) -> {
                    var ints = IntDistribution.stepped(low, low + width, step);
                    long value = ints.valueAt(index % ints.count());
                    assertThat(ints.contains(new IntValue(value))).isTrue();
                    assertThat(ints.nearest((double) value)).isEqualTo(new IntValue(value));
                });
    }

    @Test
    void aRangeOfOneValueIsFinite() {
        assertThat(FloatDistribution.of(2, 2).size()).hasValue(1);
        assertThat(IntDistribution.of(2, 2).size()).hasValue(1);
        assertThat(FloatDistribution.of(1, 2).size()).isEmpty();
    }

    @Test
    void knowsOneZeroOnly() {
        assertThat(new FloatValue(-0.0)).isEqualTo(new FloatValue(0.0));
        assertThat(new FloatDistribution(-0.0, 1, Scale.LINEAR, OptionalDouble.empty()))
                .isEqualTo(FloatDistribution.of(0, 1));
    }
}
