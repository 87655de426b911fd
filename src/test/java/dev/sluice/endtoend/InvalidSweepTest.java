package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweep files that are wrong: each is refused with the place, the line and a sentence that a person understands. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvalidSweepTest {
    /** A valid file of one line a section; each case exchanges one line. */
    private static final List<String> VALID = List.of(
            "name: valid",
            "objective: {metric: loss, goal: minimize}",
            "parameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}}",
            "search: {algorithm: random, seed: 1}",
            "pruning: {algorithm: none}",
            "budget: {trials: 3}",
            "trial: {command: [echo, \"${params.x}\"]}");

    private final Rest rest;
    private final Service service;

    InvalidSweepTest(Service service) {
        this.service = service;
        this.rest = service.rest();
    }

    /** The wrong line, the pointer of the error, and a word of its sentence. */
    static Stream<Arguments> wrongLines() {
        return Stream.of(
                arguments("nom: valid", "/nom", "name"),
                arguments("name: [a]", "/name", "name"),
                arguments("name: \"\"", "/name", "name"),
                arguments("budgets: {trials: 3}", "/budgets", "budget"),
                arguments("objective: {metric: loss}", "/objective", "goal"),
                arguments("objective: {metric: loss, goal: minimise}", "/objective/goal", "minimize"),
                arguments("objective: {metric: loss, goal: minimize, report: first}", "/objective/report", "best"),
                arguments("objective: {metric: \"lo@ss\", goal: minimize}", "/objective/metric", "@"),
                arguments("parameters: {}", "/parameters", "parameter"),
                arguments("parameters: {x: {min: 1.0, max: 0.0}}", "/parameters/x", "max"),
                arguments("parameters: {x: {min: 0.0}}", "/parameters/x", "max"),
                arguments("parameters: {x: {min: a, max: 1}}", "/parameters/x/min", "number"),
                arguments("parameters: {x: {min: 0.0, max: 1.0, log: true}}", "/parameters/x", "log"),
                arguments("parameters: {x: {min: 0, max: 10, step: 0}}", "/parameters/x/step", "step"),
                arguments("parameters: {x: {min: 0, max: 10, step: 3.5}}", "/parameters/x/step", "step"),
                arguments("parameters: {x: {values: []}}", "/parameters/x/values", "values"),
                arguments("parameters: {x: {values: [a, a]}}", "/parameters/x/values", "a"),
                arguments("parameters: {x: {mim: 0, max: 1}}", "/parameters/x", "min"),
                arguments("parameters: {x: {min: 0.0, max: 1.0, default: 7}}", "/parameters/x/default", "7"),
                arguments("parameters: {x: {min: 0.0, max: 1.0, when: {y: a}}}", "/parameters/x/when", "y"),
                arguments(
                        "parameters: {x: {values: [a, b], when: {y: a}}, y: {values: [a, b], when: {x: a}}}",
                        "/parameters",
                        "x"),
                arguments("parameters: {\"x;y\": {value: 1}}", "/parameters/x;y", ";"),
                arguments("parameters: {x: {min: 0, max: 1e400}}", "/parameters/x/max", "max"),
                arguments("parameterConstraints: [\"x <\"]", "/parameterConstraints/0", "x <"),
                arguments("parameterConstraints: [\"z < 1\"]", "/parameterConstraints/0", "z"),
                arguments("parameterConstraints: [\"x > 2\"]", "/parameterConstraints", "nothing"),
                arguments("enqueue: [{x: 7}]", "/enqueue/0", "7"),
                arguments("enqueue: [{q: 1}]", "/enqueue/0", "q"),
                arguments("search: {algorithm: bayes}", "/search/algorithm", "bayes"),
                arguments("search: {algorithm: random, warmth: 3}", "/search/warmth", "warmth"),
                arguments("search: {algorithm: random, seed: -1}", "/search/seed", "seed"),
                arguments("pruning: {algorithm: asha, reduction: 1}", "/pruning/reduction", "reduction"),
                arguments("pruning: {algorithm: asha, min: 9, max: 3}", "/pruning", "max"),
                arguments("pruning: {algorithm: sha}", "/pruning/algorithm", "asha"),
                arguments("budget: {trials: 0}", "/budget/trials", "trials"),
                arguments("budget: {trials: ten}", "/budget/trials", "ten"),
                arguments("budget: {parallel: 2}", "/budget", "trials"),
                arguments("budget: {trials: 3, wallTime: 3 hours}", "/budget/wallTime", "1h30m"),
                arguments("budget: {trials: 3, stall: {trials: 0}}", "/budget/stall/trials", "trials"),
                arguments("trial: {}", "/trial", "command"),
                arguments("trial: {command: [a], external: true}", "/trial", "external"),
                arguments("trial: {command: \"python train.py\"}", "/trial/command", "list"),
                arguments("trial: {command: []}", "/trial/command", "command"),
                arguments("trial: {command: [echo, \"${params.lr}\"]}", "/trial/command/1", "lr"),
                arguments("trial: {command: [echo, \"${trial.name}\"]}", "/trial/command/1", "trial.name"),
                arguments("trial: {trainer: {task: digit, model: mlp}}", "/trial/trainer/task", "digits"),
                arguments("trial: {trainer: {task: digits, model: mpl}}", "/trial/trainer/model", "mlp"),
                arguments(
                        "trial: {trainer: {task: digits, model: mlp, callbacks: [{type: early-stoping}]}}",
                        "/trial/trainer/callbacks/0/type",
                        "early-stopping"),
                arguments("resources: {gpus: -1}", "/resources/gpus", "gpus"),
                arguments("resources: {memory: lots}", "/resources/memory", "2GiB"),
                arguments("retries: {max: -1}", "/retries/max", "max"),
                arguments("failurePolicies: [{log: \"(\", as: INFEASIBLE}]", "/failurePolicies/0/log", "expression"),
                arguments("failurePolicies: [{log: oom, as: BROKEN}]", "/failurePolicies/0/as", "INFEASIBLE"),
                arguments("promotion: {alias: champion}", "/promotion", "model"),
                arguments("promotion: {model: m, alias: latest}", "/promotion/alias", "latest"),
                arguments("promotion: {model: m, gate: [\"loss\"]}", "/promotion/gate/0", "condition"),
                arguments("tracking: {tags: [a]}", "/tracking/tags", "tags"));
    }

    @ParameterizedTest
    @MethodSource("wrongLines")
    void namesThePlaceTheLineAndWhatWasMeant(String wrong, String pointer, String word) {
        var lines = with(wrong);

        var problem = submit(String.join("\n", lines)).problem(422);

        assertThat(problem.path("type").asText()).endsWith("invalid");
        var errors = Json.list(problem.path("errors"));
        assertThat(errors)
                .as("an error at %s that speaks of '%s' in %s", pointer, word, problem)
                .anySatisfy(error -> {
                    assertThat(error.path("pointer").asText()).startsWith(pointer);
                    assertThat(error.path("detail").asText()).contains(word).contains(" ");
                    assertThat(error.path("line").asInt()).isEqualTo(lines.indexOf(wrong) + 1);
                });
        assertThat(errors)
                .allSatisfy(error -> assertThat(error.path("detail").asText())
                        .hasSizeGreaterThan(15)
                        .doesNotContain("Exception", "dev.sluice", "java."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "just a text",
                "[a, list]",
                "name: [unclosed",
                "name: a\nname: b",
                "name: &a b\nobjective: *c",
                "\tname: tabbed",
                "name: a\n  objective: b",
                "!!java.lang.Runtime {}",
                "--- \nname: a\n---\nname: b",
                "\0"
            })
    void refusesATextThatIsNoSweepFile(String text) {
        var problem = submit(text).problem(422);

        assertThat(Json.list(problem.path("errors")))
                .isNotEmpty()
                .allSatisfy(error -> assertThat(error.path("detail").asText())
                        .hasSizeGreaterThan(15)
                        .doesNotContain("Exception", "org.snakeyaml", "java.util"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "\"text\"", "{\"name\": 1}", "{\"name\": \"a\", \"name\": \"b\"}"})
    void refusesJsonThatIsNoSweepFile(String text) {
        var answer = rest.send("POST", "/api/v1/sweeps", "application/json", text);

        var problem = answer.problem(422);
        assertThat(Json.list(problem.path("errors"))).isNotEmpty();
    }

    @Test
    void refusesATrialThatThisMachineCouldNeverRun() {
        var problem = submit(String.join("\n", with("resources: {cpus: 1000}"))).problem(422);

        assertThat(problem.path("errors").path(0).path("pointer").asText()).startsWith("/resources");
        assertThat(problem.path("errors").path(0).path("detail").asText()).contains("1000");
    }

    @Test
    void namesAllErrorsOfAFileAtOnce() {
        var problem = submit("""
                nam: typo
                objective: {metric: loss, goal: up}
                parameters: {x: {min: 3, max: 1}}
                budget: {trials: -1}
                trial: {command: []}
                """).problem(422);

        assertThat(Json.list(problem.path("errors"), e -> e.path("line").asInt()))
                .contains(1, 2, 3, 4, 5);
    }

    @Test
    void unfoldsNoBombOfAliases() {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [".formatted(i, i))
                    .append(("*a" + (i - 1) + ",").repeat(10))
                    .append("]\n");
        }

        var problem = submit(bomb.toString()).problem(422);

        assertThat(problem.path("errors").path(0).path("detail").asText()).isNotBlank();
    }

    @Test
    void refusesAFileOfMoreThanAMebibyte() {
        var large = String.join("\n", with("description: \"" + "x".repeat(1 << 20) + '"'));

        var answer = submit(large);

        assertThat(answer.status()).isIn(413, 422);
        assertThat(answer.problem(answer.status()).toString()).contains("MiB");
    }

    @Test
    void refusesABodyThatIsFarTooLarge() {
        var answer = submit("#".repeat(5 << 20));

        assertThat(answer.status()).isIn(413, 422);
        answer.problem(answer.status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"})
    void refusesAMediaTypeThatItDoesNotKnow(String mediaType) {
        var problem = rest.send("POST", "/api/v1/sweeps", mediaType, String.join("\n", VALID))
                .problem(415);

        assertThat(problem.path("detail").asText()).contains("application/yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/yaml", "application/x-yaml", "text/yaml", "text/yaml; charset=utf-8"})
    void takesYamlUnderAllItsNames(String mediaType) {
        rest.send("POST", "/api/v1/sweeps?dryRun=true", mediaType, String.join("\n", VALID))
                .expect(200);
    }

    @Test
    void showsTheNormalisedFileAndFiveSamplePointsAndMakesNothing() {
        var before = newest();

        var rehearsal = rest.send("POST", "/api/v1/sweeps?dryRun=true", "application/yaml", String.join("\n", VALID))
                .expect(200)
                .json();

        assertThat(rehearsal
                        .path("spec")
                        .path("parameters")
                        .path("x")
                        .path("type")
                        .asText())
                .isEqualTo("float");
        assertThat(rehearsal.path("spec").path("search").path("seed").asInt()).isEqualTo(1);
        assertThat(Json.list(rehearsal.path("samplePoints"))).hasSize(5).allSatisfy(point -> {
            assertThat(point.path("x").asDouble()).isBetween(0.0, 1.0);
            assertThat(point.path("kind").asText()).isIn("a", "b");
        });
        assertThat(newest()).isEqualTo(before);
    }

    @Test
    void takesItsOwnNormalisedFile() {
        var spec = rest.send("POST", "/api/v1/sweeps?dryRun=true", "application/yaml", String.join("\n", VALID))
                .expect(200)
                .json()
                .path("spec");

        var again = rest.send("POST", "/api/v1/sweeps?dryRun=true", "application/json", spec.toString())
                .expect(200)
                .json()
                .path("spec");

        assertThat(again).isEqualTo(spec);
    }

    @Test
    void drawsAndKeepsASeedWhereNoneIsGiven() {
        var spec = rest.send(
                        "POST",
                        "/api/v1/sweeps?dryRun=true",
                        "application/yaml",
                        String.join("\n", with("search: {algorithm: random}")))
                .expect(200)
                .json()
                .path("spec");

        assertThat(spec.path("search").path("seed").isIntegralNumber()).isTrue();
    }

    @Test
    void makesOneSweepHoweverOftenItIsSentUnderTheSameKey() {
        var key = UUID.randomUUID().toString();
        var yaml = String.join("\n", with("trial: {external: true}"));
        var first = create(yaml, key).expect(201).json();

        var second = create(yaml, key);
        var other = create(yaml.replace("trials: 3", "trials: 4"), key);

        assertThat(second.status()).isIn(200, 201);
        assertThat(second.json().path("id")).isEqualTo(first.path("id"));
        other.problem(409);
        rest.post("/api/v1/sweeps/" + first.path("id").asText() + "/cancel").expect(200);
    }

    @Test
    void saysWhereASweepIsThatWasMade() {
        var answer = create(
                        String.join("\n", with("trial: {external: true}")),
                        UUID.randomUUID().toString())
                .expect(201);
        var made = answer.json();

        assertThat(made.path("name").asText()).isEqualTo("valid");
        assertThat(made.path("state").asText()).isEqualTo("RUNNING");
        assertThat(answer.header("Location"))
                .hasValueSatisfying(location -> assertThat(location)
                        .endsWith("/api/v1/sweeps/" + made.path("id").asText()));
        assertThat(made.path("links").path("self").asText())
                .isEqualTo(service.uri() + "api/v1/sweeps/" + made.path("id").asText());
        assertThat(made.path("links").path("console").asText())
                .startsWith(service.uri().toString());
        assertThat(made.path("links").has("mlflow")).isTrue();
        rest.post("/api/v1/sweeps/" + made.path("id").asText() + "/cancel").expect(200);
    }

    @Test
    void keepsTextsThatLookLikeBooleansAndNumbersThatLookLikeTexts() {
        var spec = rest.send(
                        "POST",
                        "/api/v1/sweeps?dryRun=true",
                        "application/yaml",
                        String.join(
                                "\n",
                                with(
                                        "parameters: {x: {values: [on, no, yes, off]}, kind: {min: 1e-4, max: 1, log: true}}")))
                .expect(200)
                .json()
                .path("spec");

        assertThat(Json.list(spec.path("parameters").path("x").path("values"), JsonNode::asText))
                .containsExactly("on", "no", "yes", "off");
        assertThat(spec.path("parameters").path("kind").path("min").asDouble()).isEqualTo(1e-4);
    }

    private Answer submit(String yaml) {
        return rest.send("POST", "/api/v1/sweeps", "application/yaml", yaml);
    }

    private Answer create(String yaml, String key) {
        return rest.send("POST", "/api/v1/sweeps", "application/yaml", yaml, "Idempotency-Key", key);
    }

    private String newest() {
        return rest.get("/api/v1/sweeps?limit=1")
                .expect(200)
                .json()
                .path("items")
                .path(0)
                .path("id")
                .asText();
    }

    /** The valid file with the line of this key exchanged, or this line added. */
    private static List<String> with(String line) {
        var key = line.substring(0, line.indexOf(':') + 1);
        var lines = new ArrayList<String>();
        boolean found = false;
        for (var valid : VALID) {
            boolean same = valid.startsWith(key) || (line.startsWith("nom:") && valid.startsWith("name:"));
            lines.add(same ? line : valid);
            found |= same;
        }
        if (!found) {
            lines.add(line);
        }
        return lines;
    }
}
