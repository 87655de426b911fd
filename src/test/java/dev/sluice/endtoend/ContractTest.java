package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Events;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The REST interface as the contract says, seen with a plain client. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractTest {
    private static final String NOBODY = "01900000-0000-7000-8000-000000000000";

    private static final Script TRAINING = Script.of("contract", """
            import json, sys, time
            print("on stderr", file=sys.stderr)
            for step in range(1, int(sys.argv[2]) + 1):
                print(json.dumps({"step": step, "loss": float(sys.argv[1]) + 1 / step, "other": -step}), flush=True)
                time.sleep(0.05)
            """);

    private Service service;
    private Rest rest;
    /** Of 6 trials with 8 reports each; its third trial has a quote and a comma in a parameter. */
    private Sweep sweep;

    @BeforeAll
    void runASweep(Service shared) {
        service = shared;
        rest = service.rest();
        sweep = service.submit("""
                name: contract
                labels: {team: tests}
                objective: {metric: loss, goal: minimize}
                parameters:
                  x: {min: 0.0, max: 1.0}
                  kind: {values: [plain, '=a "quoted", one']}
                  extra: {min: 1, max: 5, when: {kind: plain}}
                enqueue: [{x: 0.5, kind: plain, extra: 3}, {x: 0.1, kind: '=a "quoted", one'}]
                search: {algorithm: random, seed: 2}
                budget: {trials: 6, parallel: 2}
                trial: {command: %s}
                """.formatted(TRAINING.command("${params.x}", "8")));
        sweep.awaitDelivered();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/sweeps, get",
        "/api/v1/sweeps, post",
        "/api/v1/sweeps/{}, get",
        "/api/v1/sweeps/{}, delete",
        "/api/v1/sweeps/{}/pause, post",
        "/api/v1/sweeps/{}/resume, post",
        "/api/v1/sweeps/{}/stop, post",
        "/api/v1/sweeps/{}/cancel, post",
        "/api/v1/sweeps/{}/trials, get",
        "/api/v1/sweeps/{}/trials, post",
        "/api/v1/sweeps/{}/table, get",
        "/api/v1/sweeps/{}/curves, get",
        "/api/v1/sweeps/{}/pareto, get",
        "/api/v1/sweeps/{}/importance, get",
        "/api/v1/sweeps/{}/leases, post",
        "/api/v1/sweeps/{}/promotions, post",
        "/api/v1/promotions/{}, get",
        "/api/v1/trials/{}, get",
        "/api/v1/trials/{}/stop, post",
        "/api/v1/trials/{}/rerun, post",
        "/api/v1/trials/{}/logs, get",
        "/api/v1/trials/{}/checkpoints, get",
        "/api/v1/leases/{}/reports, post",
        "/api/v1/leases/{}/heartbeat, post",
        "/api/v1/leases/{}/complete, post",
        "/api/v1/leases/{}/journal, post",
        "/api/v1/events, get",
        "/api/v1/nodes, get",
        "/api/v1/tracking, get",
        "/api/v1/schema/sweep.json, get"
    })
    void describesEveryCall(String path, String method) {
        var described = rest.get("/q/openapi?format=json").expect(200).json();

        var call = described.path("paths").properties().stream()
                .filter(entry -> entry.getKey().replaceAll("\\{[^}]*}", "{}").equals(path))
                .map(entry -> entry.getValue().path(method))
                .findFirst();
        assertThat(call).as("%s %s", method, path).isPresent();
        assertThat(call.orElseThrow().path("summary").asText()).isNotBlank();
        assertThat(call.orElseThrow().path("responses")).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/sweeps/" + NOBODY + ", 404",
        "GET, /api/v1/sweeps/no-id, 404",
        "GET, /api/v1/sweeps/" + NOBODY + "/trials, 404",
        "GET, /api/v1/sweeps/" + NOBODY + "/table, 404",
        "GET, /api/v1/sweeps/" + NOBODY + "/curves, 404",
        "GET, /api/v1/sweeps/" + NOBODY + "/pareto, 404",
        "GET, /api/v1/sweeps/" + NOBODY + "/importance, 404",
        "GET, /api/v1/trials/" + NOBODY + ", 404",
        "GET, /api/v1/trials/" + NOBODY + "/logs, 404",
        "GET, /api/v1/trials/" + NOBODY + "/checkpoints, 404",
        "GET, /api/v1/events?sweep=" + NOBODY + ", 404",
        "GET, /api/v1/promotions/" + NOBODY + ", 404",
        "GET, /api/v1/nothing, 404",
        "POST, /api/v1/sweeps/" + NOBODY + "/pause, 404",
        "POST, /api/v1/trials/" + NOBODY + "/stop, 404",
        "POST, /api/v1/leases/" + NOBODY + "/heartbeat, 404",
        "DELETE, /api/v1/sweeps/" + NOBODY + ", 404",
        "DELETE, /api/v1/sweeps, 405",
        "POST, /api/v1/nodes, 405",
        "GET, /api/v1/sweeps?limit=0, 400",
        "GET, /api/v1/sweeps?limit=501, 400",
        "GET, /api/v1/sweeps?limit=many, 400",
        "GET, /api/v1/sweeps?state=SLEEPING, 400",
        "GET, /api/v1/sweeps?cursor=here, 400"
    })
    void answersEveryErrorAsAProblem(String method, String path, int status) {
        call(method, path).problem(status);
    }

    @Test
    void takesNoJsonThatIsNone() {
        var path = sweep.path() + "/trials";

        rest.send("POST", path, "application/json", "{").problem(400);
        rest.send("POST", path, "application/json", "{\"params\": 3}").problem(422);
        rest.send("POST", path, "application/json", "{\"point\": {}}").problem(422);
        rest.send("POST", path, "text/plain", "hello").problem(415);
    }

    @Test
    void saysHowItIs() {
        assertThat(rest.get("/q/health/live").expect(200).json().path("status").asText())
                .isEqualTo("UP");
        assertThat(rest.get("/q/health/ready").expect(200).json().path("status").asText())
                .isEqualTo("UP");
        assertThat(rest.get("/q/health/ready").text()).doesNotContain("mlflow");
        assertThat(rest.get("/q/metrics").expect(200).text()).contains("jvm_memory_used_bytes");
        assertThat(rest.get("/api/v1/tracking").expect(200).json().path("state").asText())
                .isEqualTo("UP");
        var nodes = rest.get("/api/v1/nodes").expect(200).json();
        assertThat(nodes.path("items").size()).isEqualTo(1);
        assertThat(nodes.has("nextCursor")).isTrue();
    }

    @Test
    void publishesTheSchemaOfTheSweepFileWithTheTrainersCatalogue() {
        var answer = rest.get("/api/v1/schema/sweep.json").expect(200);
        var schema = answer.json();

        assertThat(schema.path("$schema").asText()).contains("2020-12");
        assertThat(Json.list(schema.path("required"), JsonNode::asText)).contains("name", "parameters", "trial");
        assertThat(answer.text()).contains("early-stopping", "digits", "mlp", "asha", "startupTrials");
    }

    @Test
    void showsASweepWithAllThatTheContractNames() {
        var view = sweep.view();

        assertThat(view.path("name").asText()).isEqualTo("contract");
        assertThat(view.path("counts").path("complete").asInt()).isEqualTo(6);
        for (var count : List.of("queued", "running", "pruned", "infeasible", "failed", "cancelled")) {
            assertThat(view.path("counts").path(count).asInt(-1)).as(count).isZero();
        }
        assertThat(view.path("best").path("params").path("x").asDouble())
                .isEqualTo(sweep.trials().stream()
                        .mapToDouble(t -> t.path("params").path("x").asDouble())
                        .min()
                        .orElseThrow());
        assertThat(view.path("spec").path("labels").path("team").asText()).isEqualTo("tests");
        assertThat(view.path("spec").path("parameters").path("x").path("type").asText())
                .isEqualTo("float");
        assertThat(view.path("id").asText().charAt(14))
                .as("a UUID of version 7")
                .isEqualTo('7');
        assertThat(Instant.parse(view.path("endedAt").asText()))
                .isAfter(Instant.parse(view.path("createdAt").asText()));
        assertThat(view.path("createdAt").asText()).endsWith("Z");
        var mlflow = view.path("mlflow");
        assertThat(mlflow.path("state").asText()).isEqualTo("UP");
        assertThat(mlflow.path("pointsWaiting").asInt(-1)).isZero();
        assertThat(mlflow.path("experimentId").asText()).isNotBlank();
        assertThat(mlflow.path("runId").asText()).isNotBlank();
    }

    @Test
    void listsSweepsByPages() {
        var all = Json.list(
                rest.get("/api/v1/sweeps?limit=500").expect(200).json().path("items"),
                s -> s.path("id").asText());
        var paged = new java.util.ArrayList<String>();
        var path = "/api/v1/sweeps?limit=2";
        var page = rest.get(path).expect(200).json();
        while (true) {
            paged.addAll(Json.list(page.path("items"), s -> s.path("id").asText()));
            if (page.path("nextCursor").isNull()) {
                break;
            }
            page = rest.get(path + "&cursor=" + page.path("nextCursor").asText())
                    .expect(200)
                    .json();
        }

        assertThat(paged).isEqualTo(all);
        assertThat(all).isSortedAccordingTo(java.util.Comparator.reverseOrder());
        assertThat(Json.list(
                        rest.get("/api/v1/sweeps?q=contract&state=COMPLETED")
                                .expect(200)
                                .json()
                                .path("items"),
                        s -> s.path("name").asText()))
                .contains("contract")
                .allMatch(name -> name.contains("contract"));
        assertThat(rest.get("/api/v1/sweeps?q=%25").expect(200).json().path("items"))
                .as("a percent sign is no wildcard")
                .isEmpty();
    }

    @Test
    void listsTrialsByPagesWithoutReportsAndAttempts() {
        var first = rest.get(sweep.path() + "/trials?limit=4").expect(200).json();
        var second = rest.get(sweep.path() + "/trials?limit=4&cursor="
                        + first.path("nextCursor").asText())
                .expect(200)
                .json();

        assertThat(Stream.concat(Json.list(first.path("items")).stream(), Json.list(second.path("items")).stream())
                        .map(t -> t.path("number").asInt()))
                .containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(second.path("nextCursor").isNull()).isTrue();
        assertThat(Json.list(first.path("items"))).allSatisfy(t -> {
            assertThat(t.has("reports")).isFalse();
            assertThat(t.has("attempts")).isFalse();
        });
        assertThat(rest.get(sweep.path() + "/trials?state=FAILED")
                        .expect(200)
                        .json()
                        .path("items"))
                .isEmpty();
    }

    @Test
    void givesTheTableAsColumns() {
        var table = rest.get(sweep.path() + "/table").expect(200).json();

        assertThat(table.path("count").asInt()).isEqualTo(6);
        assertThat(table.path("revision").asLong())
                .isEqualTo(sweep.view().path("revision").asLong());
        assertThat(Json.list(table.path("number"), JsonNode::asInt)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(Json.list(table.path("state").path("values"), JsonNode::asText))
                .containsExactly("COMPLETE");
        assertThat(table.path("state").path("index").size()).isEqualTo(6);
        assertThat(table.path("params").path("x").path(0).asDouble()).isEqualTo(0.5);
        assertThat(Json.list(table.path("params").path("kind").path("values"), JsonNode::asText))
                .contains("=a \"quoted\", one");
        assertThat(table.path("params").path("extra").path(0).asInt()).isEqualTo(3);
        assertThat(table.path("params").path("extra").path(1).isNull())
                .as("an inactive parameter")
                .isTrue();
        assertThat(table.path("value").path(0).asDouble()).isEqualTo(0.5 + 1 / 8.0);
        assertThat(table.path("metrics").path("other").path(0).asDouble()).isEqualTo(-8);
        assertThat(Json.list(table.path("step"), JsonNode::asInt)).containsOnly(8);
        assertThat(Json.list(table.path("durationMs"), JsonNode::asLong)).allMatch(ms -> ms > 300 && ms < 600_000);
    }

    @Test
    void givesOnlyTheColumnsThatAreAskedForAndOnlyWhatChanged() {
        var some = rest.get(sweep.path() + "/table?columns=number,value")
                .expect(200)
                .json();
        var none = rest.get(
                        sweep.path() + "/table?since=" + some.path("revision").asLong())
                .expect(200)
                .json();
        var all = rest.get(sweep.path() + "/table?since=0").expect(200).json();

        assertThat(some.fieldNames()).toIterable().containsExactlyInAnyOrder("revision", "count", "number", "value");
        assertThat(none.path("number")).isEmpty();
        assertThat(all.path("number").size()).isEqualTo(6);
    }

    @Test
    void saysThatATableHasNotChanged() {
        var tag = rest.get(sweep.path() + "/table").expect(200).header("ETag").orElseThrow();

        assertThat(rest.get(sweep.path() + "/table", "If-None-Match", tag).status())
                .isEqualTo(304);
        rest.get(sweep.path() + "/table", "If-None-Match", "\"0\"").expect(200);
    }

    @Test
    void givesTheTableAsCsvThatNoSpreadsheetRuns() {
        var answer = rest.get(sweep.path() + "/table", "Accept", "text/csv").expect(200);
        var lines = answer.text().split("\r\n", -1);

        assertThat(answer.mediaType()).isEqualTo("text/csv");
        assertThat(lines[0]).startsWith("number,id,state").contains("params.x", "params.kind", "metrics.loss");
        assertThat(lines).hasSize(8);
        assertThat(lines[2]).startsWith("1,").contains("\"'=a \"\"quoted\"\", one\"");
    }

    @Test
    void givesLearningCurvesChosenAndThinnedOut() {
        var whole = rest.get(sweep.path() + "/curves?metric=loss").expect(200).json();
        var few = rest.get(sweep.path() + "/curves?metric=loss&top=2&points=4")
                .expect(200)
                .json();
        var id = sweep.trials().get(3).path("id").asText();
        var one = rest.get(sweep.path() + "/curves?metric=other&ids=" + id)
                .expect(200)
                .json();

        assertThat(whole.path("curves").size()).isEqualTo(6);
        assertThat(Json.list(whole.path("curves").path(0).path("steps"), JsonNode::asInt))
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(few.path("total").asInt()).isEqualTo(6);
        assertThat(few.path("curves").size()).isEqualTo(2);
        assertThat(Json.list(few.path("curves"), c -> c.path("number").asInt()))
                .contains(sweep.view().path("best").path("number").asInt());
        assertThat(Json.list(few.path("curves"))).allSatisfy(c -> {
            assertThat(c.path("steps").size()).isBetween(2, 5);
            assertThat(c.path("steps").size()).isEqualTo(c.path("values").size());
        });
        assertThat(Json.list(one.path("curves"), c -> c.path("number").asInt())).containsExactly(3);
    }

    @Test
    void replaysWhatAClientHasMissedSinceItsLastEvent() throws IOException {
        try (var events = new Events(rest.stream("/api/v1/events?sweep=" + sweep.id(), "Last-Event-ID", "1"))) {
            var delta = events.next();

            assertThat(delta.name()).isEqualTo("delta");
            assertThat(delta.id()).isEqualTo(sweep.view().path("revision").asText());
            assertThat(delta.data().path("sweep").path("state").asText()).isEqualTo("COMPLETED");
            assertThat(Json.list(
                            delta.data().path("trials"), t -> t.path("number").asInt()))
                    .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
            assertThat(delta.data().path("reports").size()).isEqualTo(48);
        }
        try (var events = new Events(rest.stream("/api/v1/events?sweep=" + sweep.id() + "&after=1"))) {
            assertThat(events.next().data().path("reports").size()).isEqualTo(48);
        }
    }

    @Test
    void tellsWhatHappensAsItHappensAndLosesNothingWhenTheClientComesBack() throws IOException {
        var live = service.submit("""
                name: contract-live
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 2}
                budget: {trials: 6, parallel: 2}
                trial: {command: %s}
                """.formatted(TRAINING.command("${params.x}", "12")));
        var reports = new java.util.ArrayList<String>();
        var last = "0";
        var state = "";
        int streams = 0;
        while (!state.equals("COMPLETED")) {
            streams++;
            try (var events = new Events(rest.stream("/api/v1/events?sweep=" + live.id(), "Last-Event-ID", last))) {
                for (int i = 0; i < 4 && !state.equals("COMPLETED"); i++) {
                    var event = events.next();
                    last = event.id();
                    state = event.data().path("sweep").path("state").asText();
                    event.data()
                            .path("reports")
                            .forEach(r -> reports.add(r.path("number").asInt() + "/"
                                    + r.path("step").asInt()));
                }
            }
        }

        assertThat(streams).isGreaterThan(1);
        assertThat(reports).doesNotHaveDuplicates().hasSize(72);
    }

    @Test
    void givesTheLastLinesOfALog() {
        var trial = sweep.trials().getFirst().path("id").asText();

        var answer = rest.get("/api/v1/trials/" + trial + "/logs?tail=3").expect(200);
        var whole = rest.get("/api/v1/trials/" + trial + "/logs").expect(200);

        assertThat(answer.mediaType()).isEqualTo("text/plain");
        assertThat(answer.text().lines()).hasSize(3);
        assertThat(whole.text()).contains("on stderr").contains("\"step\": 1,").contains("\"step\": 8,");
        call("GET", "/api/v1/trials/" + trial + "/logs?tail=-1").problem(400);
    }

    @Test
    void followsALogToItsEnd() throws IOException {
        var followed = service.submit("""
                name: contract-followed
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 2}
                budget: {trials: 1}
                trial: {command: %s}
                """.formatted(TRAINING.command("${params.x}", "40")));
        var running = followed.awaitRunning(1, 1).getFirst();

        try (var log = new BufferedReader(new InputStreamReader(
                rest.stream("/api/v1/trials/" + running.path("id").asText() + "/logs?follow=true"),
                StandardCharsets.UTF_8))) {
            var steps = log.lines()
                    .filter(line -> line.startsWith("{"))
                    .map(line -> Json.read(line).path("step").asInt())
                    .toList();

            assertThat(steps).hasSize(40).doesNotHaveDuplicates().isSorted();
        }
        followed.awaitEnd();
    }

    @Test
    void givesALogAsEventsToo() throws IOException {
        var trial = sweep.trials().getFirst().path("id").asText();

        try (var events =
                new Events(rest.stream("/api/v1/trials/" + trial + "/logs?tail=2", "Accept", "text/event-stream"))) {
            assertThat(events.next().text()).isNotBlank();
            assertThat(events.next().text()).isNotBlank();
        }
    }

    @Test
    void givesPagesOfOtherSitesNothing() {
        var yaml = "name: evil\n";

        rest.send("POST", "/api/v1/sweeps", "application/yaml", yaml, "Origin", "https://evil.example")
                .problem(403);
        rest.send("POST", "/api/v1/sweeps", "application/yaml", yaml, "Sec-Fetch-Site", "cross-site")
                .problem(403);
        rest.get("/api/v1/sweeps", "Origin", service.uri().toString().replaceAll("/$", ""))
                .expect(200);
        var page = rest.get("/").expect(200);
        assertThat(page.mediaType()).isEqualTo("text/html");
        assertThat(page.header("Content-Security-Policy").orElse("")).contains("frame-ancestors 'none'");
        assertThat(page.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void answersFast() {
        var began = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            rest.get(sweep.path()).expect(200);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    private Answer call(String method, String path) {
        return switch (method) {
            case "GET" -> rest.get(path);
            case "POST" -> rest.post(path);
            case "DELETE" -> rest.delete(path);
            default -> throw new IllegalArgumentException(method);
        };
    }
}
