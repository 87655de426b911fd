package dev.sluice.console.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/** Fields that shall be others, from {@code --set budget.trials=80}: a merge patch (RFC 7396). */
final class Changes {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Changes() {}

    /**
     * The patch.
     *
     * @param settings each {@code PATH=VALUE}, the path with dots between its names, a value in JSON or else text; an empty one takes the
     *     field out
     */
    static ObjectNode of(List<String> settings) {
        ObjectNode patch = JSON.createObjectNode();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw CommandFailure.of(
                        CommandFailure.WRONG_USAGE,
                        "--set wants PATH=VALUE, such as budget.trials=80, was \"%s\"".formatted(setting),
                        List.of());
            }
            ObjectNode place = patch;
            String[] path = setting.substring(0, equals).strip().split("\\.", -1);
            for (int i = 0; i < path.length - 1; i++) {
                place = place.get(path[i]) instanceof ObjectNode inner ? inner : place.putObject(path[i]);
            }
            place.set(path[path.length - 1], value(setting.substring(equals + 1).strip()));
        }
        return patch;
    }

    private static JsonNode value(String text) {
        if (text.isEmpty()) {
            return JSON.nullNode();
        }
        try {
            JsonNode read = JSON.readTree(text);
            return read.isMissingNode() ? TextNode.valueOf(text) : read;
        } catch (JsonProcessingException plain) {
            return TextNode.valueOf(text);
        }
    }
}
