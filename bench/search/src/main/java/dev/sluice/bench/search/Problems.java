package dev.sluice.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.SearchSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** All problems: those with a formula, and every table of a folder. */
final class Problems {
    static final ObjectMapper JSON = new ObjectMapper();

    private Problems() {}

    /** By number. */
    static List<Problem> read(Path tables) throws IOException {
        var problems = new ArrayList<Problem>();
        try (var headers = Objects.requireNonNull(Problems.class.getResourceAsStream("analytic.json"))) {
            for (JsonNode header : JSON.readTree(headers)) {
                problems.add(analytic(header));
            }
        }
        try (var files = Files.newDirectoryStream(tables, "*.json")) {
            for (Path file : files) {
                problems.add(tabulated(JSON.readTree(file.toFile()), tables));
            }
        }
        problems.sort(Comparator.comparingInt(Problem::number));
        for (int i = 0; i + 1 < problems.size(); i++) {
            if (problems.get(i).number() == problems.get(i + 1).number()) {
                throw new IllegalArgumentException(
                        "problems %s and %s have one number".formatted(problems.get(i), problems.get(i + 1)));
            }
        }
        return List.copyOf(problems);
    }

    private static Problem analytic(JsonNode header) {
        var parameters = header.has("parameters") ? header.get("parameters") : box(header);
        var function = AnalyticFunctions.of(header.get("name").asText());
        return problem(header, parameters, space -> values -> new double[] {function.applyAsDouble(values)});
    }

    private static ObjectNode box(JsonNode header) {
        var parameters = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < header.get("dimensions").asInt(); i++) {
            parameters.set(
                    "x" + i,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "float")
                            .put("min", header.get("low").asDouble())
                            .put("max", header.get("high").asDouble()));
        }
        return parameters;
    }

    private static Problem tabulated(JsonNode header, Path tables) throws IOException {
        var problem = problem(
                header,
                header.get("parameters"),
                space -> Table.read(
                        tables.resolve(header.get("name").asText() + ".csv.gz"),
                        space,
                        header.get("epochs").asInt()));
        if (!header.get("half").asText().equals(problem.half().label())) {
            throw new IllegalArgumentException("problem %s has number %d and says that its half is %s"
                    .formatted(problem, problem.number(), header.get("half")));
        }
        return problem;
    }

    @FunctionalInterface
    private interface TruthReader {
        Problem.Truth read(SearchSpace space) throws IOException;
    }

    private static Problem problem(JsonNode header, JsonNode parameters, TruthReader reader) {
        var constraints = header.has("parameterConstraints")
                ? header.get("parameterConstraints")
                : new ArrayNode(JsonNodeFactory.instance);
        var space = SpaceReader.read(parameters, constraints);
        try {
            return new Problem(
                    header.get("number").asInt(),
                    header.get("name").asText(),
                    SpaceReader.typed(parameters),
                    constraints,
                    space,
                    header.path("goal").asText("minimize").equals("maximize"),
                    header.path("epochs").asInt(1),
                    header.get("best").asDouble(),
                    header.path("randomMedian100").asDouble(Double.NaN),
                    header.path("noise").asDouble(0),
                    reader.read(space));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
