package dev.sluice.console.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands from the outside: arguments in; output, calls and exit code out. */
class CommandLineTest {
    private static final String OLD = "0198c7a1-2b3c-7000-8000-000000000001";
    private static final String NEW = "0198c7a2-0000-7000-8000-000000000002";
    private static final String TRIAL = "0198c7a3-0000-7000-8000-000000000003";

    @TempDir
    Path folder;

    private final FakeService service = new FakeService();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>(Map.of("SLUICE_URL", service.url()));

    @AfterEach
    void closeService() {
        service.close();
    }

    private int sluice(String... args) {
        Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), 0);
        return Main.run(
                new CommandContext(
                        terminal, environment, folder, folder, "1.2.3", Duration.ofSeconds(2), Duration.ofMillis(1)),
                args);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private static String sweep(String id, String name, String state) {
        return """
                {"id":"%s","name":"%s","state":"%s","reason":"","counts":{"queued":0,"running":1,"complete":2,"pruned":1,
                "infeasible":0,"failed":0,"cancelled":0},"best":{"trialId":"%s","number":1,
                "params":{"learning_rate":0.0125,"optimizer":"adam"},"values":{"val_accuracy":0.97222222}},
                "mlflow":{"state":"UP","pointsWaiting":0,"experimentId":"1","runId":"abc","url":"http://mlflow/#/x"},
                "spec":{"description":"a CNN","objective":{"metric":"val_accuracy","goal":"maximize","report":"best"},
                "parameters":{"learning_rate":{},"optimizer":{}},"budget":{"trials":40}},
                "createdAt":"2026-11-22T10:00:00Z","endedAt":null}""".formatted(id, name, state, TRIAL);
    }

    private static String trial(int number, String state, String values) {
        return """
                {"id":"%s","number":%d,"state":"%s","params":{"learning_rate":0.1,"optimizer":"sgd"},"values":%s,
                "reason":null}""".formatted(TRIAL.replace("0003", "%04d".formatted(number)), number, state, values);
    }

    private static String list(String... items) {
        return "{\"items\":[" + String.join(",", items) + "],\"nextCursor\":null}";
    }

    private void twoSweeps() {
        service.on("GET /sweeps?limit=500", list(sweep(NEW, "digits", "RUNNING"), sweep(OLD, "digits", "COMPLETED")));
        service.on("GET /sweeps?limit=1", list(sweep(NEW, "digits", "RUNNING")));
        service.on("GET /sweeps/" + NEW, sweep(NEW, "digits", "RUNNING"));
        service.on("GET /sweeps/" + OLD, sweep(OLD, "digits", "COMPLETED"));
    }

    // Finding sweeps and trials

    @Test
    void latestIsTheNewestSweep() throws IOException {
        twoSweeps();
        assertThat(sluice("show", "latest", "-o", "json")).isZero();
        assertThat(json().path("id").asText()).isEqualTo(NEW);
    }

    @Test
    void aNameMeansItsNewestSweep() throws IOException {
        twoSweeps();
        assertThat(sluice("show", "digits", "-o", "json")).isZero();
        assertThat(json().path("id").asText()).isEqualTo(NEW);
    }

    @Test
    void aUniquePrefixMeansItsSweep() throws IOException {
        twoSweeps();
        assertThat(sluice("show", "0198C7A1", "-o", "json")).isZero();
        assertThat(json().path("id").asText()).isEqualTo(OLD);
    }

    @Test
    void anAmbiguousPrefixNamesItsSweeps() {
        twoSweeps();
        assertThat(sluice("show", "0198c7")).isEqualTo(1);
        assertThat(err.toString())
                .contains("'0198c7' begins the ids of 2 sweeps; give more of it")
                .contains(OLD)
                .contains(NEW);
    }

    @Test
    void anUnknownSweepIsOneSentence() {
        twoSweeps();
        assertThat(sluice("show", "nothing")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "sluice: no sweep has the id, the start of an id or the name 'nothing'; ./sluice list shows them");
    }

    @Test
    void anUnknownIdIsOneSentence() {
        assertThat(sluice("show", OLD)).isEqualTo(1);
        assertThat(err.toString()).contains("there is no sweep with the id " + OLD);
    }

    @Test
    void latestOfNothingSaysHowToStart() {
        service.on("GET /sweeps?limit=1", list());
        assertThat(sluice("show", "latest")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no sweep yet: start one with ./sluice run FILE");
    }

    @Test
    void listsAreReadPageByPage() {
        service.on("GET /sweeps?limit=500", "{\"items\":[" + sweep(NEW, "a", "RUNNING") + "],\"nextCursor\":\"p 2\"}");
        service.on("GET /sweeps?limit=500&cursor=p%202", list(sweep(OLD, "b", "COMPLETED")));
        service.on("GET /sweeps/" + OLD, sweep(OLD, "b", "COMPLETED"));
        assertThat(sluice("show", "b")).isZero();
        assertThat(out.toString()).contains(OLD);
    }

    @Test
    void aTrialIsFoundByItsNumber() {
        twoSweeps();
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500", list(trial(0, "COMPLETE", "{}"), trial(1, "PRUNED", "{}")));
        service.on(
                "GET /trials/0198c7a3-0000-7000-8000-000000000001/logs?tail=100000",
                200,
                "text/plain",
                "epoch 1\nepoch 2\n");
        assertThat(sluice("logs", "digits/1")).isZero();
        assertThat(out).hasToString("epoch 1\nepoch 2\n");
    }

    @Test
    void aMissingTrialIsOneSentence() {
        twoSweeps();
        service.on("GET /sweeps/" + NEW + "/trials?limit=500", list(trial(0, "COMPLETE", "{}")));
        assertThat(sluice("logs", "latest/7")).isEqualTo(1);
        assertThat(err.toString()).contains("sweep " + NEW + " has no trial 7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits", "digits/", "/3", "digits/x", "digits/99999999999"})
    void whatIsNoTrialIsWrongUsage(String reference) {
        assertThat(sluice("logs", reference)).isEqualTo(2);
        assertThat(err.toString()).contains("TRIAL must be an id or SWEEP/NUMBER such as latest/3");
    }

    // Reading

    @Test
    void listShowsATableForPeople() {
        service.on("GET /sweeps?limit=50", list(sweep(NEW, "digits", "RUNNING")));
        assertThat(sluice("list")).isZero();
        assertThat(out.toString())
                .contains("ID", "NAME", "STATE", "BEST")
                .contains("0198c7a2-0000  digits  RUNNING")
                .contains("0.9722 (#1)");
    }

    @Test
    void listGivesProgramsWhatTheServiceAnswers() throws IOException {
        service.on("GET /sweeps?limit=50", list(sweep(NEW, "digits", "RUNNING")));
        assertThat(sluice("list", "-o", "json")).isZero();
        assertThat(json().path("items")
                        .path(0)
                        .path("best")
                        .path("values")
                        .path("val_accuracy")
                        .asDouble())
                .isEqualTo(0.97222222);
    }

    @Test
    void listPassesItsFiltersOn() {
        service.on("GET /sweeps?state=RUNNING&q=a%26b&limit=3", list());
        assertThat(sluice("list", "--state", "RUNNING", "-q", "a&b", "--limit", "3"))
                .isZero();
        assertThat(out.toString()).contains("no sweeps; start one with ./sluice run FILE");
    }

    @Test
    void showNamesStateCountsBestAndMlflow() {
        twoSweeps();
        assertThat(sluice("show", OLD)).isZero();
        assertThat(out.toString())
                .contains("COMPLETED", "1 running, 2 complete, 1 pruned")
                .contains("val_accuracy 0.9722 (#1)", "learning_rate=0.0125 optimizer=adam", "http://mlflow/#/x");
    }

    @Test
    void trialsShowValuesParamsAndMissingOnesAsDashes() {
        twoSweeps();
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                list(trial(0, "COMPLETE", "{\"val_accuracy\":0.5}"), trial(1, "FAILED", "{}")));
        assertThat(sluice("trials", "latest")).isZero();
        assertThat(out.toString().lines()).element(2).asString().matches(" +1 +FAILED +- +0.1 +sgd");
    }

    @Test
    void trialsMarksThoseOfEarlierSweeps() {
        twoSweeps();
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                list(trial(0, "COMPLETE", "{\"val_accuracy\":0.5}")
                        .replace("\"reason\":null", "\"reason\":\"\",\"importedFrom\":\"digits, trial 7\"")));
        assertThat(sluice("trials", "latest")).isZero();
        assertThat(out.toString()).contains("imported from digits, trial 7");
    }

    @Test
    void editSendsFieldsThatShallBeOthers() {
        twoSweeps();
        service.on("PATCH /sweeps/" + NEW, sweep(NEW, "digits", "RUNNING"));
        assertThat(sluice(
                        "edit",
                        "latest",
                        "--set",
                        "budget.trials=80",
                        "--set",
                        "budget.wallTime=",
                        "--set",
                        "description=more of it",
                        "--set",
                        "parameters.lr={\"min\": 1e-4, \"max\": 1}"))
                .isZero();
        var call = service.calls().getLast();
        assertThat(call.body())
                .isEqualTo("{\"budget\":{\"trials\":80,\"wallTime\":null},\"description\":\"more of it\","
                        + "\"parameters\":{\"lr\":{\"min\":1.0E-4,\"max\":1}}}");
        assertThat(call.headers()).containsEntry("Sluice-user", System.getProperty("user.name"));
        assertThat(out.toString()).isEqualToIgnoringNewLines("digits " + NEW + ": RUNNING");
        assertThat(sluice("edit", "latest", "--set", "budget")).isEqualTo(2);
        assertThat(err.toString()).contains("--set wants PATH=VALUE, such as budget.trials=80, was \"budget\"");
    }

    @Test
    void cloneRerunAndAuditSayWhatCameOfIt() {
        twoSweeps();
        service.on("POST /sweeps/" + NEW + "/clone?warmStart=true", 201, "application/json", "{\"id\":\"c\"}");
        service.on("POST /sweeps/" + NEW + "/rerun?cancelled=false", "{\"trials\":2}");
        service.on(
                "GET /sweeps/" + NEW + "/audit?limit=100",
                "{\"items\":[{\"pos\":9,\"at\":\"2026-11-23T12:00:00Z\",\"who\":\"ada\",\"action\":\"edit\",\"trial\":null,"
                        + "\"before\":{\"budget\":{\"trials\":4}},\"after\":{\"budget\":{\"trials\":8}}}]}");
        assertThat(sluice("clone", "latest", "--set", "name=again", "--warm-start"))
                .isZero();
        assertThat(service.calls().getLast().body()).isEqualTo("{\"name\":\"again\"}");
        assertThat(out.toString()).isEqualToIgnoringNewLines("c");
        assertThat(sluice("rerun", "latest")).isZero();
        assertThat(out.toString()).contains("2 trials run again");
        assertThat(sluice("audit", "latest")).isZero();
        assertThat(out.toString())
                .contains(" ada ", " edit ", "{\"budget\":{\"trials\":4}}", "{\"budget\":{\"trials\":8}}");
    }

    @Test
    void alertsSaysWhatHappenedAndWhoWasTold() {
        twoSweeps();
        service.on("GET /alerts?limit=50&sweep=" + NEW, """
                {"items":[{"id":"a","rule":"nan","severity":"WARNING","message":"loss is NaN at step 3","sweep":"%s",
                "trial":7,"attempt":1,"at":"2026-11-23T12:00:00Z","deliveries":[
                {"webhook":"chat","state":"DELIVERED","tries":1,"status":200},
                {"webhook":"ops","state":"WAITING","tries":3,"status":500}]}],"nextCursor":null}""".formatted(NEW));
        assertThat(sluice("alerts", "latest")).isZero();
        assertThat(out.toString().lines())
                .element(1)
                .asString()
                .contains(" WARNING ", " nan ", " 7 ", "loss is NaN at step 3", "chat, ops (waiting)");
    }

    @Test
    void alertsOfTheServiceNeedNoSweep() {
        service.on("GET /alerts?limit=2", """
                {"items":[{"id":"a","rule":"disk-low","severity":"WARNING","message":"1GiB is free","sweep":null,
                "trial":null,"attempt":null,"at":"2026-11-23T12:00:00Z","deliveries":[]}],"nextCursor":null}""");
        assertThat(sluice("alerts", "--limit", "2")).isZero();
        assertThat(out.toString().lines()).element(1).asString().matches(".*disk-low +- +- +1GiB is free +-");
    }

    @Test
    void validateSaysWhatASweepBeginsWithWhenItEndsAndWhatMayNotBeMeant() throws IOException {
        Path file = Files.writeString(
                folder.resolve("sweep.yaml"),
                SWEEP_FILE
                                .replace("{trials: 4}", "{trials: 4, regret: 0.01}")
                                .replace("{min: 1e-4, max: 0.3, log: true}", "{value: 0.1}")
                        + "warmStart: {from: [digits-cnn], trials: 50}\n");
        assertThat(sluice("validate", file.toString())).isZero();
        assertThat(out.toString())
                .contains("# warmStart: It takes over at most 50 trials of digits-cnn")
                .contains("is for the service to say")
                .contains("It ends when at most 0.01 of ")
                .contains("# warning: The space has 2 points; the budget of 4 trials tries points again.");
    }

    @Test
    void trialsOfAllPagesAreOneJsonList() throws IOException {
        twoSweeps();
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                "{\"items\":[" + trial(0, "COMPLETE", "{}") + "],\"nextCursor\":\"1\"}");
        service.on("GET /sweeps/" + NEW + "/trials?limit=500&cursor=1", list(trial(1, "COMPLETE", "{}")));
        assertThat(sluice("trials", "latest", "-o", "json")).isZero();
        assertThat(json().path("items")).hasSize(2);
    }

    @Test
    void exportWritesTheServicesCsv() {
        twoSweeps();
        service.on("GET /sweeps/" + NEW + "/table", 200, "text/csv", "number,state\n0,COMPLETE\n");
        assertThat(sluice("export", "latest")).isZero();
        assertThat(out).hasToString("number,state\n0,COMPLETE\n");
        assertThat(service.calls().get(service.calls().size() - 1).headers()).containsEntry("Accept", "text/csv");
    }

    @Test
    void exportWritesAnArrayOfTrials() throws IOException {
        twoSweeps();
        service.on("GET /sweeps/" + NEW + "/trials?limit=500", list(trial(0, "COMPLETE", "{}")));
        assertThat(sluice("export", "latest", "-f", "json")).isZero();
        assertThat(json().isArray()).isTrue();
    }

    @Test
    void logsFollowTheServicesEvents() {
        service.on(
                "GET /trials/" + TRIAL + "/logs?follow=true&tail=100000",
                200,
                "text/event-stream",
                "id:1\ndata:epoch 1\n\n:hb\ndata: epoch 2\ndata:  indented\n\n");
        assertThat(sluice("logs", TRIAL, "-f")).isZero();
        assertThat(out.toString().lines()).containsExactly("epoch 1", "epoch 2", " indented");
    }

    // Acting

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "stop", "cancel"})
    void anActionIsACallAndSaysTheNewState(String action) {
        twoSweeps();
        service.on("POST /sweeps/" + NEW + "/" + action, sweep(NEW, "digits", "PAUSED"));
        assertThat(sluice(action, "latest")).isZero();
        assertThat(out.toString()).contains("digits " + NEW + ": PAUSED");
    }

    @Test
    void aConflictIsTheServicesSentence() {
        twoSweeps();
        service.on(
                "POST /sweeps/" + NEW + "/resume",
                409,
                "application/problem+json",
                "{\"title\":\"Conflict\",\"detail\":\"the sweep is RUNNING, only a PAUSED one can be resumed\"}");
        assertThat(sluice("resume", "latest")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("sluice: the sweep is RUNNING, only a PAUSED one can be resumed");
    }

    @Test
    void promoteWaitsForTheVersion() throws IOException {
        twoSweeps();
        service.on("GET /sweeps/" + NEW + "/trials?limit=500", list(trial(0, "COMPLETE", "{}")));
        service.on(
                "POST /sweeps/" + NEW + "/promotions",
                202,
                "application/json",
                "{\"id\":\"p\",\"state\":\"RUNNING\",\"model\":\"digits\"}");
        service.on("GET /promotions/p", "{\"id\":\"p\",\"state\":\"RUNNING\"}");
        service.on(
                "GET /promotions/p",
                "{\"id\":\"p\",\"state\":\"DONE\",\"model\":\"digits\",\"version\":\"3\",\"alias\":\"champion\","
                        + "\"verification\":\"16 predictions agree\"}");
        assertThat(sluice("promote", "latest", "--trial", "0", "--model", "digits", "--alias", "champion"))
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly("digits version 3, alias champion", "verified: 16 predictions agree");
        assertThat(service.calls())
                .filteredOn(call -> call.method().equals("POST"))
                .extracting(FakeService.Call::body)
                .containsExactly(
                        "{\"trialId\":\"0198c7a3-0000-7000-8000-000000000000\",\"model\":\"digits\",\"alias\":\"champion\"}");
    }

    @Test
    void promotesUnderChampionUnlessToldOtherwise() throws IOException {
        twoSweeps();
        service.on("POST /sweeps/" + NEW + "/promotions", "{\"id\":\"p\",\"state\":\"DONE\",\"model\":\"digits\"}");

        assertThat(sluice("promote", "latest", "--model", "digits")).isZero();
        assertThat(sluice("promote", "latest", "--model", "digits", "--alias", ""))
                .isZero();

        assertThat(service.calls())
                .filteredOn(call -> call.method().equals("POST"))
                .extracting(FakeService.Call::body)
                .containsExactly("{\"model\":\"digits\",\"alias\":\"champion\"}", "{\"model\":\"digits\"}");
    }

    @Test
    void aRefusedPromotionFailsWithItsReason() {
        twoSweeps();
        service.on(
                "POST /sweeps/" + NEW + "/promotions",
                "{\"id\":\"p\",\"state\":\"REFUSED\",\"reason\":\"val_accuracy is 0.8, the gate wants 0.9\"}");
        assertThat(sluice("promote", "latest", "--model", "digits")).isEqualTo(1);
        assertThat(err.toString()).contains("the promotion was REFUSED: val_accuracy is 0.8, the gate wants 0.9");
    }

    @Test
    void rollsBackTheNewestPromotionThatMovedTheAlias() throws IOException {
        twoSweeps();
        service.on(
                "GET /sweeps/" + NEW + "/promotions",
                "{\"items\":[{\"id\":\"r\",\"state\":\"ROLLED_BACK\",\"model\":\"m\",\"alias\":\"a\"},"
                        + "{\"id\":\"n\",\"state\":\"DONE\",\"model\":\"m\",\"alias\":null},"
                        + "{\"id\":\"p\",\"state\":\"DONE\",\"model\":\"m\",\"alias\":\"a\"},"
                        + "{\"id\":\"q\",\"state\":\"DONE\",\"model\":\"m\",\"alias\":\"a\"}]}");
        service.on("POST /promotions/p/rollback", 202, "application/json", "{\"id\":\"p\",\"state\":\"ROLLING_BACK\"}");
        service.on(
                "GET /promotions/p",
                "{\"id\":\"p\",\"state\":\"ROLLED_BACK\",\"reason\":\"m@a points to version 2 again.\"}");
        assertThat(sluice("promote", "latest", "--rollback", "--alias", "a")).isZero();
        assertThat(out.toString()).isEqualToIgnoringNewLines("m@a points to version 2 again.");
        assertThat(sluice("promote", "latest", "--rollback", "--model", "other"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no promotion of other");
        assertThat(sluice("promote", "latest", "--rollback", "--trial", "1")).isEqualTo(2);
    }

    @Test
    void runSubmitsTheFileAsItIsAndPrintsTheResult() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yaml"), "name: digits # as written\n");
        service.on(
                "POST /sweeps",
                201,
                "application/json",
                "{\"id\":\"" + NEW + "\",\"name\":\"digits\",\"state\":\"RUNNING\"}");
        service.on("GET /sweeps/" + NEW, sweep(NEW, "digits", "RUNNING"));
        service.on("GET /sweeps/" + NEW, sweep(NEW, "digits", "COMPLETED"));
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                list(trial(0, "COMPLETE", "{\"val_accuracy\":0.5}"), trial(1, "COMPLETE", "{\"val_accuracy\":0.75}")));
        assertThat(sluice("run", file.toString())).isZero();
        FakeService.Call call = service.calls().get(0);
        assertThat(call.body()).isEqualTo("name: digits # as written\n");
        assertThat(call.headers())
                .containsEntry("Content-type", "application/yaml")
                .containsKey("Idempotency-key");
        assertThat(err.toString()).contains("3/40 trials done, 1 running, 1 pruned, best val_accuracy 0.9722 (#1)");
        assertThat(out.toString().lines().skip(1).map(line -> (line.strip() + "-").substring(0, 1)))
                .startsWith("1", "0"); // the best first
        assertThat(out.toString()).contains("digits COMPLETED: ");
    }

    @Test
    void runEndsWithTheTrialsThatNoOtherBeats() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.json"), "{}");
        service.on("POST /sweeps", 201, "application/json", "{\"id\":\"" + NEW + "\"}");
        severalObjectives("{\"number\":2,\"values\":{}},{\"number\":0,\"values\":{}}");
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                list(
                        trial(0, "COMPLETE", "{\"loss\":0.5,\"ms\":1.0}"),
                        trial(1, "PRUNED", "{\"loss\":0.1,\"ms\":9.0}"),
                        trial(2, "COMPLETE", "{\"loss\":0.25,\"ms\":2.0}")));
        assertThat(sluice("run", file.toString())).isZero();
        assertThat(out.toString().lines().skip(1).limit(3).map(line -> (line.strip() + "-").substring(0, 1)))
                .containsExactly("2", "0", "-");
        assertThat(out.toString()).contains("Shown are those that no other beats");
    }

    @Test
    void showsTheFrontWhereThereIsNoSingleBest() {
        severalObjectives("{\"number\":2,\"values\":{}},{\"number\":0,\"values\":{}}");
        service.on("GET /sweeps?limit=1", list("{\"id\":\"" + NEW + "\"}"));
        assertThat(sluice("show", "latest")).isZero();
        assertThat(out.toString())
                .contains("front    2 trials that no other beats: #2 #0")
                .doesNotContain("best ");
    }

    @Test
    void trialsAreShownWithTheConstraintsThatTheyBreakAndTheirMetrics() {
        constrained();
        assertThat(sluice("trials", NEW)).isZero();
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly(
                        "TRIAL STATE loss ms BREAKS learning_rate optimizer REASON",
                        "0 COMPLETE 0.1 30 ms <= 20 0.1 sgd",
                        "1 COMPLETE 0.3 12 0.1 sgd",
                        "2 COMPLETE 0.2 13 0.1 sgd");
    }

    @Test
    void whatBreaksAConstraintIsNeverShownAboveWhatKeepsToIt() {
        constrained();
        assertThat(sluice("show", NEW, "-f")).isZero();
        assertThat(out.toString().lines().limit(4).map(line -> line.strip().split(" ", 2)[0]))
                .containsExactly("TRIAL", "2", "1", "0");
    }

    private void constrained() {
        service.on("GET /sweeps/" + NEW, """
                {"id":"%s","name":"fast","state":"COMPLETED","reason":"","counts":{"complete":3},"best":null,
                "constraints":[{"metric":"ms","text":"ms <= 20"}],
                "spec":{"objective":{"metric":"loss","goal":"minimize"},"constraints":["ms <= 20"],
                "parameters":{"learning_rate":{},"optimizer":{}},"budget":{"trials":3}},
                "createdAt":"2026-11-22T10:00:00Z","endedAt":null}""".formatted(NEW));
        service.on(
                "GET /sweeps/" + NEW + "/trials?limit=500",
                list(
                        trial(0, "COMPLETE", "{\"loss\":0.1,\"ms\":30},\"breaks\":[\"ms <= 20\"]"),
                        trial(1, "COMPLETE", "{\"loss\":0.3,\"ms\":12},\"breaks\":[]"),
                        trial(2, "COMPLETE", "{\"loss\":0.2,\"ms\":13},\"breaks\":[]")));
    }

    private void severalObjectives(String front) {
        service.on("GET /sweeps/" + NEW, """
                {"id":"%s","name":"pair","state":"COMPLETED","reason":"","counts":{"complete":2,"pruned":1},"best":null,
                "spec":{"objectives":[{"metric":"loss","goal":"minimize"},{"metric":"ms","goal":"minimize"}],
                "parameters":{"learning_rate":{},"optimizer":{}},"budget":{"trials":3}},
                "createdAt":"2026-11-22T10:00:00Z","endedAt":null}""".formatted(NEW));
        service.on("GET /sweeps/" + NEW + "/pareto", "{\"trials\":[" + front + "]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "CANCELLED"})
    void aSweepThatDidNotCompleteFailsItsRun(String state) throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.json"), "{}");
        service.on("POST /sweeps", 201, "application/json", "{\"id\":\"" + NEW + "\"}");
        service.on("GET /sweeps/" + NEW, sweep(NEW, "digits", state));
        service.on("GET /sweeps/" + NEW + "/trials?limit=500", list());
        assertThat(sluice("run", file.toString())).isEqualTo(1);
        assertThat(service.calls().get(0).headers()).containsEntry("Content-type", "application/json");
    }

    @Test
    void runSendsTheCommitThatAFileIsOf() throws IOException {
        Path file = inACheckout("name: x\n");
        service.on("POST /sweeps", 201, "application/json", "{\"id\":\"" + NEW + "\"}");
        assertThat(sluice("run", file.toString(), "--detach")).isZero();
        assertThat(service.calls())
                .singleElement()
                .satisfies(call -> assertThat(call.body()).isEqualTo("""
                        "tracking": {"tags":{"mlflow.source.git.commit":"%s","mlflow.source.git.branch":"main"}}
                        name: x
                        """.formatted("a1".repeat(20))));
    }

    @Test
    void whatIsWrongWithAFileIsSaidOfItsOwnLines() throws IOException {
        Path file = inACheckout("nam: x\n");
        service.on("POST /sweeps", 422, "application/problem+json", error(2));
        service.on("POST /sweeps", 422, "application/problem+json", error(1));
        assertThat(sluice("run", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("line 1, /nam").doesNotContain("line 2");
        assertThat(service.calls().getLast().body()).isEqualTo("nam: x\n");
    }

    private static String error(int line) {
        return "{\"detail\":\"invalid\",\"errors\":[{\"pointer\":\"/nam\",\"line\":%d,\"detail\":\"unknown key\"}]}"
                .formatted(line);
    }

    private Path inACheckout(String text) throws IOException {
        Files.createDirectories(folder.resolve(".git/refs/heads"));
        Files.writeString(folder.resolve(".git/HEAD"), "ref: refs/heads/main\n");
        Files.writeString(folder.resolve(".git/refs/heads/main"), "a1".repeat(20) + "\n");
        return Files.writeString(folder.resolve("sweep.yaml"), text);
    }

    @Test
    void runDetachedPrintsTheId() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yml"), "name: x\n");
        service.on("POST /sweeps", 201, "application/json", "{\"id\":\"" + NEW + "\"}");
        assertThat(sluice("run", file.toString(), "--detach")).isZero();
        assertThat(out.toString()).isEqualToIgnoringNewLines(NEW);
    }

    @Test
    void anInvalidFileShowsEachError() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yaml"), "nam: x\n");
        service.on(
                "POST /sweeps",
                422,
                "application/problem+json",
                "{\"title\":\"Invalid\",\"detail\":\"the sweep file has 2 errors\",\"errors\":["
                        + "{\"pointer\":\"/nam\",\"line\":1,\"detail\":\"unknown key, did you mean name?\"},"
                        + "{\"pointer\":\"\",\"detail\":\"trial is missing\"}]}");
        assertThat(sluice("run", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("the sweep file has 2 errors")
                .contains("line 1, /nam: unknown key, did you mean name?")
                .contains("the file: trial is missing");
    }

    @Test
    void aMissingFileIsWrongUsage() {
        assertThat(sluice("run", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no file");
        assertThat(service.calls()).isEmpty();
    }

    @Test
    void aFileThatIsNoTextIsWrongUsage() throws IOException {
        Path file = Files.write(folder.resolve("sweep.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(sluice("run", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("is not UTF-8 text");
    }

    // Validating

    private static final String SWEEP_FILE = """
            name: digits
            objective: {metric: val_accuracy, goal: maximize}
            parameters:
              learning_rate: {min: 1e-4, max: 0.3, log: true}
              optimizer: {values: [adam, sgd]}
            budget: {trials: 4}
            search: {algorithm: random, seed: 7}
            trial: {command: [train, --lr, "${params.learning_rate}"]}
            """;

    @Test
    void validatePrintsTheNormalisedFileAndFivePointsWithoutAService() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yaml"), SWEEP_FILE);
        assertThat(sluice("validate", file.toString())).isZero();
        assertThat(out.toString())
                .contains("name: digits", "type: float", "min: 0.0001", "parallel: 1")
                .containsPattern("(# learning_rate=\\S+ optimizer=(adam|sgd)\\R){5}");
        assertThat(service.calls()).isEmpty();
    }

    @Test
    void whatValidatePrintsIsValidAndNormal() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yaml"), SWEEP_FILE);
        sluice("validate", file.toString());
        String first = out.toString();
        out.getBuffer().setLength(0);
        Path normal = Files.writeString(folder.resolve("normal.yaml"), first);
        assertThat(sluice("validate", normal.toString())).isZero();
        assertThat(out).hasToString(first);
    }

    @Test
    void validateShowsEveryErrorWithItsLine() throws IOException {
        Path file = Files.writeString(
                folder.resolve("sweep.yaml"),
                SWEEP_FILE.replace("goal:", "gaol:").replace("max: 0.3", "max: 1e-5"));
        assertThat(sluice("validate", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("line 2, /objective", "goal", "line 4, /parameters/learning_rate");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void validateGivesProgramsItsErrors() throws IOException {
        Path file = Files.writeString(folder.resolve("sweep.yaml"), "name: x\nnmae: y\n");
        assertThat(sluice("validate", file.toString(), "-o", "json")).isEqualTo(2);
        assertThat(json().path("errors").path(0).path("line").asInt()).isPositive();
    }

    // When the service is not what it should be

    @Test
    void noServiceIsOneSentenceThatSaysHowToStartOne() {
        service.close();
        assertThat(sluice("list")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines(
                        "sluice: no service answers at " + service.url() + "; start one with ./sluice serve");
    }

    @Test
    void aServiceThatNeverAnswersIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("SLUICE_URL", "http://127.0.0.1:" + silent.getLocalPort());
            assertThat(sluice("list")).isEqualTo(1);
            assertThat(err.toString()).contains("did not answer within 2 s");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>hello</html>", "", "42", "{\"items\":", "{\"other\":1}"})
    void anAnswerOfAnotherKindIsOneSentence(String body) {
        service.on("GET /sweeps?limit=50", 200, "text/html", body);
        assertThat(sluice("list")).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().contains("is this a Sluice service?");
    }

    @Test
    void anErrorWithoutAProblemStillSaysItsStatus() {
        service.on("GET /sweeps?limit=50", 500, "text/html", "<html>");
        assertThat(sluice("list")).isEqualTo(1);
        assertThat(err.toString()).contains("answered with status 500");
    }

    @Test
    void aTokenIsSentAndAskedFor() {
        service.on("GET /sweeps?limit=50", 401, "application/problem+json", "{}");
        assertThat(sluice("list")).isEqualTo(1);
        assertThat(err.toString()).contains("wants a token: set SLUICE_TOKEN");
        environment.put("SLUICE_TOKEN", "secret");
        assertThat(sluice("list")).isEqualTo(1);
        assertThat(err.toString())
                .contains("does not accept the token in SLUICE_TOKEN")
                .doesNotContain("secret");
        assertThat(service.calls().get(1).headers()).containsEntry("Authorization", "Bearer secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:8420", "ftp://x", "http://", "http://a b"})
    void aServiceUrlThatIsNoneIsWrongUsage(String url) {
        environment.put("SLUICE_URL", url);
        assertThat(sluice("list")).isEqualTo(2);
        assertThat(err.toString()).contains("SLUICE_URL must be a URL such as http://127.0.0.1:8420");
    }

    // The demo's first steps; the rest needs a real service, and is tested end to end

    @Test
    void aDemoWhosePortIsTakenSaysSo() {
        String port = service.url().replaceAll(".*:", "");
        assertThat(sluice("demo", "--port", port)).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("sluice: port " + port
                        + " is taken by another program: stop it, or choose another port with --port");
    }

    @Test
    void aDemoWhoseServiceEndsTellsWhatItSaid() throws IOException {
        Path script = Files.writeString(
                folder.resolve("sluice"), "#!/bin/sh\necho 'sluice: the data folder is taken'\nexit 1\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Files.writeString(Files.createDirectories(folder.resolve("examples")).resolve("digits.yaml"), SWEEP_FILE);
        Files.writeString(Files.createDirectories(folder.resolve("data")).resolve("service.out"), "of before\n");
        String port = service.url().replaceAll(".*:", "");
        service.close();
        assertThat(sluice(
                        "demo", "--port", port, "--data", folder.resolve("data").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).endsWith("sluice: the data folder is taken" + System.lineSeparator());
    }

    // Usage

    @ParameterizedTest
    @ValueSource(
            strings = {"lisst", "show", "list --wrong", "show a b", "list -o xml", "list --limit x", "promote latest"})
    void wrongUsageExitsWithTwo(String arguments) {
        assertThat(sluice(arguments.split(" ", -1))).isEqualTo(2);
        assertThat(err.toString()).startsWith("sluice: ").containsAnyOf("--help", "Did you mean: sluice list");
        assertThat(service.calls()).isEmpty();
    }

    @Test
    void everyCommandHasAHelpPage() {
        for (String name : Main.commandNames()) {
            assertThat(sluice(name, "--help")).as(name).isZero();
            assertThat(out.toString()).contains("Usage: sluice " + name);
        }
    }

    @Test
    void theStartScriptsHelpNamesEveryCommand() throws IOException {
        String help = Files.readString(Path.of("../scripts/help.txt"));
        assertThat(Main.commandNames()).allSatisfy(name -> assertThat(help).containsPattern("(?m)^  " + name + "\\b"));
    }

    @Test
    void theRehearsalRuns() throws IOException {
        Rehearsal.main(new String[0]);
    }
}
