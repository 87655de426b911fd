package dev.sluice.console.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.sluice.console.study.Ids;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service as its callers see it, wired together and on a real database. */
@QuarkusTest
@TestProfile(AloneProfile.class)
class ServiceTest {
    private static final String EXTERNAL = """
            name: outside
            objective: {metric: score, goal: maximize}
            parameters: {x: {min: 0.0, max: 1.0}}
            budget: {trials: 3, parallel: 2}
            trial: {external: true}
            """;

    @ConfigProperty(name = "sluice.data")
    Path data = Path.of(""); // given by the service

    // ---- who may call ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/sweeps", "/", "/q/openapi", "/q/health/ready", "/q/metrics"})
    void aHostThatIsNotThisMachineIsRefusedEverywhere(String path) {
        given().header("Host", "evil.example.com")
                .get(path)
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("detail", containsString("evil.example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example.com",
        "Origin, null",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
    })
    void aPageOfAnotherSiteIsRefused(String header, String value) {
        given().header(header, value)
                .post("/api/v1/sweeps/" + Ids.next() + "/cancel")
                .then()
                .statusCode(403);
    }

    @Test
    void aLinkFromAnotherSiteMayBeFollowed() {
        given().header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "navigate")
                .get("/api/v1/sweeps")
                .then()
                .statusCode(200);
    }

    @Test
    void aPlainClientNeedsNoHeader() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void whatAKilledServiceLeftOfANoteIsClearedAwayAtTheStart() {
        assertThat(data.resolve(AloneProfile.LEFT)).doesNotExist();
        assertThat(data.resolve(AloneProfile.LEFT).getParent()).isDirectory();
    }

    // ---- what is wrong with a call --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "{\"workerId\": \"w\",};                            400; ",
                "{\"workerId\": 1};                               422; /workerId",
                "{\"workerId\": \"w\", \"capacity\": 1.5};        422; /capacity",
                "{\"workerId\": \"w\", \"capcity\": 2};           422; /capcity",
                "{\"workerId\": \"w\", \"capacity\": \"two\"};    422; /capacity",
                "{\"workerId\": \"w\", \"capacity\": 0};          422; /capacity",
                "{\"workerId\": [\"w\"]};                         422; /workerId",
                "{};                                              422; /workerId",
                "{\"workerId\": \"local\"};                       422; /workerId",
                "[];                                              422; ",
            })
    void aWrongBodyIsAProblemThatNamesThePlace(String body, int status, String pointer) {
        var answer = json(body)
                .post("/api/v1/sweeps/" + create(EXTERNAL) + "/leases")
                .then()
                .statusCode(status)
                .contentType("application/problem+json");
        if (pointer != null && !pointer.isBlank()) {
            answer.body("errors[0].pointer", equalTo(pointer));
        }
        assertThat(answer.extract().asString()).doesNotContainPattern("java\\.|dev\\.sluice\\.|jackson|JsonToken|\\$");
    }

    @Test
    void otherMistakesAreProblemsToo() {
        given().get("/api/v1/sweeps/" + Ids.next()).then().statusCode(404).contentType("application/problem+json");
        given().get("/api/v1/sweeps/nonsense").then().statusCode(404).contentType("application/problem+json");
        given().get("/api/v1/nothing").then().statusCode(404);
        given().get("/api/v1/sweeps?limit=501")
                .then()
                .statusCode(400)
                .body("detail", containsString("[1, 500], was \"501\""));
        given().get("/api/v1/sweeps?state=SLEEPING").then().statusCode(400);
        given().delete("/api/v1/sweeps").then().statusCode(405).contentType("application/problem+json");
        given().contentType("text/plain")
                .body("x")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(415);
        yaml("name: x\nnope: 1\n")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("errors.find { it.pointer == '/nope' }.line", equalTo(2));
    }

    // ---- a sweep of workers elsewhere -----------------------------------------------------------------------------

    @Test
    void aSweepOfWorkersElsewhereFromItsFileToItsTable() {
        var sweep = create(EXTERNAL);
        var lease = lease(sweep, "w");
        report(lease, 0, 1, 0.5).statusCode(200).body("directive", equalTo("CONTINUE"));
        report(lease, 0, 1, 0.9).statusCode(200);
        report(lease, 1, 1, 0.9).statusCode(422).body("errors[0].pointer", equalTo("/points/0/step"));
        json("{\"seq\": 1, \"points\": [{\"step\": 2, \"values\": {\"score\": NaN, \"loss\": \"-Infinity\"}}]}")
                .post("/api/v1/leases/" + lease + "/reports")
                .then()
                .statusCode(200);
        complete(lease, 0.75).statusCode(200).body("state", equalTo("COMPLETE")).body("values.score", equalTo(0.75f));
        complete(lease, 0.1).statusCode(200).body("values.score", equalTo(0.75f));
        report(lease, 1, 2, 0.5).statusCode(200);
        report(lease, 9, 9, 0.5).statusCode(409).body("type", endsWith("lease-lost"));
        json("").post("/api/v1/leases/" + lease + "/heartbeat").then().statusCode(409);

        given().get("/api/v1/sweeps/" + sweep)
                .then()
                .body("counts.complete", equalTo(1))
                .body("best.values.score", equalTo(0.75f))
                .body("mlflow.state", equalTo("DISABLED"))
                .body("spec.name", equalTo("outside"));
        given().get("/api/v1/sweeps?limit=500")
                .then()
                .body("items.find { it.id == '" + sweep + "' }.best.number", equalTo(0))
                .body("items[0].spec", nullValue());
        given().get("/api/v1/sweeps/" + sweep + "/table").then().body("value", equalTo(List.of(0.75f)));
        given().accept("text/csv")
                .get("/api/v1/sweeps/" + sweep + "/table")
                .then()
                .body(startsWith("number,id,state"));
        given().get("/api/v1/sweeps/" + sweep + "/curves")
                .then()
                .body("curves[0].values", equalTo(List.of(0.5f, "NaN", 0.75f)));

        complete(lease(sweep, "w"), 0.1).statusCode(200);
        complete(lease(sweep, "w"), 0.1).statusCode(200);
        given().get("/api/v1/sweeps/" + sweep).then().body("state", equalTo("COMPLETED"));
        json("{\"workerId\": \"w\"}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(410);
        complete(lease, 0.1).statusCode(200).body("values.score", equalTo(0.75f));
        given().post("/api/v1/sweeps/" + sweep + "/pause")
                .then()
                .statusCode(409)
                .body("detail", containsString("COMPLETED"));
        given().delete("/api/v1/sweeps/" + sweep).then().statusCode(204);
        given().get("/api/v1/sweeps/" + sweep).then().statusCode(404);
    }

    @Test
    void saysWhatIsKnownOfParametersAndWhichConstraintsAreBroken() {
        var sweep = create(EXTERNAL + "constraints: [\"score <= 0.5\"]\n");
        complete(lease(sweep, "w"), 0.9).statusCode(200);
        complete(lease(sweep, "w"), 0.4).statusCode(200);

        assertImportances(sweep);
        lease(sweep, "w"); // the sweep goes on, and what is complete stays the same
        assertImportances(sweep);
        given().get("/api/v1/sweeps/" + sweep + "/importance?method=shap")
                .then()
                .statusCode(400)
                .body("detail", containsString("must be ped-anova or fanova"));
        given().get("/api/v1/sweeps/" + sweep + "/importance?metric=speed")
                .then()
                .statusCode(400)
                .body("detail", containsString("an objective of the sweep (score)"));
        given().accept("text/csv")
                .get("/api/v1/sweeps/" + sweep + "/table")
                .then()
                .body(containsString(",breaks\r\n"), containsString(",score <= 0.5\r\n"));
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
    }

    private static void assertImportances(String sweep) {
        int revision = given().get("/api/v1/sweeps/" + sweep + "/table")
                .then()
                .extract()
                .path("revision");
        for (var method : List.of("ped-anova", "fanova")) {
            given().get("/api/v1/sweeps/" + sweep + "/importance?method=" + method)
                    .then()
                    .statusCode(200)
                    .body("revision", equalTo(revision))
                    .body("method", equalTo(method))
                    .body("trials", equalTo(2));
        }
    }

    @Test
    void aWorkerThatWaitsIsGivenWorkWhenItComes() {
        var sweep = create(EXTERNAL.replace("parallel: 2", "parallel: 1"));
        var first = lease(sweep, "a");
        json("{\"workerId\": \"b\"}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(204);
        var waiting = CompletableFuture.supplyAsync(() -> json("{\"workerId\": \"b\", \"waitSeconds\": 30}")
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract()
                .path("[0].number"));
        complete(first, 0.5).statusCode(200);
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(1);
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void theSameKeyMakesNoSecondSweep() {
        var key = Ids.next().toString();
        var calls = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < 4; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> yaml(EXTERNAL)
                    .header("Idempotency-Key", key)
                    .post("/api/v1/sweeps")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id")));
        }
        assertThat(calls.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        yaml(EXTERNAL.replace("outside", "another"))
                .header("Idempotency-Key", key)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(409);
    }

    // ---- a sweep that begins with what others know -----------------------------------------------------------------

    private static final String WARM = """
            name: warm
            objective: {metric: score, goal: maximize}
            parameters: {x: {min: 0.0, max: 1.0}, depth: {min: 1, max: 8, default: 3}}
            budget: {trials: 3, parallel: 2}
            trial: {external: true}
            warmStart: {from: [%s]}
            """;

    @Test
    void aSweepTakesOverTheTrialsOfAnEarlierOne() {
        var name = "forerunner-" + Ids.next();
        var before = create(EXTERNAL.replace("outside", name));
        complete(lease(before, "w"), 0.5).statusCode(200);
        complete(lease(before, "w"), 0.9).statusCode(200);
        var file = EXTERNAL + "warmStart: {from: [" + name + "]}\n";

        yaml(file)
                .queryParam("dryRun", "true")
                .post("/api/v1/sweeps")
                .then()
                .statusCode(200)
                .body("spec.warmStart.from", equalTo(List.of(before)))
                .body("warmStart[0].trials", equalTo(2))
                .body("explanation.warmStart[0]", containsString("takes over all trials"));
        var warm = create(file);

        given().get("/api/v1/sweeps/" + warm)
                .then()
                .body("counts.imported", equalTo(2))
                .body("counts.complete", equalTo(0))
                .body("best.values.score", equalTo(0.9f))
                .body("best.importedFrom", equalTo(name + ", trial 1"))
                .body("spec.warmStart.from", equalTo(List.of(before)))
                .body("warmStart[0].name", equalTo(name))
                .body("warmStart[0].leftOut", hasSize(0));
        given().get("/api/v1/sweeps/" + warm + "/table")
                .then()
                .body("importedFrom", equalTo(List.of(name + ", trial 0", name + ", trial 1")))
                .body("startedAt[0]", nullValue());
        given().accept("text/csv")
                .get("/api/v1/sweeps/" + warm + "/table")
                .then()
                .body(containsString(",imported_from\r\n"), containsString("," + "\"" + name + ", trial 1\""));
        var imported = given().get("/api/v1/sweeps/" + warm + "/trials")
                .then()
                .body("items[0].importedFrom", equalTo(name + ", trial 0"))
                .body("items[0].state", equalTo("COMPLETE"))
                .extract()
                .<String>path("items[0].id");
        given().get("/api/v1/trials/" + imported)
                .then()
                .body("attempts", hasSize(0))
                .body("reports", hasSize(0))
                .body("mlflowRunId", nullValue());
        given().get("/api/v1/trials/" + imported + "/logs").then().statusCode(200);
        given().get("/api/v1/trials/" + imported + "/checkpoints").then().body("items", hasSize(0));
        for (int i = 0; i < 3; i++) {
            complete(lease(warm, "w"), 0.1).statusCode(200);
        }
        given().get("/api/v1/sweeps/" + warm)
                .then()
                .body("state", equalTo("COMPLETED"))
                .body("reason", equalTo("all 3 trials are done"))
                .body("counts.complete", equalTo(3));
        // What it took over is the first one's to give.
        yaml(EXTERNAL + "warmStart: {from: [" + warm + "]}\n")
                .queryParam("dryRun", "true")
                .post("/api/v1/sweeps")
                .then()
                .body("warmStart[0].trials", equalTo(3));
        given().post("/api/v1/sweeps/" + before + "/cancel").then().statusCode(200);
    }

    @Test
    void ofAnotherSpaceItTriesTheBestPointsFirstAndSaysWhatItLeftOut() {
        var before = create(EXTERNAL);
        complete(lease(before, "w"), 0.5).statusCode(200);
        complete(lease(before, "w"), 0.9).statusCode(200);

        var warm = create(WARM.formatted(before));

        given().get("/api/v1/sweeps/" + warm)
                .then()
                .body("counts.imported", equalTo(0))
                .body("counts.queued", equalTo(2))
                .body("warmStart[0].points", equalTo(2))
                .body("warmStart[0].leftOut", equalTo(List.of("2 trials: depth is new here")));
        given().get("/api/v1/sweeps/" + warm + "/trials").then().body("items.params.depth", equalTo(List.of(3, 3)));
        for (var sweep : List.of(before, warm)) {
            given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
        }
    }

    @Test
    void whatASweepCannotBeginWithIsAProblemThatNamesThePlace() {
        yaml(WARM.formatted("no such sweep"))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo("/warmStart/from/0"))
                .body("errors[0].detail", containsString("\"no such sweep\""));
        var before = create(EXTERNAL.replace("score", "accuracy"));
        for (var dryRun : List.of("true", "false")) {
            yaml(WARM.formatted(before))
                    .queryParam("dryRun", dryRun)
                    .post("/api/v1/sweeps")
                    .then()
                    .statusCode(422)
                    .body("errors[0].pointer", equalTo("/warmStart/from/0"))
                    .body("errors[0].detail", containsString("maximize accuracy"));
        }
        yaml(WARM.formatted(before + ", latest"))
                .post("/api/v1/sweeps")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/warmStart/from/1"));
        given().post("/api/v1/sweeps/" + before + "/cancel").then().statusCode(200);
    }

    @Test
    void aSpaceThatIsSmallerThanTheBudgetIsAWarning() {
        var file = EXTERNAL.replace("{min: 0.0, max: 1.0}", "{values: [1, 2]}") + "search: {algorithm: tpe}\n";
        String sweep = yaml(file)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .body("warnings[0]", startsWith("The space has 2 points"))
                .extract()
                .path("id");
        given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
        yaml(file)
                .queryParam("dryRun", "true")
                .post("/api/v1/sweeps")
                .then()
                .body(
                        "explanation.warnings",
                        equalTo(List.of("The space has 2 points; the budget of 3 trials tries points again.")));
    }

    // ---- a sweep of commands --------------------------------------------------------------------------------------

    private static final String COMMAND = """
            name: inside
            objective: {metric: score, goal: maximize}
            parameters: {x: {min: 0.0, max: 1.0}}
            budget: {trials: 3, parallel: 2}
            trial: {command: [sh, -c, "%s"]}
            """;

    @Test
    void commandsAreRunAndWhatTheyPrintCounts() {
        var sweep = create(COMMAND.formatted(
                "for i in 1 2 3; do echo \\\"{\\\\\\\"step\\\\\\\": $i, \\\\\\\"score\\\\\\\": $i}\\\"; done"));
        awaitState(sweep, "COMPLETED");
        given().get("/api/v1/sweeps/" + sweep + "/trials")
                .then()
                .body("items", hasSize(3))
                .body("items.values.score", everyItem(equalTo(3.0f)))
                .body("items.number", equalTo(List.of(0, 1, 2)));
        var trial = given().get("/api/v1/sweeps/" + sweep + "/trials")
                .then()
                .extract()
                .<String>path("items[0].id");
        given().get("/api/v1/trials/" + trial)
                .then()
                .body("reports.step", equalTo(List.of(1, 2, 3)))
                .body("attempts[0].state", equalTo("SUCCEEDED"));
        given().get("/api/v1/trials/" + trial + "/logs").then().body(containsString("\"score\": 3"));
    }

    @Test
    void aSweepThatIsCancelledAtAnyMomentEndsItsProcesses() {
        for (int delay : new int[] {0, 5, 30, 100, 300}) {
            var sweep = create(COMMAND.formatted("exec sleep 300"));
            await().pollDelay(Duration.ofMillis(delay)).until(() -> true);
            given().post("/api/v1/sweeps/" + sweep + "/cancel").then().statusCode(200);
            awaitState(sweep, "CANCELLED");
            // The end is written down first, then the devices are given back.
            await().untilAsserted(
                            () -> given().get("/api/v1/nodes").then().body("items[0].devices.cpusLent", equalTo(0)));
        }
    }

    @Test
    void aTrialThatIsStoppedAsItStartsIsStopped() {
        var sweep = create(COMMAND.formatted("exec sleep 300").replace("trials: 3, parallel: 2", "trials: 1"));
        var trial = new ArrayList<String>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            String id = given().get("/api/v1/sweeps/" + sweep + "/trials")
                    .then()
                    .extract()
                    .path("items[0].id");
            if (id != null) {
                trial.add(id);
            }
            return id != null;
        });
        given().post("/api/v1/trials/" + trial.getFirst() + "/stop").then().statusCode(200);
        awaitState(sweep, "COMPLETED");
        given().get("/api/v1/trials/" + trial.getFirst()).then().body("state", equalTo("CANCELLED"));
    }

    @Test
    void aProgramThatIsNotThereFailsTheTrialWithItsName() {
        var sweep = create(COMMAND.formatted("true").replace("[sh, -c, \"true\"]", "[no-such-program-here]"));
        awaitState(sweep, "FAILED");
        given().get("/api/v1/sweeps/" + sweep + "/trials")
                .then()
                .body("items.state", everyItem(equalTo("FAILED")))
                .body("items.reason", everyItem(containsString("no-such-program-here")));
    }

    // ---- arrangement ----------------------------------------------------------------------------------------------

    private static void awaitState(String sweep, String state) {
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> given().get("/api/v1/sweeps/" + sweep)
                                .then()
                                .extract()
                                .<String>path("state"),
                        state::equals);
    }

    private static String create(String file) {
        return yaml(file)
                .post("/api/v1/sweeps")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static RequestSpecification yaml(String file) {
        return given().config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/yaml", ContentType.TEXT)))
                .contentType("application/yaml")
                .body(file);
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body);
    }

    private static String lease(String sweep, String worker) {
        return given().contentType("application/json")
                .body(Map.of("workerId", worker))
                .post("/api/v1/sweeps/" + sweep + "/leases")
                .then()
                .statusCode(200)
                .extract()
                .path("[0].leaseId");
    }

    private static ValidatableResponse report(String lease, long seq, long step, double score) {
        return given().contentType("application/json")
                .body(Map.of("seq", seq, "points", List.of(Map.of("step", step, "values", Map.of("score", score)))))
                .post("/api/v1/leases/" + lease + "/reports")
                .then();
    }

    private static ValidatableResponse complete(String lease, double score) {
        return given().contentType("application/json")
                .body(Map.of("state", "COMPLETE", "values", Map.of("score", score)))
                .post("/api/v1/leases/" + lease + "/complete")
                .then();
    }
}
