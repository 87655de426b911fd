package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers elsewhere, with plain HTTP. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeaseTest {
    private Service service;
    private Rest rest;
    /** A sweep whose only lease is given to a worker that is never heard of again: it expires while other tests run. */
    private Sweep forsaken;

    private JsonNode forsakenLease;

    @BeforeAll
    void leaseToAWorkerThatDies(Service shared) {
        service = shared;
        rest = service.rest();
        forsaken = sweep("forsaken", 1, 1, "");
        forsakenLease = leaseOne(forsaken, "dies");
    }

    @Test
    void leasesATrialWithAllThatAWorkerNeeds() {
        var sweep = sweep("needs", 2, 1, "");

        var lease = leaseOne(sweep, "worker");

        var trial = sweep.trial(0);
        assertThat(trial.path("state").asText()).isEqualTo("RUNNING");
        assertThat(lease.path("trialId")).isEqualTo(trial.path("id"));
        assertThat(lease.path("number").asInt(-1)).isZero();
        assertThat(lease.path("attempt").asInt()).isEqualTo(1);
        assertThat(lease.path("params")).isEqualTo(trial.path("params"));
        assertThat(lease.path("seed")).isEqualTo(trial.path("seed"));
        assertThat(lease.path("resumeFrom").isNull()).isTrue();
        assertThat(lease.path("heartbeatSeconds").asInt()).isBetween(1, 30);
        assertThat(Instant.parse(lease.path("expiresAt").asText())).isAfter(Instant.now());
        assertThat(lease.path("token").asText()).isNotBlank();
    }

    @Test
    void givesAWorkerItsUnfinishedLeasesFirst() {
        var sweep = sweep("unfinished", 5, 5, "");
        var first = leases(sweep, "worker", 2);

        var again = leases(sweep, "worker", 3);

        assertThat(ids(again)).hasSize(3).startsWith(ids(first).toArray(String[]::new));
        assertThat(ids(leases(sweep, "worker", 2))).isEqualTo(ids(first));
    }

    @Test
    void leasesNoMoreThanTheSweepMayRunAtOnce() {
        var sweep = sweep("parallel", 10, 3, "");

        assertThat(leases(sweep, "one", 2)).hasSize(2);
        assertThat(leases(sweep, "two", 5)).hasSize(1);
        ask(sweep, "three", 1, 0).expect(204);
    }

    @Test
    void goesOnAfterAReportAndRenewsTheLease() {
        var sweep = sweep("renewed", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var answer = report(lease, 0, point(1, 0.5)).expect(200).json();

        assertThat(answer.path("directive").asText()).isEqualTo("CONTINUE");
        assertThat(Instant.parse(answer.path("expiresAt").asText()))
                .isAfter(Instant.parse(lease.path("expiresAt").asText()));
        assertThat(Json.list(sweep.trial(0).path("reports")))
                .singleElement()
                .satisfies(
                        report -> assertThat(report.path("values").path("score").asDouble())
                                .isEqualTo(0.5));
    }

    @Test
    void renewsALeaseByHeartbeat() {
        var sweep = sweep("beating", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var answer = rest.post(call(lease, "heartbeat")).expect(200).json();

        assertThat(answer.path("directive").asText()).isEqualTo("CONTINUE");
        assertThat(Instant.parse(answer.path("expiresAt").asText()))
                .isAfterOrEqualTo(Instant.parse(lease.path("expiresAt").asText()));
    }

    @Test
    void answersAReplayedReportAsBeforeAndChangesNothing() {
        var sweep = sweep("replayed", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        var first = report(lease, 7, point(1, 0.5)).expect(200).json();

        var replayed = report(lease, 7, point(1, 0.9)).expect(200).json();

        assertThat(replayed.path("directive")).isEqualTo(first.path("directive"));
        assertThat(replayed.path("reason")).isEqualTo(first.path("reason"));
        assertThat(Json.list(
                        sweep.trial(0).path("reports"),
                        r -> r.path("values").path("score").asDouble()))
                .containsExactly(0.5);
    }

    @Test
    void refusesStepsThatDoNotRise() {
        var sweep = sweep("rising", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        report(lease, 0, point(4, 0.5)).expect(200);

        var problem = report(lease, 1, point(4, 0.6)).problem(422);

        assertThat(problem.path("errors").path(0).path("pointer").asText()).isEqualTo("/points/0/step");
        report(lease, 2, point(5, 0.6)).expect(200);
    }

    @Test
    void takesSeveralPointsAtOnceAndAllOrNothing() {
        var sweep = sweep("several", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        report(lease, 0, point(1, 0.1), point(2, 0.2)).expect(200);

        report(lease, 1, point(3, 0.3), point(3, 0.4)).problem(422);

        assertThat(Json.list(sweep.trial(0).path("reports"), r -> r.path("step").asInt()))
                .containsExactly(1, 2);
    }

    @Test
    void takesNotANumberAndInfinitiesAsTextsAndBare() {
        var sweep = sweep("odd", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        send(lease, "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{\"score\":\"NaN\",\"a\":\"Infinity\"}}]}")
                .expect(200);
        send(lease, "{\"seq\":1,\"points\":[{\"step\":2,\"values\":{\"score\":NaN,\"a\":-Infinity}}]}")
                .expect(200);

        assertThat(Json.list(
                        sweep.trial(0).path("reports"), r -> r.path("values").toString()))
                .containsExactly("{\"score\":\"NaN\",\"a\":\"Infinity\"}", "{\"score\":\"NaN\",\"a\":\"-Infinity\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"seq\":0}",
                "{\"seq\":0,\"points\":[]}",
                "{\"seq\":-1,\"points\":[{\"step\":1,\"values\":{\"score\":1}}]}",
                "{\"seq\":0,\"points\":[{\"values\":{\"score\":1}}]}",
                "{\"seq\":0,\"points\":[{\"step\":-1,\"values\":{\"score\":1}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1.5,\"values\":{\"score\":1}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{\"score\":null}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{\"score\":\"high\"}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{\"score\":true}}]}",
                "{\"seq\":0,\"points\":[{\"step\":1,\"values\":{\"score\":1}}],\"more\":1}",
                "{\"seq\":0,\"points\":[null]}"
            })
    void refusesAReportThatIsNone(String body) {
        var sweep = sweep("refusing", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var answer = send(lease, body);

        assertThat(answer.status()).as(answer.text()).isIn(400, 422);
        answer.problem(answer.status());
        assertThat(answer.text()).doesNotContain("dev.sluice", "java.");
        assertThat(Json.list(sweep.trial(0).path("reports"))).isEmpty();
    }

    @Test
    void stopsAWorkerWhoseTrialIsPruned() {
        var sweep = sweep("pruning", 3, 1, "pruning: {algorithm: median, startupTrials: 1}");
        var good = leaseOne(sweep, "worker");
        report(good, 0, point(1, 0.9), point(2, 0.95)).expect(200);
        complete(good, Map.of("state", "COMPLETE")).expect(200);
        var poor = leaseOne(sweep, "worker");

        var verdict = report(poor, 0, point(1, 0.1)).expect(200).json();

        assertThat(verdict.path("directive").asText()).isEqualTo("STOP");
        assertThat(verdict.path("reason").asText()).contains("median");
        assertThat(report(poor, 1, point(2, 0.99))
                        .expect(200)
                        .json()
                        .path("directive")
                        .asText())
                .isEqualTo("STOP");
        assertThat(report(poor, 0, point(1, 0.1))
                        .expect(200)
                        .json()
                        .path("directive")
                        .asText())
                .isEqualTo("STOP");
        var trial = complete(poor, Map.of("state", "PRUNED")).expect(200).json();
        assertThat(trial.path("state").asText()).isEqualTo("PRUNED");
        assertThat(trial.path("reason")).isEqualTo(verdict.path("reason"));
    }

    @Test
    void countsTheValuesOfACompletionAsOneMoreReport() {
        var sweep = sweep("completing", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        report(lease, 0, point(4, 0.5)).expect(200);

        var trial = complete(lease, Map.of("state", "COMPLETE", "values", Map.of("score", 0.75, "other", 1)))
                .expect(200)
                .json();

        assertThat(trial.path("state").asText()).isEqualTo("COMPLETE");
        assertThat(trial.path("values").path("score").asDouble()).isEqualTo(0.75);
        assertThat(Json.list(sweep.trial(0).path("reports"), r -> r.path("step").asInt()))
                .containsExactly(4, 5);
    }

    @Test
    void answersAReplayedCompletionTheSame() {
        var sweep = sweep("twice", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        var body = Map.of("state", "COMPLETE", "values", Map.of("score", 0.75));
        var first = complete(lease, body).expect(200).json();

        assertThat(complete(lease, body).expect(200).json()).isEqualTo(first);
        assertThat(Json.list(sweep.trial(0).path("reports"))).hasSize(1);
    }

    @Test
    void refusesACompletionWithoutAnyValueAndKeepsTheLease() {
        var sweep = sweep("empty", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var problem = complete(lease, Map.of("state", "COMPLETE")).problem(422);

        assertThat(problem.path("detail").asText()).contains("score");
        complete(lease, Map.of("state", "COMPLETE", "values", Map.of("other", 1)))
                .problem(422);
        assertThat(sweep.trial(0).path("state").asText()).isEqualTo("RUNNING");
        complete(lease, Map.of("state", "COMPLETE", "values", Map.of("score", 1)))
                .expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "CANCELLED", "complete", "DONE", ""})
    void refusesACompletionInAStateThatIsNoEnd(String state) {
        var sweep = sweep("endless", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var problem = complete(lease, Map.of("state", state, "values", Map.of("score", 1)))
                .problem(422);

        assertThat(problem.path("errors").path(0).path("pointer").asText()).isEqualTo("/state");
    }

    @Test
    void refusesALateReportToACompletedLeaseButAnswersAReplay() {
        var sweep = sweep("late", 2, 1, "");
        var lease = leaseOne(sweep, "worker");
        var before = report(lease, 0, point(1, 0.5)).expect(200).json();
        complete(lease, Map.of("state", "COMPLETE")).expect(200);

        var problem = report(lease, 1, point(2, 0.6)).problem(409);

        assertThat(problem.path("type").asText()).endsWith("lease-lost");
        assertThat(rest.post(call(lease, "heartbeat")).problem(409).path("type").asText())
                .endsWith("lease-lost");
        assertThat(report(lease, 0, point(1, 0.5)).expect(200).json().path("directive"))
                .isEqualTo(before.path("directive"));
        assertThat(Json.list(sweep.trial(0).path("reports"))).hasSize(1);
    }

    @Test
    void takesALeaseFromAWorkerWhoseTrialIsStopped() {
        var sweep = sweep("stopped", 2, 1, "");
        var lease = leaseOne(sweep, "worker");
        report(lease, 0, point(1, 0.5)).expect(200);

        rest.post("/api/v1/trials/" + lease.path("trialId").asText() + "/stop").expect(200);

        assertThat(sweep.trial(0).path("state").asText()).isEqualTo("PRUNED");
        assertThat(report(lease, 1, point(2, 0.6)).problem(409).path("type").asText())
                .endsWith("lease-lost");
        assertThat(complete(lease, Map.of("state", "COMPLETE"))
                        .problem(409)
                        .path("type")
                        .asText())
                .endsWith("lease-lost");
    }

    @Test
    void triesATrialThatItsWorkerFailedAgain() {
        var sweep = sweep("again", 1, 1, "retries: {max: 1, backoff: 0s}");
        var first = leaseOne(sweep, "worker");
        report(first, 0, point(1, 0.2)).expect(200);
        complete(first, Map.of("state", "FAILED", "reason", "a cable was pulled"))
                .expect(200);
        assertThat(sweep.trial(0).path("state").asText()).isEqualTo("QUEUED");

        var second = leaseOne(sweep, "worker");

        assertThat(second.path("trialId")).isEqualTo(first.path("trialId"));
        assertThat(second.path("attempt").asInt()).isEqualTo(2);
        report(second, 0, point(1, 0.3)).expect(200);
        assertThat(Json.list(
                        sweep.trial(0).path("reports"),
                        r -> r.path("values").path("score").asDouble()))
                .as("a fresh attempt drops what the one before has reported")
                .containsExactly(0.3);
        complete(second, Map.of("state", "FAILED", "reason", "and again")).expect(200);
        assertThat(sweep.trial(0).path("state").asText()).isEqualTo("FAILED");
        assertThat(sweep.trial(0).path("reason").asText()).contains("and again");
    }

    @Test
    void takesAnInfeasiblePointForWhatItIs() {
        var sweep = sweep("infeasible", 1, 1, "");
        var lease = leaseOne(sweep, "worker");

        var trial = complete(lease, Map.of("state", "INFEASIBLE", "reason", "does not fit"))
                .expect(200)
                .json();

        assertThat(trial.path("state").asText()).isEqualTo("INFEASIBLE");
        assertThat(trial.path("reason").asText()).isEqualTo("does not fit");
    }

    @Test
    void saysThatThereIsNoMoreWorkWhenTheSweepIsOver() {
        var sweep = sweep("over", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        complete(lease, Map.of("state", "COMPLETE", "values", Map.of("score", 1)))
                .expect(200);
        sweep.awaitEnd();

        ask(sweep, "worker", 1, 0).problem(410);
    }

    @Test
    void leasesNothingWhileTheSweepIsPaused() {
        var sweep = sweep("paused", 2, 2, "");
        var lease = leaseOne(sweep, "worker");
        rest.post(sweep.path() + "/pause").expect(200);

        assertThat(ids(leases(sweep, "worker", 2)))
                .containsExactly(lease.path("leaseId").asText());
        ask(sweep, "other", 1, 0).expect(204);
        report(lease, 0, point(1, 0.5)).expect(200);
        rest.post(sweep.path() + "/resume").expect(200);
        assertThat(leases(sweep, "other", 1)).hasSize(1);
    }

    @Test
    void wakesAWorkerThatWaitsAsSoonAsThereIsWork() throws Exception {
        var sweep = sweep("waiting", 2, 1, "");
        var lease = leaseOne(sweep, "busy");
        var waiting = CompletableFuture.supplyAsync(() -> ask(sweep, "waiting", 1, 50));
        assertThat(ask(sweep, "other", 1, 1).status()).isEqualTo(204);
        assertThat(waiting).isNotDone();

        complete(lease, Map.of("state", "COMPLETE", "values", Map.of("score", 1)))
                .expect(200);

        var woken = waiting.get(15, TimeUnit.SECONDS).expect(200).json();
        assertThat(woken.path(0).path("number").asInt()).isEqualTo(1);
    }

    @Test
    void tellsAWorkerThatWaitsWhenTheSweepIsOver() throws Exception {
        var sweep = sweep("ending", 1, 1, "");
        var lease = leaseOne(sweep, "busy");
        var waiting = CompletableFuture.supplyAsync(() -> ask(sweep, "waiting", 1, 50));

        complete(lease, Map.of("state", "COMPLETE", "values", Map.of("score", 1)))
                .expect(200);

        waiting.get(15, TimeUnit.SECONDS).problem(410);
    }

    @Test
    void refusesToLeaseTrialsThatTheServiceLaunches() {
        var sweep = service.submit("""
                name: its-own
                objective: {metric: score, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random}
                budget: {trials: 1}
                trial: {command: [sleep, "5"]}
                """);

        ask(sweep, "worker", 1, 0).problem(409);

        rest.post(sweep.path() + "/cancel").expect(200);
    }

    @Test
    void refusesAWorkerWithoutANameOrWithoutMeasure() {
        var sweep = sweep("unnamed", 1, 1, "");
        var path = sweep.path() + "/leases";

        assertThat(pointer(rest.post(path, Map.of()).problem(422))).isEqualTo("/workerId");
        assertThat(pointer(rest.post(path, Map.of("workerId", " ")).problem(422)))
                .isEqualTo("/workerId");
        assertThat(pointer(
                        rest.post(path, Map.of("workerId", "a", "capacity", 0)).problem(422)))
                .isEqualTo("/capacity");
        assertThat(pointer(rest.post(path, Map.of("workerId", "a", "waitSeconds", 3600))
                        .problem(422)))
                .isEqualTo("/waitSeconds");
        rest.post("/api/v1/sweeps/01900000-0000-7000-8000-000000000000/leases", Map.of("workerId", "a"))
                .problem(404);
        rest.post("/api/v1/leases/01900000-0000-7000-8000-000000000000/heartbeat")
                .problem(404);
    }

    @Test
    void logsTheTrialsOfWorkersLikeAnyOthers(Mlflow mlflow) {
        var sweep = sweep("elsewhere", 1, 1, "");
        var lease = leaseOne(sweep, "worker");
        IntStream.rangeClosed(1, 5)
                .forEach(step -> report(lease, step, point(step, step / 10.0)).expect(200));
        complete(lease, Map.of("state", "COMPLETE")).expect(200);
        var view = sweep.awaitDelivered();

        var run = mlflow.children(view).getFirst();

        assertThat(run.status()).isEqualTo("FINISHED");
        assertThat(mlflow.history(run.id(), "score"))
                .extracting(Mlflow.Point::value)
                .containsExactly(0.1, 0.2, 0.3, 0.4, 0.5);
    }

    @Test
    void losesALeaseThatIsNotRenewedAndTriesTheTrialAgain() {
        var again = Waiting.until(
                "the forsaken trial to be leased again",
                Duration.ofMinutes(2),
                () -> ask(forsaken, "survivor", 1, 20),
                answer -> answer.status() == 200);

        var lease = again.json().path(0);
        assertThat(lease.path("trialId")).isEqualTo(forsakenLease.path("trialId"));
        assertThat(lease.path("attempt").asInt()).isEqualTo(2);
        assertThat(report(forsakenLease, 0, point(1, 1))
                        .problem(409)
                        .path("type")
                        .asText())
                .endsWith("lease-lost");
        assertThat(complete(forsakenLease, Map.of("state", "COMPLETE", "values", Map.of("score", 1)))
                        .problem(409)
                        .path("type")
                        .asText())
                .endsWith("lease-lost");
        report(lease, 0, point(1, 0.5)).expect(200);
        assertThat(Json.list(
                        forsaken.trial(0).path("attempts"), a -> a.path("state").asText()))
                .containsExactly("LOST", "RUNNING");
    }

    @Test
    void letsALeaseTokenDoItsOwnCallsAndNothingElse() {
        try (var guarded = Service.named("guarded")
                .withoutMlflow()
                .token("a secret of ours")
                .start()) {
            var owner = guarded.rest();
            var sweep = guarded.submit(file("guarded", 2, 2, ""));
            var leases = owner.post(sweep.path() + "/leases", Map.of("workerId", "worker", "capacity", 2))
                    .expect(200)
                    .json();
            var worker = owner.with(leases.path(0).path("token").asText());
            var other = owner.with(leases.path(1).path("token").asText());
            var body = Map.of("seq", 0, "points", List.of(point(1, 0.5)));

            worker.post(call(leases.path(0), "reports"), body).expect(200);
            worker.post(call(leases.path(0), "heartbeat")).expect(200);
            owner.post(call(leases.path(1), "reports"), body).expect(200);
            other.post(call(leases.path(0), "reports"), body).problem(401);
            other.post(call(leases.path(0), "complete"), Map.of("state", "FAILED"))
                    .problem(401);
            worker.get(sweep.path()).problem(401);
            worker.post(sweep.path() + "/cancel").problem(401);
            for (var path : List.of("/", "/api/v1/sweeps", "/q/health/ready", "/q/openapi", "/q/metrics", "/nothing")) {
                assertThat(owner.anonymous().get(path).status()).as(path).isEqualTo(401);
                assertThat(owner.with("a wrong secret").get(path).status())
                        .as(path)
                        .isEqualTo(401);
            }
            owner.anonymous().post(call(leases.path(0), "heartbeat")).problem(401);
            assertThat(sweep.trial(0).path("state").asText()).isEqualTo("RUNNING");
        }
    }

    private Sweep sweep(String name, int trials, int parallel, String more) {
        return service.submit(file(name, trials, parallel, more));
    }

    private static String file(String name, int trials, int parallel, String more) {
        return """
                name: lease-%s
                objective: {metric: score, goal: maximize}
                parameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}}
                search: {algorithm: random, seed: 5}
                budget: {trials: %d, parallel: %d}
                trial: {external: true}
                tracking: {experiment: leases}
                %s
                """.formatted(name, trials, parallel, more);
    }

    private Answer ask(Sweep sweep, String worker, int capacity, int waitSeconds) {
        return rest.post(
                sweep.path() + "/leases", Map.of("workerId", worker, "capacity", capacity, "waitSeconds", waitSeconds));
    }

    private List<JsonNode> leases(Sweep sweep, String worker, int capacity) {
        return Json.list(ask(sweep, worker, capacity, 0).expect(200).json());
    }

    private JsonNode leaseOne(Sweep sweep, String worker) {
        return ask(sweep, worker, 1, 30).expect(200).json().path(0);
    }

    private static List<String> ids(List<JsonNode> leases) {
        return leases.stream().map(lease -> lease.path("leaseId").asText()).toList();
    }

    private Answer report(JsonNode lease, long seq, Point... points) {
        return rest.post(call(lease, "reports"), Map.of("seq", seq, "points", List.of(points)));
    }

    private Answer send(JsonNode lease, String body) {
        return rest.send("POST", call(lease, "reports"), "application/json", body);
    }

    private Answer complete(JsonNode lease, Map<String, Object> body) {
        return rest.post(call(lease, "complete"), body);
    }

    private record Point(long step, Map<String, Double> values) {}

    private static Point point(long step, double score) {
        return new Point(step, Map.of("score", score));
    }

    private static String call(JsonNode lease, String verb) {
        return "/api/v1/leases/" + lease.path("leaseId").asText() + "/" + verb;
    }

    private static String pointer(JsonNode problem) {
        return problem.path("errors").path(0).path("pointer").asText();
    }
}
