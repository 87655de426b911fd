package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.option.OptionSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallbackCatalogTest {
    private static final CallbackSetting SETTING = new CallbackSetting(
            Path.of("/trial"), "val_accuracy", Mode.MAX, List.of("val_loss", "val_accuracy", "lift"), Map.of());

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    private static List<Callback> create(Map<String, Object>... declarations) {
        return CallbackCatalog.standard().create(List.of(declarations), SETTING).stream()
                .map(CallbackLink::callback)
                .toList();
    }

    @Test
    void makesCallbacksInTheirOrderUnderNamesOfTheirOwn() {
        assertThat(create(Map.of("type", "json-lines"), Map.of("type", "early-stopping"), Map.of("type", "json-lines")))
                .extracting(Callback::name)
                .containsExactly("json-lines", "early-stopping", "json-lines-2");
    }

    @Test
    void suggestsTheTypeThatWasMeant() {
        assertThatThrownBy(() -> create(Map.of("type", "early-stoping")))
                .hasMessageStartingWith("callbacks[0].type \"early-stoping\" is unknown (did you mean"
                        + " \"early-stopping\"?); there are early-stopping, json-lines, ");
    }

    @Test
    void suggestsTheOptionThatWasMeant() {
        assertThatThrownBy(() -> create(Map.of("type", "early-stopping", "patiance", 3)))
                .hasMessageStartingWith(
                        "callbacks[0] (early-stopping) has no \"patiance\" (did you mean \"patience\"?)");
    }

    @Test
    void suggestsTheMetricThatWasMeant() {
        assertThatThrownBy(() -> create(Map.of("type", "early-stopping", "monitor", "valloss")))
                .hasMessageContaining("did you mean \"val_loss\"?");
    }

    @Test
    void asksForTheModeWhereTheNameDoesNotTell() {
        assertThatThrownBy(() -> create(Map.of("type", "early-stopping", "monitor", "lift")))
                .hasMessageContaining("must be said by mode: min or max");
        assertThat(create(Map.of("type", "early-stopping", "monitor", "lift", "mode", "max")))
                .hasSize(1);
    }

    @Test
    void keepsFilesWithinTheTrialsFolder() {
        assertThatThrownBy(() -> create(Map.of("type", "json-lines", "file", "../../etc/log")))
                .hasMessageContaining("within the trial's folder");
    }

    @Test
    void findsTypesInOtherJarsAndPassesOverThoseThatDoNotLoad() {
        CallbackCatalog catalog = CallbackCatalog.installed();

        assertThat(catalog.types())
                .extracting(CallbackType::type)
                .contains("foreign")
                .doesNotContain("broken");
        assertThat(catalog.create(
                        List.of(Map.of("type", "foreign", "loud", true, "everySteps", 5, "maxFailures", 2)), SETTING))
                .singleElement()
                .satisfies(link -> {
                    assertThat(link.callback().name()).isEqualTo("foreign-loud");
                    assertThat(link.everySteps()).isEqualTo(5);
                    assertThat(link.mostFailures()).isEqualTo(2);
                });
    }

    @Test
    void listsTheOptionsThatEveryCallbackTakes() {
        assertThat(CallbackCatalog.standard().types())
                .allSatisfy(type -> assertThat(type.allOptions())
                        .extracting(OptionSpec::name)
                        .doesNotHaveDuplicates()
                        .contains("maxFailures"));
    }
}
