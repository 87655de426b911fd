package dev.sluice.console.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class TemplateTest {
    private static final Map<String, String> FIELDS = Map.of("title", "", "message", "");

    @Test
    void putsFieldsIntoTextsAndLeavesTheRestAlone() {
        var template = parse("{\"a\": [\"${title}: ${message}\", 7, null], \"b\": {\"${title}\": true}}");

        assertThat(template.fill(Map.of("title", "nan", "message", "loss is NaN")))
                .isEqualTo("{\"a\":[\"nan: loss is NaN\",7,null],\"b\":{\"${title}\":true}}");
    }

    @Test
    void whateverAFieldHoldsTheBodyStaysWhatItWas() {
        var template = parse("{\"text\": \"${title}\"}");

        assertThat(template.fill(Map.of("title", "\",\"admin\":\"$1${message}\\", "message", "x")))
                .isEqualTo("{\"text\":\"\\\",\\\"admin\\\":\\\"$1${message}\\\\\"}");
    }

    @Test
    void aFieldThatThereIsNotIsFoundBeforeTheFirstAlert() {
        assertThatThrownBy(() -> parse("{\"text\": \"${mesage}\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no field ${mesage}");
        assertThatThrownBy(() -> parse("{\"text\": ")).hasMessageContaining("a template must be JSON");
        assertThatThrownBy(() -> parse("[]")).hasMessageContaining("a JSON object");
    }

    private static Template parse(String text) {
        return Template.parse(text, FIELDS, UnaryOperator.identity());
    }
}
