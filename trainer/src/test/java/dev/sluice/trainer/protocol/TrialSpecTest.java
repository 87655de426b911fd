package dev.sluice.trainer.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TrialSpecTest {
    private static TrialSpec spec() {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("learning_rate", 0.01);
        params.put("hidden", 32L);
        params.put("optimizer", "sgd");
        params.put("bias", true);
        return new TrialSpec(
                "0199",
                "digits",
                UUID.fromString("01890000-0000-7000-8000-000000000001"),
                7,
                2,
                params,
                (1L << 31) - 1,
                List.of(new TrialObjective("val_accuracy", true, true), new TrialObjective("val_loss", false, false)),
                Map.of("trainer", Map.of("task", "digits", "model", "mlp")),
                Optional.of(Path.of("/t/checkpoints/checkpoint-3")),
                Path.of("/t/checkpoints"),
                URI.create("http://127.0.0.1:1/r"),
                URI.create("http://127.0.0.1:1/h"),
                20,
                Path.of("/t/journal/attempt-2.journal"),
                Path.of("/t/reports.jsonl"),
                Path.of("/t"),
                "digits",
                2,
                Optional.empty());
    }

    @Test
    void comesBackFromItsTreeAsItWas() {
        assertThat(TrialSpec.ofTree(spec().toTree())).isEqualTo(spec());
    }

    @Test
    void keepsTheOrderOfParameters() {
        assertThat(TrialSpec.ofTree(spec().toTree()).params().keySet())
                .containsExactly("learning_rate", "hidden", "optimizer", "bias");
    }

    @Test
    void namesTheFieldThatIsMissing() {
        Map<String, Object> tree = new LinkedHashMap<>(spec().toTree());
        tree.remove("journal");

        assertThatThrownBy(() -> TrialSpec.ofTree(tree))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("trial.journal is missing");
    }

    @Test
    void namesTheFieldOfTheWrongType() {
        Map<String, Object> tree = new LinkedHashMap<>(spec().toTree());
        tree.put("number", "seven");

        assertThatThrownBy(() -> TrialSpec.ofTree(tree))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("trial.number must be a whole number, was \"seven\"");
    }
}
