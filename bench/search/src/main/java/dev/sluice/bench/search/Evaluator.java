package dev.sluice.bench.search;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.search.space.CategoricalDistribution;
import dev.sluice.search.space.FloatDistribution;
import dev.sluice.search.space.IntDistribution;
import dev.sluice.search.space.SearchSpace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates the problems for programs in other languages: a JSON object a line on stdin, the answer to each a line on stdout.
 *
 * <p>{@code {"list":true}} gives {@code {"problems":[...]}}; {@code {"problem":NAME,"params":{...},"noiseSeed":N}} gives
 * {@code {"curve":[...],"truth":[...]}}, the values after each epoch with and without noise. What cannot be answered gives {@code {"error":
 * WHY}}.
 */
final class Evaluator {
    private final Map<String, Problem> problems = new LinkedHashMap<>();

    Evaluator(List<Problem> problems) {
        problems.forEach(problem -> this.problems.put(problem.name(), problem));
    }

    /** The folder of the tables is the one argument. */
    public static void main(String[] arguments) throws IOException {
        var evaluator = new Evaluator(Problems.read(Path.of(arguments[0])));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(evaluator.answer(line));
            out.flush();
        }
    }

    String answer(String line) {
        try {
            var question = Problems.JSON.readTree(line);
            return (question.path("list").asBoolean() ? list() : evaluate(question)).toString();
        } catch (IOException | IllegalArgumentException e) {
            return Problems.JSON.createObjectNode().put("error", e.getMessage()).toString();
        }
    }

    private ObjectNode list() {
        var answer = Problems.JSON.createObjectNode();
        var all = answer.putArray("problems");
        for (Problem problem : problems.values()) {
            var header = all.addObject()
                    .put("number", problem.number())
                    .put("name", problem.name())
                    .put("half", problem.half().label());
            header.set("parameters", problem.parameters());
            header.set("parameterConstraints", problem.parameterConstraints());
            header.put("goal", problem.maximize() ? "maximize" : "minimize")
                    .put("epochs", problem.epochs())
                    .put("best", problem.best())
                    .put("randomMedian100", problem.randomMedian100())
                    .put("noise", problem.noise());
        }
        return answer;
    }

    private ObjectNode evaluate(JsonNode question) {
        var problem = problems.get(question.path("problem").asText());
        if (problem == null) {
            throw new IllegalArgumentException(
                    "there is no problem %s; there are %s".formatted(question.path("problem"), problems.keySet()));
        }
        var truth = problem.truth().curve(problem.space().complete(plain(problem.space(), question.path("params"))));
        var answer = Problems.JSON.createObjectNode();
        var curve = answer.putArray("curve");
        for (double value : problem.reported(truth, question.path("noiseSeed").asLong())) {
            curve.add(value);
        }
        var clean = answer.putArray("truth");
        for (double value : truth) {
            clean.add(value);
        }
        return answer;
    }

    private static Map<String, Object> plain(SearchSpace space, JsonNode params) {
        var values = new LinkedHashMap<String, Object>();
        for (var entry : params.properties()) {
            Object value = SpaceReader.plain(entry.getValue());
            values.put(
                    entry.getKey(),
                    space.find(entry.getKey())
                            .map(parameter -> switch (parameter.distribution()) {
                                case FloatDistribution floats -> within(value, floats.low(), floats.high());
                                case IntDistribution ints -> value;
                                case CategoricalDistribution choices -> value;
                            })
                            .orElse(value));
        }
        return values;
    }

    /** A float that misses its range by a rounding error, as the exponential of a logarithm does, is taken for the end of it. */
    private static Object within(Object value, double low, double high) {
        if (value instanceof Number number) {
            double nearest = Math.clamp(number.doubleValue(), low, high);
            if (Math.abs(nearest - number.doubleValue()) <= 1e-9 * (high - low)) {
                return nearest;
            }
        }
        return value;
    }
}
