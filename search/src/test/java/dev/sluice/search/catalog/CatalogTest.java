package dev.sluice.search.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionException;
import dev.sluice.search.option.OptionSpec;
import dev.sluice.search.sampler.Spaces;
import dev.sluice.search.trial.Objective;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogTest {
    private static final List<Objective> OBJECTIVES = List.of(Objective.minimize("loss"));

    static List<AlgorithmSpec> samplers() {
        return Samplers.algorithms();
    }

    static List<AlgorithmSpec> pruners() {
        return Pruners.algorithms();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void makesEachSamplerWithItsDefaults(AlgorithmSpec algorithm) {
        var space = algorithm.name().equals("grid") ? Spaces.countable() : Spaces.everything();
        assertThat(Samplers.of(algorithm.name(), Map.of(), space, OBJECTIVES)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("pruners")
    void makesEachPrunerWithItsDefaults(AlgorithmSpec algorithm) {
        assertThat(Pruners.of(algorithm.name(), Map.of(), OBJECTIVES)).isNotNull();
    }

    @Test
    void explainsEverything() {
        assertThat(List.of(Samplers.algorithms(), Pruners.algorithms()))
                .flatMap(all -> all)
                .allSatisfy(algorithm -> {
                    assertThat(algorithm.doc()).endsWith(".");
                    assertThat(algorithm.options()).extracting(OptionSpec::name).doesNotHaveDuplicates();
                    assertThat(algorithm.options())
                            .allSatisfy(option -> assertThat(option.doc()).endsWith("."));
                });
    }

    @Test
    void namesWhatThereIs() {
        assertThatThrownBy(() -> Samplers.of("randm", Map.of(), Spaces.everything(), OBJECTIVES))
                .hasMessageContaining("there is no search algorithm randm; there are")
                .hasMessageContaining("random");
        assertThatThrownBy(() -> Pruners.of("medien", Map.of(), OBJECTIVES))
                .hasMessageContaining("there is no pruning algorithm medien; there are")
                .hasMessageContaining("none");
    }

    @Test
    void refusesUnknownOptions() {
        assertThatThrownBy(() -> Samplers.of("random", Map.of("gamma", 1), Spaces.everything(), OBJECTIVES))
                .isInstanceOf(OptionException.class)
                .hasMessage("gamma is no option of random, which has none");
    }
}
