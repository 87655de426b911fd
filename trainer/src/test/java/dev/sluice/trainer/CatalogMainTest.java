package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogMainTest {
    @Test
    void writesTasksModelsAndCallbacksWithTheirOptions(@TempDir Path folder) throws IOException {
        CatalogMain.main(new String[] {folder.toString()});

        Map<String, Object> catalog = JsonText.readObject(Files.readString(folder.resolve("catalog.json")));
        assertThat(catalog).containsOnlyKeys("trainer", "tasks", "callbacks");
        assertThat((List<?>) catalog.get("trainer"))
                .extracting(option -> ((Map<?, ?>) option).get("name"))
                .isEqualTo(List.of("repeats", "folds"));
        assertThat((List<?>) catalog.get("tasks"))
                .hasSize(6)
                .first()
                .asString()
                .contains("digits", "mlp", "cnn", "resnet");
        assertThat((List<?>) catalog.get("tasks"))
                .last()
                .asString()
                .contains("torchscript-regression", "name=target, type=string", "required=true");
        assertThat((List<?>) catalog.get("callbacks"))
                .extracting(callback -> String.valueOf(((Map<?, ?>) callback).get("type")))
                .startsWith("early-stopping", "json-lines")
                .contains("foreign");
        assertThat(folder.resolve("jvm.options")).content().contains("-XX:+UseSerialGC");
    }
}
