package dev.sluice.search.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final AlgorithmSpec SPEC = new AlgorithmSpec(
            "tried",
            "For this test.",
            List.of(
                    OptionSpec.integer("startup", 0, 100, 10, "How many."),
                    OptionSpec.number("gamma", 0, 1, "What share."),
                    OptionSpec.flag("grouped", true, "Whether."),
                    OptionSpec.choice("kernel", List.of("flat", "round"), "flat", "Which.")));

    @Test
    void fillsInDefaults() {
        var options = Options.read(SPEC, Map.of("gamma", 1));
        assertThat(options.integer("startup")).isEqualTo(10);
        assertThat(options.number("gamma")).isEqualTo(1.0);
        assertThat(options.flag("grouped")).isTrue();
        assertThat(options.choice("kernel")).isEqualTo("flat");
        assertThat(Options.read(SPEC, Map.of()).has("gamma")).isFalse();
    }

    @Test
    void saysWhichOptionIsUnknown() {
        var error = catchThrowableOfType(OptionException.class, () -> Options.read(SPEC, Map.of("gama", 1)));
        assertThat(error).hasMessage("gama is no option of tried; there are startup, gamma, grouped, kernel");
        assertThat(error.option()).isEqualTo("gama");
    }

    @Test
    void saysWhatAnOptionTakes() {
        assertThatThrownBy(() -> Options.read(SPEC, Map.of("startup", 1.5)))
                .hasMessage("startup must be a whole number in [0, 100], was 1.5");
        assertThatThrownBy(() -> Options.read(SPEC, Map.of("startup", 101))).hasMessageContaining("[0, 100]");
        assertThatThrownBy(() -> Options.read(SPEC, Map.of("gamma", Double.NaN)))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Options.read(SPEC, Map.of("grouped", "yes")))
                .hasMessage("grouped must be true or false, was \"yes\"");
        assertThatThrownBy(() -> Options.read(SPEC, Map.of("kernel", "square")))
                .hasMessage("kernel must be one of flat, round, was \"square\"");
    }

    @Test
    void refusesADefaultThatItWouldNotTake() {
        assertThatThrownBy(() -> OptionSpec.integer("n", 1, 2, 3, "Wrong.")).isInstanceOf(OptionException.class);
    }
}
