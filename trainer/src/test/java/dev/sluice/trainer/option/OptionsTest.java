package dev.sluice.trainer.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final List<OptionSpec> DECLARED = List.of(
            OptionSpec.real("rate", "A rate.", 0.5, OptionSpec.Range.halfOpen(0, 1)),
            OptionSpec.whole("units", "Units.", 8, OptionSpec.Range.atLeast(1)),
            OptionSpec.choice("kind", "A kind.", "red", List.of("red", "green")));

    private static Options read(Map<String, ?> given) {
        return Options.read("model x", DECLARED, given);
    }

    @Test
    void fillsInDefaults() {
        Options options = read(Map.of());

        assertThat(options.real("rate")).isEqualTo(0.5);
        assertThat(options.whole("units")).isEqualTo(8);
        assertThat(options.text("kind")).isEqualTo("red");
    }

    @Test
    void takesWholeRealsForWholeNumbersAndWholeNumbersForReals() {
        Options options = read(Map.of("units", 16.0, "rate", 0L));

        assertThat(options.whole("units")).isEqualTo(16);
        assertThat(options.real("rate")).isZero();
    }

    @Test
    void suggestsTheNearestName() {
        assertThatThrownBy(() -> read(Map.of("unit", 3)))
                .hasMessage("model x has no \"unit\" (did you mean \"units\"?); it has rate, units, kind");
    }

    @Test
    void namesValueAndRange() {
        assertThatThrownBy(() -> read(Map.of("rate", 1.0))).hasMessage("model x: rate must be in [0, 1), was 1.0");
        assertThatThrownBy(() -> read(Map.of("rate", Double.NaN)))
                .hasMessage("model x: rate must be in [0, 1), was NaN");
        assertThatThrownBy(() -> read(Map.of("units", 2.5)))
                .hasMessage("model x: units must be a whole number, was 2.5");
        assertThatThrownBy(() -> read(Map.of("kind", "gren")))
                .hasMessage("model x: kind must be one of red, green, was \"gren\" (did you mean \"green\"?)");
    }
}
