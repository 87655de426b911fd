package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.console.specification.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;

/** A JSON tree as YAML, as a person would write a sweep file: inner mappings on one line, numbers in their short form. */
final class YamlText {
    private static final int WIDTH = 120;

    private YamlText() {}

    static String of(JsonNode tree) {
        DumpSettings settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.AUTO)
                .setWidth(WIDTH)
                .build();
        return new Dump(settings, new ShortNumbers(settings)).dumpToString(plain(tree));
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> mapping = new LinkedHashMap<>();
            node.properties().forEach(entry -> mapping.put(entry.getKey(), plain(entry.getValue())));
            return mapping;
        }
        if (node.isArray()) {
            List<@Nullable Object> sequence = new ArrayList<>();
            node.forEach(item -> sequence.add(plain(item)));
            return sequence;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isNull() ? null : node.asText();
    }

    private static final class ShortNumbers extends StandardRepresenter {
        ShortNumbers(DumpSettings settings) {
            super(settings);
            representers.put(Double.class, value -> representScalar(Tag.FLOAT, NumberText.of((Double) value)));
        }
    }
}
