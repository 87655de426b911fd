package dev.sluice.console.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** Sweep files for tests, and the reader that they are given to. */
final class SweepFiles {
    /** A file with nothing that could be left out. */
    static final String SMALLEST = """
            name: smallest
            objective: {metric: loss, goal: minimize}
            parameters:
              lr: {min: 1e-4, max: 0.3, log: true}
            budget: {trials: 3}
            trial: {command: [python, train.py, "${params.lr}"]}
            """;

    /** The example of the contract, whole. */
    static final String WHOLE = """
            name: digits-cnn
            description: "CNN on handwritten digits"
            labels: {team: vision}
            objective: {metric: val_accuracy, goal: maximize, report: best}
            parameters:
              learning_rate: {min: 1e-4, max: 0.3, log: true, default: 1e-3}
              hidden:        {min: 16, max: 256, step: 16}
              dropout:       {min: 0.0, max: 0.6}
              optimizer:     {values: [adam, sgd]}
              batch_size:    {values: [32, 64, 128], ordered: true}
              momentum:      {min: 0.0, max: 0.99, when: {optimizer: sgd}}
              epochs:        {value: 12}
            parameterConstraints: ["hidden <= 4 * batch_size"]
            enqueue: [{learning_rate: 0.001, hidden: 64, optimizer: adam, batch_size: 64, dropout: 0.1}]
            search:  {algorithm: auto, seed: 42}
            pruning: {algorithm: asha, resource: epoch, min: 1, max: 12, reduction: 3}
            budget:  {trials: 40, parallel: 2, wallTime: 30m, trialTime: 5m, failedTrials: 5, stall: {trials: 20}}
            trial:
              trainer: {task: digits, model: mlp, callbacks: [{type: early-stopping, monitor: val_loss, patience: 4}]}
              env: {MY_FLAG: "1"}
              checkpoints: {every: 1, keepLast: 1, keepBest: 1}
            resources: {gpus: 0, cpus: 1, memory: 2GiB}
            retries: {max: 2, backoff: 5s}
            failurePolicies: [{log: "CUDA out of memory", as: INFEASIBLE}]
            alerts: [{type: nan}, {type: rising, metric: val_loss, reports: 5}, {type: above, metric: grad_norm, limit: 100}, {type: stall}]
            tracking: {experiment: digits, tags: {dataset: digits}}
            promotion: {model: digits, alias: champion, gate: ["val_accuracy >= 0.9"]}
            """;

    private SweepFiles() {}

    /** The trainer's catalogue as its build writes it. */
    static TrainerCatalog catalog() {
        try (InputStream input = SweepFiles.class.getResourceAsStream("catalog.json")) {
            return TrainerCatalog.of(new ObjectMapper().readTree(Objects.requireNonNull(input)));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static SpecificationReader reader() {
        return new SpecificationReader(catalog(), new SplittableRandom(1));
    }

    /** {@link #SMALLEST} with a line added. */
    static String with(String line) {
        return SMALLEST + line + "\n";
    }

    /** {@link #SMALLEST} with the line of a top-level key replaced, or added where there is none. */
    static String having(String key, String line) {
        StringBuilder text = new StringBuilder();
        boolean found = false;
        boolean inside = false;
        for (String old : SMALLEST.lines().toList()) {
            if (!old.startsWith(" ")) {
                inside = old.startsWith(key + ":");
                if (inside) {
                    text.append(line).append('\n');
                    found = true;
                }
            }
            if (!inside) {
                text.append(old).append('\n');
            }
        }
        return found ? text.toString() : text + line + "\n";
    }

    /** {@link #SMALLEST} with one more parameter {@code x}, after {@code lr}. */
    static String parameter(String range) {
        return SMALLEST.replace("budget:", "  x: " + range + "\nbudget:");
    }

    static SweepSpecification valid(String yaml) {
        return valid(reader().read(yaml, Format.YAML));
    }

    static SweepSpecification valid(ReadResult result) {
        return switch (result) {
            case ReadResult.Valid valid -> valid.specification();
            case ReadResult.Invalid invalid -> throw new AssertionError("not valid: " + invalid.errors());
        };
    }

    static List<SpecificationError> errors(String yaml) {
        return errors(reader().read(yaml, Format.YAML));
    }

    static List<SpecificationError> errors(ReadResult result) {
        return switch (result) {
            case ReadResult.Valid valid -> List.of();
            case ReadResult.Invalid invalid -> invalid.errors();
        };
    }

    /** A YAML file as the tree that a schema's validator is given. */
    static JsonNode tree(String yaml) {
        return tree(YamlTree.parse(yaml, new Problems()).orElseThrow());
    }

    static JsonNode tree(Node node) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (node) {
            case Node.Scalar scalar ->
                switch (scalar.value()) {
                    case null -> nodes.nullNode();
                    case Long number -> nodes.numberNode(number);
                    case BigInteger number -> nodes.numberNode(number);
                    case Double number -> nodes.numberNode(number);
                    case Boolean truth -> nodes.booleanNode(truth);
                    default -> nodes.textNode(scalar.text());
                };
            case Node.Sequence sequence -> {
                ArrayNode array = nodes.arrayNode();
                sequence.items().forEach(item -> array.add(tree(item)));
                yield array;
            }
            case Node.Mapping mapping -> {
                ObjectNode object = nodes.objectNode();
                mapping.entries().forEach((key, entry) -> object.set(key, tree(entry.value())));
                yield object;
            }
        };
    }
}
