package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.Distribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.ParameterValue;
import dev.sluice.trainer.protocol.MemberMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the trainer can do: its tasks, their models and what these call their parameters, and its callbacks with their
 * options. The trainer's build writes it beside the trials' class path, as {@code catalog.json}. Immutable and thread-safe.
 */
public final class TrainerCatalog {
    private static final TrainerCatalog ABSENT = new TrainerCatalog(List.of(), List.of(), List.of(), true);

    private final List<Option> options;
    private final List<Task> tasks;
    private final List<CallbackType> callbacks;
    private final boolean absent;

    private TrainerCatalog(List<Option> options, List<Task> tasks, List<CallbackType> callbacks, boolean absent) {
        this.options = List.copyOf(options);
        this.tasks = List.copyOf(tasks);
        this.callbacks = List.copyOf(callbacks);
        this.absent = absent;
    }

    /** No catalogue: trainer trials are checked for shape alone. */
    public static TrainerCatalog absent() {
        return ABSENT;
    }

    /**
     * Reads a catalogue; {@link #absent} where there is no such file.
     *
     * @throws IOException if the file is there but cannot be read or is no JSON
     */
    public static TrainerCatalog read(Path file) throws IOException {
        try {
            return of(new ObjectMapper().readTree(Files.readAllBytes(file)));
        } catch (NoSuchFileException none) {
            return ABSENT;
        }
    }

    /** Reads a catalogue's tree; what it does not have is empty. */
    public static TrainerCatalog of(JsonNode tree) {
        List<Task> tasks = new ArrayList<>();
        for (JsonNode task : tree.path("tasks")) {
            List<Model> models = new ArrayList<>();
            for (JsonNode model : task.path("models")) {
                models.add(new Model(
                        model.path("name").asText(), model.path("doc").asText(), options(model.path("parameters"))));
            }
            tasks.add(new Task(
                    task.path("name").asText(),
                    task.path("doc").asText(),
                    options(task.path("options")),
                    models,
                    words(task.path("epochMetrics")),
                    words(task.path("finalMetrics"))));
        }
        List<CallbackType> callbacks = new ArrayList<>();
        for (JsonNode callback : tree.path("callbacks")) {
            callbacks.add(new CallbackType(
                    callback.path("type").asText(), callback.path("doc").asText(), options(callback.path("options"))));
        }
        return new TrainerCatalog(options(tree.path("trainer")), tasks, callbacks, false);
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }

    /** Options as a list of objects with a name, or as an object of schemas by name. */
    private static List<Option> options(JsonNode node) {
        List<Option> options = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(option -> options.add(new Option(option.path("name").asText(), option)));
        } else {
            JsonNode properties = node.has("properties") ? node.path("properties") : node;
            properties.properties().forEach(field -> {
                if (field.getValue().isObject()) {
                    options.add(new Option(field.getKey(), field.getValue()));
                }
            });
        }
        return options;
    }

    boolean isAbsent() {
        return absent;
    }

    /** What can be said of trials of every task. */
    List<Option> options() {
        return options;
    }

    List<Task> tasks() {
        return tasks;
    }

    List<CallbackType> callbacks() {
        return callbacks;
    }

    List<String> taskNames() {
        return tasks.stream().map(Task::name).toList();
    }

    List<String> callbackTypes() {
        return callbacks.stream().map(CallbackType::type).toList();
    }

    Optional<Task> task(String name) {
        return tasks.stream().filter(task -> task.name().equals(name)).findFirst();
    }

    Optional<CallbackType> callback(String type) {
        return callbacks.stream()
                .filter(callback -> callback.type().equals(type))
                .findFirst();
    }

    /**
     * Something that can be trained.
     *
     * @param options      what a sweep can say of it, the same for all trials
     * @param epochMetrics what it reports at each epoch; empty where the catalogue does not say
     * @param finalMetrics what it reports once, at the end
     */
    record Task(
            String name,
            String doc,
            List<Option> options,
            List<Model> models,
            List<String> epochMetrics,
            List<String> finalMetrics) {
        Task {
            options = List.copyOf(options);
            models = List.copyOf(models);
            epochMetrics = List.copyOf(epochMetrics);
            finalMetrics = List.copyOf(finalMetrics);
        }

        /** All that it reports; empty where the catalogue does not say. */
        List<String> metrics() {
            return Stream.concat(epochMetrics.stream(), finalMetrics.stream()).toList();
        }

        /** As trials report it whose metrics are means over several trainings. */
        Task together() {
            return new Task(
                    name, doc, options, models, MemberMetrics.names(epochMetrics), MemberMetrics.names(finalMetrics));
        }

        List<String> modelNames() {
            return models.stream().map(Model::name).toList();
        }

        Optional<Model> model(String name) {
            return models.stream().filter(model -> model.name().equals(name)).findFirst();
        }
    }

    /** A network of a task, with the parameters that a sweep can set. */
    record Model(String name, String doc, List<Option> parameters) {
        Model {
            parameters = List.copyOf(parameters);
        }

        List<String> parameterNames() {
            return parameters.stream().map(Option::name).toList();
        }

        Optional<Option> parameter(String name) {
            return parameters.stream()
                    .filter(option -> option.name().equals(name))
                    .findFirst();
        }
    }

    /** A kind of callback. */
    record CallbackType(String type, String doc, List<Option> options) {
        CallbackType {
            options = List.copyOf(options);
        }

        List<String> optionNames() {
            return options.stream().map(Option::name).toList();
        }
    }

    /**
     * One value that can be given.
     *
     * @param schema its JSON Schema: of it {@code type}, {@code enum}, {@code minimum}, {@code maximum},
     *               {@code exclusiveMinimum} and {@code exclusiveMaximum} are checked here. {@code int}, {@code float},
     *               {@code bool} and {@code text} are understood as types too
     */
    record Option(String name, JsonNode schema) {
        private static final Map<String, String> TYPES = Map.of(
                "int", "integer", "long", "integer", "float", "number", "double", "number", "text", "string", "bool",
                "boolean");

        String description() {
            String doc = schema.path("doc").asText(schema.path("description").asText(""));
            return doc.isEmpty() ? "it has no default" : doc;
        }

        boolean required() {
            return schema.path("required").isBoolean()
                    && schema.path("required").booleanValue();
        }

        /** JSON Schema's name of its type; empty where anything goes. */
        String type() {
            String type = schema.path("type").asText("");
            return TYPES.getOrDefault(type, type);
        }

        List<String> choices() {
            return words(schema.has("enum") ? schema.path("enum") : schema.path("values"));
        }

        /** A schema for editors and validators, without the catalogue's own words. */
        ObjectNode jsonSchema() {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            schema.properties().forEach(field -> {
                switch (field.getKey()) {
                    case "name", "required", "doc", "type", "values" -> {
                        // Said in JSON Schema's own words below.
                    }
                    default -> result.set(field.getKey(), field.getValue());
                }
            });
            if (type().equals("integer")) {
                // 4.0 counts as whole for the reader; validators differ in whether it is an integer.
                result.put("type", "number").put("multipleOf", 1);
            } else if (!type().isEmpty()) {
                result.put("type", type());
            }
            if (schema.has("values")) {
                result.set("enum", schema.path("values"));
            }
            if (schema.has("doc")) {
                result.put("description", schema.path("doc").asText());
            }
            return result;
        }

        /** What is wrong with a plain value, as the rest of a sentence: {@code must be …}. */
        Optional<String> complaint(Object plain) {
            List<String> choices = choices();
            if (!choices.isEmpty()) {
                String text = plain instanceof Double number ? NumberText.of(number) : plain.toString();
                return choices.contains(text)
                        ? Optional.empty()
                        : Optional.of("must be " + Words.anyOf(choices) + Words.suggestion(text, choices));
            }
            boolean fits = switch (type()) {
                case "integer" ->
                    plain instanceof Long || (plain instanceof Double number && number == Math.rint(number));
                case "number" -> plain instanceof Number;
                case "string" -> plain instanceof String;
                case "boolean" -> plain instanceof Boolean;
                case "array" -> plain instanceof List;
                case "object" -> plain instanceof Map;
                default -> true;
            };
            if (!fits) {
                return Optional.of("must be " + typeInWords());
            }
            return plain instanceof Number number ? outside(number.doubleValue()) : Optional.empty();
        }

        /** What is wrong with drawing its value from a distribution. */
        Optional<String> complaint(Distribution distribution) {
            return switch (distribution) {
                case FloatDistribution floats ->
                    type().equals("integer")
                            ? Optional.of("must be " + typeInWords()
                                    + ", but the range is one of floats; write whole numbers or type: int")
                            : complaint((Object) floats.low()).or(() -> complaint((Object) floats.high()));
                case IntDistribution ints -> complaint((Object) ints.low()).or(() -> complaint((Object) ints.high()));
                case CategoricalDistribution choices -> {
                    Optional<String> complaint = Optional.empty();
                    for (ParameterValue value : choices.values()) {
                        complaint = complaint.or(() -> complaint(value.plain())
                                .map(text ->
                                        text + ", but one of its values is " + Words.clipped(NumberText.of(value))));
                    }
                    yield complaint;
                }
            };
        }

        private String typeInWords() {
            return switch (type()) {
                case "integer" -> "a whole number";
                case "number" -> "a number";
                case "string" -> "text";
                case "boolean" -> "true or false";
                case "array" -> "a list";
                default -> "a mapping";
            };
        }

        private Optional<String> outside(double number) {
            List<String> bounds = new ArrayList<>();
            boolean inside = true;
            for (String bound : List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")) {
                if (!schema.path(bound).isNumber()) {
                    continue;
                }
                double limit = schema.path(bound).doubleValue();
                inside &= switch (bound) {
                    case "minimum" -> number >= limit;
                    case "exclusiveMinimum" -> number > limit;
                    case "maximum" -> number <= limit;
                    default -> number < limit;
                };
                String word = switch (bound) {
                    case "minimum" -> "at least ";
                    case "exclusiveMinimum" -> "above ";
                    case "maximum" -> "at most ";
                    default -> "below ";
                };
                bounds.add(word + NumberText.of(limit));
            }
            return inside ? Optional.empty() : Optional.of("must be " + Words.allOf(bounds));
        }
    }
}
