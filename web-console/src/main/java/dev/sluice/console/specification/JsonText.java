package dev.sluice.console.specification;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one strict JSON value (RFC 8259) into {@link Node}s. Bare {@code NaN} and infinities pass, so that the error about
 * them can say which field has them. One instance reads one text; not thread-safe.
 */
final class JsonText {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(TreeLimits.DEPTH)
                    .maxNumberLength(400)
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final JsonParser parser;
    private final Problems problems;
    private int nodes;

    private JsonText(JsonParser parser, Problems problems) {
        this.parser = parser;
        this.problems = problems;
    }

    /** The root, or empty after a problem that leaves nothing to look at. */
    static Optional<Node> parse(String text, Problems problems) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                problems.add(
                        "",
                        new Position(1, 1),
                        "the file is empty: a sweep file is an object that begins with {\"name\": …");
                return Optional.empty();
            }
            Node root = new JsonText(parser, problems).read("");
            if (parser.nextToken() != null) {
                problems.add(
                        "",
                        at(parser.currentTokenLocation()),
                        "more text follows the sweep: a JSON sweep file is exactly one object");
                return Optional.empty();
            }
            return Optional.of(root);
        } catch (StreamConstraintsException beyond) {
            problems.add(
                    "",
                    at(beyond.getLocation()),
                    "nested more than " + TreeLimits.DEPTH
                            + " levels deep, or a number of more than 400 digits: nothing in a sweep file needs that");
        } catch (JsonProcessingException notJson) {
            String message = notJson.getOriginalMessage();
            problems.add(
                    "",
                    at(notJson.getLocation()),
                    "not valid JSON: " + Words.clippedTo(message == null ? "unreadable" : withoutSource(message), 200));
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading from memory failed", impossible);
        }
        return Optional.empty();
    }

    /** The same nodes from a tree in memory; they have no positions. */
    static Node of(JsonNode tree) {
        if (tree.isObject()) {
            Map<String, Node.Entry> entries = new LinkedHashMap<>();
            tree.properties()
                    .forEach(field -> entries.put(field.getKey(), new Node.Entry(Position.NONE, of(field.getValue()))));
            return new Node.Mapping(Position.NONE, Collections.unmodifiableMap(entries), 1);
        }
        if (tree.isArray()) {
            List<Node> items = new ArrayList<>();
            tree.forEach(item -> items.add(of(item)));
            return new Node.Sequence(Position.NONE, List.copyOf(items), 1);
        }
        if (tree.isTextual()) {
            return new Node.Scalar(Position.NONE, tree.textValue(), tree.textValue());
        }
        if (tree.isBoolean()) {
            return new Node.Scalar(Position.NONE, tree.booleanValue(), tree.asText());
        }
        if (tree.isIntegralNumber()) {
            return new Node.Scalar(Position.NONE, YamlTree.whole(tree.bigIntegerValue()), tree.asText());
        }
        if (tree.isNumber()) {
            return new Node.Scalar(Position.NONE, tree.doubleValue(), tree.asText());
        }
        return new Node.Scalar(Position.NONE, null, "null");
    }

    private Node read(String pointer) throws IOException {
        Position position = at(parser.currentTokenLocation());
        if (++nodes > TreeLimits.NODES) {
            throw new JsonTooLarge(parser);
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object(pointer, position);
            case START_ARRAY -> array(pointer, position);
            case VALUE_STRING -> {
                String text = parser.getText();
                TreeLimits.checkText(text, pointer, position, problems);
                yield new Node.Scalar(position, text, text);
            }
            case VALUE_NUMBER_INT -> {
                String text = parser.getText();
                yield new Node.Scalar(position, YamlTree.whole(new BigInteger(text)), text);
            }
            case VALUE_NUMBER_FLOAT -> new Node.Scalar(position, parser.getDoubleValue(), parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> new Node.Scalar(position, token == JsonToken.VALUE_TRUE, parser.getText());
            default -> new Node.Scalar(position, null, parser.getText());
        };
    }

    private Node array(String pointer, Position position) throws IOException {
        List<Node> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(read(Pointers.child(pointer, items.size())));
        }
        return new Node.Sequence(position, List.copyOf(items), 1);
    }

    private Node object(String pointer, Position position) throws IOException {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Position keyPosition = at(parser.currentTokenLocation());
            TreeLimits.checkText(name, pointer, keyPosition, problems);
            parser.nextToken();
            Node value = read(Pointers.child(pointer, name));
            Node.Entry before = entries.get(name);
            if (before == null) {
                entries.put(name, new Node.Entry(keyPosition, value));
            } else {
                TreeLimits.repeatedKey(name, before.keyPosition(), pointer, keyPosition, problems);
            }
        }
        return new Node.Mapping(position, Collections.unmodifiableMap(entries), 1);
    }

    private static Position at(JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? Position.NONE
                : new Position(location.getLineNr(), Math.max(1, location.getColumnNr()));
    }

    /** More values than {@link TreeLimits#NODES}. */
    private static final class JsonTooLarge extends JsonProcessingException {
        private static final long serialVersionUID = 1L;

        JsonTooLarge(JsonParser parser) {
            super("more than " + TreeLimits.NODES + " values", parser.currentTokenLocation());
        }
    }

    /** Jackson names the source of a text, which is never one that a person could look at. */
    private static String withoutSource(String message) {
        return message.replaceAll("\\s*\\(start marker at \\[Source: [^\\]]*\\]\\)", "");
    }
}
