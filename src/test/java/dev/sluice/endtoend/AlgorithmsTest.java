package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm that the published schema names, from the sweep file to the results; trials are run by this worker itself. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlgorithmsTest {
    private static final Map<String, Object> PARAMETERS = Map.of(
            "x", Map.of("min", 0.0, "max", 1.0, "step", 0.05),
            "y", Map.of("min", 1, "max", 8),
            "kind", Map.of("values", List.of("a", "b")),
            "z", Map.of("min", 0.0, "max", 2.0, "step", 0.1, "when", Map.of("kind", "b")));
    private static final Map<String, Object> LOSS = Map.of("metric", "loss", "goal", "minimize");
    private static final Map<String, Object> SIZE = Map.of("metric", "size", "goal", "minimize");

    private final Service service;
    private final Rest rest;

    AlgorithmsTest(Service service) {
        this.service = service;
        this.rest = service.rest();
    }

    Stream<String> searches() {
        return names("search");
    }

    Stream<String> prunings() {
        return names("pruning");
    }

    private Stream<String> names(String section) {
        var schema = rest.get("/api/v1/schema/sweep.json").expect(200).json();
        return Json.list(
                schema.path("$defs")
                        .path(section)
                        .path("properties")
                        .path("algorithm")
                        .path("enum"),
                JsonNode::asText)
                .stream();
    }

    @ParameterizedTest
    @MethodSource("searches")
    void searchesWith(String algorithm) {
        var sweep = submit(Map.of("objective", LOSS), Map.of("algorithm", algorithm), Map.of(), 14);

        work(sweep, 1);

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials()).hasSize(14).allSatisfy(trial -> {
            assertThat(trial.path("state").asText()).isEqualTo("COMPLETE");
            assertThat(trial.path("params").has("z"))
                    .isEqualTo(trial.path("params").path("kind").asText().equals("b"));
        });
    }

    @ParameterizedTest
    @MethodSource("prunings")
    void prunesWith(String algorithm) {
        Map<String, Object> pruning = algorithm.equals("threshold")
                ? Map.of("algorithm", algorithm, "upper", 1.5)
                : Map.of("algorithm", algorithm);
        var sweep = submit(Map.of("objective", LOSS), Map.of("algorithm", "random"), pruning, 14);

        work(sweep, 9);

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials()).allSatisfy(trial -> {
            if (trial.path("state").asText().equals("PRUNED")) {
                assertThat(trial.path("reason").asText()).containsPattern("\\d");
            }
        });
    }

    @Test
    void findsWhatNoTrialBeatsWithinTheConstraints() {
        var sweep = submit(
                Map.of("objectives", List.of(LOSS, SIZE), "constraints", List.of("size <= 9")),
                Map.of("algorithm", "nsga2"),
                Map.of(),
                40);
        work(sweep, 1);

        var view = sweep.awaitEnd();
        var front = rest.get(sweep.path() + "/pareto").expect(200).json();

        assertThat(view.path("best").isNull()).isTrue();
        assertThat(Json.list(front.path("objectives"), o -> o.path("metric").asText()))
                .containsExactly("loss", "size");
        var members = Json.list(front.path("trials"));
        assertThat(members).isNotEmpty().allSatisfy(member -> {
            assertThat(value(member, "size")).isLessThanOrEqualTo(9);
            assertThat(sweep.trials()).noneMatch(trial -> beats(trial, member));
        });
        assertThat(front.path("hypervolume").asDouble()).isPositive();
        assertThat(front.path("reference").path("size").asDouble()).isGreaterThan(9);
    }

    @Test
    void saysWhichParametersMatter() {
        var sweep = submit(Map.of("objective", LOSS), Map.of("algorithm", "random", "seed", 5), Map.of(), 60);
        work(sweep, 1);
        sweep.awaitEnd();

        for (var method : List.of("ped-anova", "fanova")) {
            var importance = rest.get(sweep.path() + "/importance?method=" + method)
                    .expect(200)
                    .json();
            assertThat(importance.path("trials").asInt()).isEqualTo(60);
            assertThat(Json.list(
                            importance.path("parameters"), p -> p.path("name").asText()))
                    .startsWith("x")
                    .containsExactlyInAnyOrder("x", "y", "kind", "z");
        }
        assertThat(rest.get(sweep.path() + "/importance?metric=speed")
                        .problem(400)
                        .toString())
                .contains("loss");
        assertThat(rest.get(sweep.path() + "/importance?method=shap")
                        .problem(400)
                        .toString())
                .contains("ped-anova");
    }

    @Test
    void endsAGridByItself() {
        var file = file(Map.of("objective", LOSS), Map.of("algorithm", "grid"), Map.of());
        file.put("parameters", Map.of("x", Map.of("values", List.of(1, 2, 3)), "y", Map.of("values", List.of(1, 2))));
        var sweep = service.submit(file);

        work(sweep, 1);

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials())
                .hasSize(6)
                .extracting(trial -> trial.path("params").toString())
                .doesNotHaveDuplicates();
    }

    @Test
    void explainsWhatAFileAsksFor() {
        var file = file(
                Map.of("objective", LOSS), Map.of("algorithm", "tpe", "candidates", 40), Map.of("algorithm", "asha"));
        file.put("budget", Map.of("trials", 10));

        var explanation =
                rest.post("/api/v1/sweeps?dryRun=true", file).expect(200).json().path("explanation");

        assertThat(explanation.path("search").path("does").asText()).contains("Parzen");
        assertThat(Json.list(explanation.path("search").path("options"))).anySatisfy(option -> {
            assertThat(option.path("name").asText()).isEqualTo("candidates");
            assertThat(option.path("value").asInt()).isEqualTo(40);
            assertThat(option.path("means").asText()).isNotBlank();
        });
        assertThat(explanation.path("pruning").path("does").asText()).contains("halving");
    }

    private Sweep submit(
            Map<String, Object> goals, Map<String, Object> search, Map<String, Object> pruning, int trials) {
        var file = file(goals, search, pruning);
        file.put("budget", Map.of("trials", trials));
        return service.submit(file);
    }

    private static Map<String, Object> file(
            Map<String, Object> goals, Map<String, Object> search, Map<String, Object> pruning) {
        var file = new LinkedHashMap<String, Object>();
        file.put("name", "algorithms " + search + pruning);
        file.putAll(goals);
        file.put("parameters", PARAMETERS);
        file.put("search", search);
        if (!pruning.isEmpty()) {
            file.put("pruning", pruning);
        }
        file.put("trial", Map.of("external", true));
        return file;
    }

    /** Runs what the sweep has to give, until it is over. */
    private void work(Sweep sweep, int steps) {
        while (true) {
            var answer = rest.post(
                    sweep.path() + "/leases", Map.of("workerId", "algorithms", "capacity", 1, "waitSeconds", 5));
            if (answer.status() == 410) {
                return;
            }
            if (answer.status() == 204) {
                continue;
            }
            var lease = answer.expect(200).json().path(0);
            run("/api/v1/leases/" + lease.path("leaseId").asText(), lease.path("params"), steps);
        }
    }

    private void run(String lease, JsonNode params, int steps) {
        for (int step = 1; step <= steps; step++) {
            double loss = loss(params) + 2.0 / step;
            var reply = rest.post(
                            lease + "/reports",
                            Map.of(
                                    "seq",
                                    step,
                                    "points",
                                    List.of(Map.of(
                                            "step", step, "values", Map.of("loss", loss, "size", size(params))))))
                    .expect(200)
                    .json();
            if (reply.path("directive").asText().equals("STOP")) {
                rest.post(lease + "/complete", Map.of("state", "PRUNED")).expect(200);
                return;
            }
        }
        rest.post(lease + "/complete", Map.of("state", "COMPLETE")).expect(200);
    }

    private static double loss(JsonNode params) {
        double x = params.path("x").asDouble();
        double branch = params.path("kind").asText().equals("b")
                ? 0.1 * params.path("z").asDouble()
                : 0.05;
        return 3 * (x - 0.7) * (x - 0.7) + branch + 0.01 * params.path("y").asInt();
    }

    private static double size(JsonNode params) {
        return 12 * (1 - params.path("x").asDouble()) + params.path("y").asInt();
    }

    private static double value(JsonNode trial, String metric) {
        return trial.path("values").path(metric).asDouble();
    }

    private static boolean beats(JsonNode trial, JsonNode member) {
        return value(trial, "size") <= 9
                && value(trial, "loss") <= value(member, "loss")
                && value(trial, "size") <= value(member, "size")
                && (value(trial, "loss") < value(member, "loss") || value(trial, "size") < value(member, "size"));
    }
}
