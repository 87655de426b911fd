package dev.sluice.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Condition;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.Parameter;
import dev.sluice.search.space.Scale;
import dev.sluice.search.space.SearchSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Reads parameters in the form of the sweep file, as far as problems use it. */
final class SpaceReader {
    private SpaceReader() {}

    /**
     * The space.
     *
     * @throws IllegalArgumentException if it cannot be read, naming the parameter
     */
    static SearchSpace read(JsonNode parameters, JsonNode constraints) {
        var space = SearchSpace.builder();
        for (var entry : parameters.properties()) {
            try {
                var parameter = Parameter.of(entry.getKey(), distribution(entry.getValue()));
                var when = entry.getValue().get("when");
                space.add(when == null ? parameter : parameter.when(condition(when)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("parameter %s: %s".formatted(entry.getKey(), e.getMessage()), e);
            }
        }
        constraints.forEach(constraint -> space.constraint(constraint.asText()));
        return space.build();
    }

    /** The same parameters, each range with its type, so that no reader has to tell {@code 1} from {@code 1.0}. */
    static JsonNode typed(JsonNode parameters) {
        ObjectNode typed = parameters.deepCopy();
        for (var entry : typed.properties()) {
            if (entry.getValue() instanceof ObjectNode parameter && parameter.has("min")) {
                parameter.put("type", isInt(parameter) ? "int" : "float");
            }
        }
        return typed;
    }

    private static Distribution distribution(JsonNode parameter) {
        if (parameter.has("values")) {
            var values = new ArrayList<Object>();
            parameter.get("values").forEach(value -> values.add(plain(value)));
            return parameter.path("ordered").asBoolean()
                    ? CategoricalDistribution.ordered(values.toArray())
                    : CategoricalDistribution.of(values.toArray());
        }
        if (parameter.has("value")) {
            return CategoricalDistribution.constant(plain(parameter.get("value")));
        }
        if (!parameter.has("min") || !parameter.has("max")) {
            throw new IllegalArgumentException("needs min and max, or values, was " + parameter);
        }
        var scale = parameter.path("log").asBoolean() ? Scale.LOG : Scale.LINEAR;
        if (isInt(parameter)) {
            return new IntDistribution(
                    parameter.get("min").asLong(),
                    parameter.get("max").asLong(),
                    scale,
                    parameter.path("step").asLong(1));
        }
        return new FloatDistribution(
                parameter.get("min").asDouble(),
                parameter.get("max").asDouble(),
                scale,
                parameter.has("step") ? OptionalDouble.of(parameter.get("step").asDouble()) : OptionalDouble.empty());
    }

    private static boolean isInt(JsonNode parameter) {
        if (parameter.has("type")) {
            return parameter.get("type").asText().equals("int");
        }
        return parameter.get("min").isIntegralNumber()
                && parameter.get("max").isIntegralNumber()
                && (!parameter.has("step") || parameter.get("step").isIntegralNumber());
    }

    private static Condition condition(JsonNode when) {
        var entry = when.properties().iterator().next();
        var wanted = entry.getValue();
        if (when.size() != 1) {
            throw new IllegalArgumentException("'when' must name one parameter, was " + when);
        }
        if (!wanted.isObject()) {
            var values = new ArrayList<Object>();
            (wanted.isArray() ? wanted : List.of(wanted)).forEach(value -> values.add(plain(value)));
            return Condition.oneOf(entry.getKey(), values.toArray());
        }
        if (wanted.has("min") && wanted.has("max")) {
            return Condition.between(
                    entry.getKey(),
                    wanted.get("min").asDouble(),
                    wanted.get("max").asDouble());
        }
        return wanted.has("min")
                ? Condition.atLeast(entry.getKey(), wanted.get("min").asDouble())
                : Condition.atMost(entry.getKey(), wanted.get("max").asDouble());
    }

    /** A number, text or boolean of JSON as a plain object. */
    static Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case STRING -> value.textValue();
            case NUMBER -> value.isIntegralNumber() ? (Object) value.longValue() : (Object) value.doubleValue();
            default ->
                throw new IllegalArgumentException("a value must be a number, a text or a boolean, was " + value);
        };
    }
}
