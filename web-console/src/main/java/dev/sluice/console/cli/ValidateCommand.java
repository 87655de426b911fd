package dev.sluice.console.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.console.specification.Explanation;
import dev.sluice.console.specification.Format;
import dev.sluice.console.specification.ReadResult;
import dev.sluice.console.specification.SamplePoints;
import dev.sluice.console.specification.SpecificationError;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrainerCatalog;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "validate",
        description = {
            "Checks a sweep file without a service: prints it with everything that was left out filled in, what its search and"
                    + " pruning do and what their options mean, and five points of its space; or every error with its line,"
                    + " path and what was meant, and ends with 2."
        },
        footer = {"", "Example:", "  ./sluice validate examples/digits.yaml"})
final class ValidateCommand implements Callable<Integer> {
    private static final int SAMPLE_POINTS = 5;

    private final CommandContext context;

    @Parameters(paramLabel = "FILE", description = "A sweep file, YAML or JSON; '-' reads the standard input.")
    private String file = "";

    @Mixin
    private final OutputOption output = new OutputOption();

    ValidateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        SweepFile read = SweepFile.read(file);
        SpecificationReader reader = new SpecificationReader(
                TrainerCatalog.read(context.trainerHome().resolve("catalog.json")), new SplittableRandom());
        return switch (reader.read(read.text(), read.isJson() ? Format.JSON : Format.YAML)) {
            case ReadResult.Valid valid -> accept(valid.specification());
            case ReadResult.Invalid invalid -> reject(read, invalid.errors());
        };
    }

    private int accept(SweepSpecification specification) {
        ObjectMapper json = new ObjectMapper();
        ObjectNode answer = json.createObjectNode();
        answer.set("spec", specification.toJson());
        Explanation explanation = Explanation.of(specification);
        answer.set("explanation", json.valueToTree(explanation));
        ArrayNode points = answer.putArray("samplePoints");
        try {
            SamplePoints.of(specification, SAMPLE_POINTS)
                    .forEach(point -> points.add(json.valueToTree(point.toPlain())));
        } catch (IllegalArgumentException nothingFeasible) {
            throw CommandFailure.wrongUsage(file + ": " + nothingFeasible.getMessage());
        }
        if (!output.printed(context.terminal(), answer)) {
            PrintWriter out = context.terminal().out();
            out.print(YamlText.of(answer.path("spec")));
            out.println();
            explain(out, "search", explanation.search());
            explain(out, "pruning", explanation.pruning());
            say(out, "budget", explanation.ends());
            say(out, "warmStart", explanation.warmStart());
            if (!explanation.warmStart().isEmpty()) {
                out.println(
                        "#   Whether there are such sweeps is for the service to say, when the sweep is submitted.");
                out.println("#");
            }
            say(out, "warning", explanation.warnings());
            out.println("# Five points of its space:");
            for (JsonNode point : points) {
                out.println("# " + ShowCommand.inline(point));
            }
        }
        return 0;
    }

    private static void say(PrintWriter out, String section, List<String> sentences) {
        if (!sentences.isEmpty()) {
            out.println("# %s: %s".formatted(section, String.join(" ", sentences)));
            out.println("#");
        }
    }

    private static void explain(PrintWriter out, String section, Explanation.Algorithm algorithm) {
        out.println("# %s: %s. %s".formatted(section, algorithm.algorithm(), algorithm.does()));
        for (Explanation.Option option : algorithm.options()) {
            out.println("#   %s: %s (%s). %s"
                    .formatted(
                            option.name(),
                            option.value() == null ? "left out" : option.value(),
                            option.takes(),
                            option.means()));
        }
        out.println("#");
    }

    private int reject(SweepFile read, List<SpecificationError> errors) {
        ObjectNode answer = new ObjectMapper().createObjectNode();
        ArrayNode list = answer.putArray("errors");
        for (SpecificationError error : errors) {
            ObjectNode entry = list.addObject().put("pointer", error.pointer());
            error.line().ifPresent(line -> entry.put("line", line));
            error.column().ifPresent(column -> entry.put("column", column));
            entry.put("detail", error.detail());
        }
        if (output.printed(context.terminal(), answer)) {
            return CommandFailure.WRONG_USAGE;
        }
        throw CommandFailure.of(
                CommandFailure.WRONG_USAGE,
                "%s has %d %s:".formatted(read.name(), errors.size(), errors.size() == 1 ? "error" : "errors"),
                errors.stream().map(SpecificationError::toString).toList());
    }
}
