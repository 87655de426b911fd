package dev.sluice.console.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON Merge Patch (RFC 7396): fields take the place of fields, null takes them out. Stateless. */
final class MergePatch {
    private MergePatch() {}

    /** The target with the patch applied; neither is changed. */
    static ObjectNode apply(ObjectNode target, ObjectNode patch) {
        var result = target.deepCopy();
        patch.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                result.remove(entry.getKey());
            } else if (value instanceof ObjectNode inner) {
                var before = result.get(entry.getKey()) instanceof ObjectNode object ? object : target.objectNode();
                result.set(entry.getKey(), apply(before, inner));
            } else {
                result.set(entry.getKey(), value.deepCopy());
            }
        });
        return result;
    }
}
