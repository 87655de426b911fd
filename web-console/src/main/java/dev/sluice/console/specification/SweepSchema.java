package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.catalog.Pruners;
import dev.sluice.search.catalog.Samplers;
import dev.sluice.search.option.AlgorithmSpec;
import dev.sluice.search.option.OptionSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The sweep file's JSON Schema (2020-12) for editors and other programs. It has the shape of everything, with titles,
 * descriptions, defaults and examples; the algorithms with their options and what the trainer can do are merged in. What it
 * cannot say (an empty range, a name that is missing) the {@link SpecificationReader} says; it never rejects a file that the
 * reader accepts. Stateless.
 */
public final class SweepSchema {
    private static final String RESOURCE = "sweep.schema.json";

    private SweepSchema() {}

    /** The schema; without a catalogue the trainer's tasks, models and callbacks may be called anything. */
    public static JsonNode json(TrainerCatalog catalog) {
        ObjectNode schema = load();
        ObjectNode definitions = (ObjectNode) schema.path("$defs");
        mergeAlgorithms(
                (ObjectNode) definitions.path("search"), Samplers.algorithms(), AlgorithmReading.DEFAULT_SEARCH);
        mergeAlgorithms((ObjectNode) definitions.path("pruning"), Pruners.algorithms(), "");
        if (!catalog.isAbsent()) {
            for (TrainerCatalog.Option option : catalog.options()) {
                ((ObjectNode) definitions.path("trainer").path("properties")).set(option.name(), option.jsonSchema());
            }
            mergeTasks((ObjectNode) definitions.path("trainer"), catalog.tasks());
            mergeCallbacks((ObjectNode) definitions.path("callback"), catalog.callbacks());
        }
        return schema;
    }

    private static ObjectNode load() {
        try (InputStream input = SweepSchema.class.getResourceAsStream(RESOURCE)) {
            if (input == null) {
                throw new FileNotFoundException(RESOURCE + " is not on the class path");
            }
            return (ObjectNode) new ObjectMapper().readTree(input);
        } catch (IOException broken) {
            throw new UncheckedIOException("the build is broken: " + RESOURCE + " cannot be read", broken);
        }
    }

    /** One branch for each algorithm; the one without a name is that of {@code standard}, where there is one. */
    private static void mergeAlgorithms(ObjectNode section, List<AlgorithmSpec> algorithms, String standard) {
        JsonNode common = section.path("properties");
        ArrayNode names = ((ObjectNode) common.path("algorithm")).putArray("enum");
        ArrayNode branches = section.putArray("oneOf");
        for (AlgorithmSpec algorithm : algorithms) {
            names.add(algorithm.name());
            ObjectNode branch = branches.addObject();
            branch.put("title", algorithm.name());
            branch.put("description", algorithm.doc());
            branch.put("additionalProperties", false);
            ObjectNode properties = branch.putObject("properties");
            common.fieldNames().forEachRemaining(name -> properties.put(name, true));
            properties.putObject("algorithm").put("const", algorithm.name());
            if (!algorithm.name().equals(standard)) {
                branch.putArray("required").add("algorithm");
            }
            for (OptionSpec option : algorithm.options()) {
                properties.set(option.name(), option(option));
            }
        }
    }

    private static ObjectNode option(OptionSpec option) {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("description", option.doc());
        switch (option.kind()) {
            case OptionSpec.IntegerKind integer -> {
                node.put("type", "number").put("multipleOf", 1).put("minimum", integer.min());
                if (integer.max() < Long.MAX_VALUE) {
                    node.put("maximum", integer.max());
                }
            }
            case OptionSpec.NumberKind number -> {
                node.put("type", "number");
                if (Double.isFinite(number.min())) {
                    node.put("minimum", number.min());
                }
                if (Double.isFinite(number.max())) {
                    node.put("maximum", number.max());
                }
            }
            case OptionSpec.FlagKind flag -> node.put("type", "boolean");
            case OptionSpec.ChoiceKind choice -> {
                ArrayNode words = node.putArray("enum");
                choice.choices().forEach(words::add);
            }
        }
        option.defaultValue().ifPresent(value -> node.set("default", NormalForm.plain(value)));
        return node;
    }

    private static void mergeTasks(ObjectNode trainer, List<TrainerCatalog.Task> tasks) {
        ArrayNode branches = trainer.putArray("oneOf");
        for (TrainerCatalog.Task task : tasks) {
            ObjectNode branch = branches.addObject();
            branch.put("title", task.name());
            if (!task.doc().isEmpty()) {
                branch.put("description", task.doc());
            }
            ObjectNode properties = branch.putObject("properties");
            properties.putObject("task").put("const", task.name());
            ArrayNode models = properties.putObject("model").putArray("enum");
            task.modelNames().forEach(models::add);
            ArrayNode required = mergeOptions(properties.putObject("options"), task.options());
            if (!required.isEmpty()) {
                branch.putArray("required").add("options");
            }
        }
        ObjectNode own = branches.addObject();
        own.put("title", "a task of one's own");
        own.put("description", "A task that one of the jars brings.");
        own.putArray("required").add("jars");
        ArrayNode known =
                own.putObject("properties").putObject("task").putObject("not").putArray("enum");
        tasks.forEach(task -> known.add(task.name()));
    }

    /** Fills an object's schema with options; gives the names of those that must be given. */
    private static ArrayNode mergeOptions(ObjectNode object, List<TrainerCatalog.Option> options) {
        object.put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        ArrayNode required = new ObjectMapper().createArrayNode();
        for (TrainerCatalog.Option option : options) {
            properties.set(option.name(), option.jsonSchema());
            if (option.required()) {
                required.add(option.name());
            }
        }
        if (!required.isEmpty()) {
            object.set("required", required);
        }
        return required;
    }

    private static void mergeCallbacks(ObjectNode callback, List<TrainerCatalog.CallbackType> types) {
        ArrayNode names = ((ObjectNode) callback.path("properties").path("type")).putArray("enum");
        ArrayNode branches = callback.putArray("oneOf");
        for (TrainerCatalog.CallbackType type : types) {
            names.add(type.type());
            ObjectNode branch = branches.addObject();
            branch.put("title", type.type());
            if (!type.doc().isEmpty()) {
                branch.put("description", type.doc());
            }
            branch.put("additionalProperties", false);
            ArrayNode required = branch.putArray("required").add("type");
            ObjectNode properties = branch.putObject("properties");
            properties.putObject("type").put("const", type.type());
            for (TrainerCatalog.Option option : type.options()) {
                properties.set(option.name(), option.jsonSchema());
                if (option.required()) {
                    required.add(option.name());
                }
            }
        }
    }
}
