package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Gate;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.endtoend.harness.Waiting;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** `kill -9` of the service in the middle of a promotion or a rollback: a new start brings it to its end, once. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledPromotionTest {
    private static final String ALIAS = "/registered-models/alias";

    private Mlflow mlflow;
    private Gate gate;
    private Service service;
    private Sweep sweep;

    @BeforeAll
    void train(Mlflow shared) {
        mlflow = shared;
        gate = Gate.before(shared);
        service = Service.named("killed-promotion")
                .with("sluice.mlflow.uri", gate.uri().toString())
                .start();
        sweep = service.submit(SweepFile.example("digits.yaml")
                .set("name", "killed-promotion")
                .set("tracking.experiment", "killed-promotion")
                .set("budget.trials", 1)
                .set("parameters.epochs.value", 1)
                .set("pruning", Map.of("algorithm", "none"))
                .remove("promotion")
                .map());
        assertThat(sweep.awaitDelivered().path("state").asText()).isEqualTo("COMPLETED");
    }

    @AfterEach
    void leaveTheServiceRunning() {
        service.ensureRunning();
    }

    @AfterAll
    void stop() {
        service.close();
        gate.close();
    }

    static Stream<Arguments> calls() {
        var everyDay = Stream.of(
                arguments("GET", "/sluice/sample.json", true),
                arguments("POST", "/model-versions/create", true),
                arguments("POST", ALIAS, true));
        var others = Stream.of(
                arguments("POST", "/logged-models", true),
                arguments("PUT", "/model.onnx", false),
                arguments("PUT", "/MLmodel", true),
                arguments("POST", "/registered-models/create", true),
                arguments("POST", "/model-versions/create", false),
                arguments("POST", ALIAS, false));
        return Build.isLong() ? Stream.concat(everyDay, others) : everyDay;
    }

    @ParameterizedTest(name = "{0} {1}, acted: {2}")
    @MethodSource("calls")
    void makesOneVersionAndOneAlias(String method, String path, boolean acted) {
        var model = "killed-" + System.nanoTime();

        var promotion = killedAt(gate.hold(method, path, acted), () -> promote(model), "RUNNING", "DONE");

        assertThat(promotion.path("version").asText()).isEqualTo("1");
        assertThat(promotion.path("previousVersion").asText("none")).isEmpty();
        assertThat(promotion.path("verification").asText()).contains("16 predictions agree");
        assertThat(mlflow.versions(model)).containsExactly(1);
        assertThat(mlflow.alias(model, "champion").path("version").asText()).isEqualTo("1");
        assertThat(loggedModels(model)).containsExactly("LOGGED_MODEL_READY");
        assertThat(service.data().resolve("promotions")).isEmptyDirectory();
    }

    @Test
    void putsAnAliasBackOnce() {
        var model = "put-back-" + System.nanoTime();
        var first = awaitEnd(promote(model), "DONE");
        var second = awaitEnd(promote(model), "DONE");
        assertThat(second.path("previousVersion").asText()).isEqualTo("1");

        var back = killedAt(gate.hold("POST", ALIAS, true), () -> rollBack(second), "ROLLING_BACK", "ROLLED_BACK");

        assertThat(back.path("reason").asText()).contains("version 1 again");
        assertThat(mlflow.alias(model, "champion").path("version").asText()).isEqualTo("1");
        assertThat(mlflow.versions(model)).containsExactly(1, 2);
        awaitEnd(rollBack(first), "ROLLED_BACK");
    }

    /** Kills the service while MLflow's answer to this call is held, starts it again, and waits for the end. */
    private JsonNode killedAt(
            Gate.Held held, java.util.function.Supplier<JsonNode> begin, String meanwhile, String expected) {
        JsonNode begun;
        try {
            begun = begin.get();
            held.await();
            assertThat(view(begun).path("state").asText()).isEqualTo(meanwhile);
            service.kill();
        } finally {
            held.release();
        }
        service.restart();
        return awaitEnd(begun, expected);
    }

    private JsonNode promote(String model) {
        return service.rest()
                .post(sweep.path() + "/promotions", Map.of("model", model, "alias", "champion"))
                .expect(202)
                .json();
    }

    private JsonNode rollBack(JsonNode promotion) {
        return service.rest()
                .post("/api/v1/promotions/" + promotion.path("id").asText() + "/rollback", Map.of())
                .expect(202)
                .json();
    }

    private JsonNode view(JsonNode promotion) {
        return service.rest()
                .get("/api/v1/promotions/" + promotion.path("id").asText())
                .expect(200)
                .json();
    }

    private JsonNode awaitEnd(JsonNode promotion, String expected) {
        var ended = Waiting.until(
                "the promotion to end",
                Waiting.LONG,
                () -> view(promotion),
                view -> !view.path("state").asText().startsWith("R")
                        || view.path("state").asText().equals(expected));
        assertThat(ended.path("state").asText()).as(ended.toPrettyString()).isEqualTo(expected);
        return ended;
    }

    /** The states of the logged models of that name. */
    private List<String> loggedModels(String name) {
        var answer = Rest.at(mlflow.uri())
                .post(
                        "/api/2.0/mlflow/logged-models/search",
                        Map.of(
                                "experiment_ids",
                                List.of(sweep.view()
                                        .path("mlflow")
                                        .path("experimentId")
                                        .asText()),
                                "filter",
                                "name = '" + name + "'"))
                .expect(200)
                .json();
        return Json.list(
                answer.path("models"),
                model -> model.path("info").path("status").asText());
    }
}
