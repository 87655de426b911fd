package dev.sluice.console.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON body whose texts hold `${…}` where an alert's fields go. Fields are put into the tree, not into its text: whatever a sweep is
 * called, the body stays what it was meant to be. Immutable and thread-safe.
 */
final class Template {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FIELD = Pattern.compile("\\$\\{([^}]*)}");

    private final JsonNode body;
    private final UnaryOperator<String> quote;

    private Template(JsonNode body, UnaryOperator<String> quote) {
        this.body = body;
        this.quote = quote;
    }

    /**
     * @param known the names that a field may have
     * @param quote takes from a value what the receiver would read as markup
     * @throws IllegalArgumentException it is no JSON, or names a field that there is not
     */
    static Template parse(String text, Map<String, String> known, UnaryOperator<String> quote) {
        try {
            var body = JSON.readTree(text);
            if (!body.isObject()) {
                throw new IllegalArgumentException("a template must be a JSON object");
            }
            var template = new Template(body, quote);
            template.fill(body, known);
            return template;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a template must be JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The body for these fields. */
    String fill(Map<String, String> fields) {
        return fill(body, fields).toString();
    }

    private JsonNode fill(JsonNode node, Map<String, String> fields) {
        return switch (node) {
            case ObjectNode object -> {
                var filled = JSON.createObjectNode();
                object.properties().forEach(entry -> filled.set(entry.getKey(), fill(entry.getValue(), fields)));
                yield filled;
            }
            case ArrayNode array -> {
                var filled = JSON.createArrayNode();
                array.forEach(item -> filled.add(fill(item, fields)));
                yield filled;
            }
            case TextNode text ->
                TextNode.valueOf(FIELD.matcher(text.textValue()).replaceAll(match -> {
                    var value = fields.get(match.group(1));
                    if (value == null) {
                        throw new IllegalArgumentException("there is no field ${%s}; the fields are %s"
                                .formatted(match.group(1), String.join(", ", fields.keySet())));
                    }
                    return Matcher.quoteReplacement(quote.apply(value));
                }));
            default -> node;
        };
    }
}
