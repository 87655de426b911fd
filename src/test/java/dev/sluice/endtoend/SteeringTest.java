package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Processes;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.Waiting;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user may do to a sweep and its trials while they run, and what not. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SteeringTest {
    /** Reports for as long as it is told, or fails where `x` is below zero. */
    private static final Script TRAINING = Script.of("steered", """
            import json, sys, time
            x, steps = float(sys.argv[1]), int(sys.argv[2])
            if x < 0:
                sys.exit("below zero")
            for step in range(1, steps + 1):
                print(json.dumps({"step": step, "loss": x + 1 / step}), flush=True)
                time.sleep(0.1)
            """);

    private final Service service;
    private final Rest rest;

    SteeringTest(Service service) {
        this.service = service;
        this.rest = service.rest();
    }

    @Test
    void startsNothingNewWhilePausedAndGoesOnWhenResumed() {
        var sweep = service.submit(file("pausing", 3, 1, 10));
        sweep.awaitRunning(1, 1);

        assertThat(act(sweep, "pause").expect(200).json().path("state").asText())
                .isEqualTo("PAUSED");
        sweep.awaitTrial(0, "COMPLETE");
        assertThat(sweep.trials()).hasSize(1);
        assertThat(act(sweep, "resume").expect(200).json().path("state").asText())
                .isEqualTo("RUNNING");

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials()).hasSize(3);
    }

    @Test
    void letsRunningTrialsFinishWhenItIsStopped() {
        var sweep = service.submit(file("stopping", 30, 2, 15));
        sweep.awaitRunning(2, 1);

        assertThat(act(sweep, "stop").expect(200).json().path("state").asText()).isEqualTo("STOPPING");
        act(sweep, "pause").problem(409);
        act(sweep, "resume").problem(409);
        enqueue(sweep, Map.of("x", 0.5)).problem(409);

        var view = sweep.awaitEnd();
        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(view.path("counts").path("complete").asInt())
                .isEqualTo(sweep.trials().size());
        assertThat(sweep.trials().size()).isBetween(2, 4);
    }

    @Test
    void stopsRunningTrialsWhenItIsCancelled(Mlflow mlflow) {
        var sweep = service.submit(file("cancelling", 30, 2, 6000));
        var running = sweep.awaitRunning(2, 2);

        var answer = act(sweep, "cancel").expect(200).json();

        assertThat(answer.path("state").asText()).isIn("STOPPING", "CANCELLED");
        var view = sweep.awaitDelivered();
        assertThat(view.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(view.path("counts").path("pruned").asInt()).isEqualTo(2);
        for (var trial : running) {
            var ended = sweep.trial(trial.path("id").asText());
            assertThat(ended.path("reason").asText()).contains("cancelled by a user");
            assertThat(Processes.carrying(
                            service.trialFolder(trial.path("id").asText()).toString()))
                    .isEmpty();
        }
        assertThat(mlflow.children(view)).extracting(Mlflow.Run::status).containsOnly("KILLED");
        assertThat(mlflow.parents(view)).extracting(Mlflow.Run::status).containsExactly("KILLED");
    }

    @Test
    void cancelsASweepThatIsStopping() {
        var sweep = service.submit(file("hurried", 30, 1, 6000));
        sweep.awaitRunning(1, 1);
        act(sweep, "stop").expect(200);

        act(sweep, "cancel").expect(200);

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("CANCELLED");
    }

    @Test
    void cancelsASweepThatIsPausedAtOnceWhenNothingRuns() {
        var sweep = external("idle");
        act(sweep, "pause").expect(200);

        act(sweep, "cancel").expect(200);

        assertThat(sweep.state()).isEqualTo("CANCELLED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "stop", "cancel"})
    void refusesToSteerASweepThatIsOver(String verb) {
        var sweep = over("steered-late-" + verb);

        var problem = act(sweep, verb).problem(409);

        assertThat(problem.path("detail").asText()).contains("COMPLETED");
    }

    @Test
    void refusesToPauseTwiceAndToResumeWhatRuns() {
        var sweep = external("twice");

        act(sweep, "resume").problem(409);
        act(sweep, "pause").expect(200);
        act(sweep, "pause").problem(409);

        act(sweep, "cancel").expect(200);
    }

    @Test
    void stopsARunningTrialAndKeepsWhatItHasShown() {
        var sweep = service.submit(file("one-stopped", 1, 1, 6000));
        var running = sweep.awaitRunning(1, 2).getFirst();

        trial(running, "stop").expect(200);

        var stopped = sweep.awaitTrial(0, "PRUNED");
        assertThat(stopped.path("reason").asText()).contains("by a user");
        assertThat(stopped.path("reports").size()).isGreaterThanOrEqualTo(2);
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        trial(stopped, "stop").problem(409);
        trial(stopped, "rerun").problem(409);
    }

    @Test
    void cancelsATrialThatHasNotReported() {
        var sweep = external("unheard");
        var queued = enqueue(sweep, Map.of("x", 0.5)).expect(201).json();
        assertThat(queued.path("state").asText()).isEqualTo("QUEUED");

        var stopped = trial(queued, "stop").expect(200).json();

        assertThat(stopped.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(stopped.path("reason").asText()).contains("by a user");
        act(sweep, "cancel").expect(200);
    }

    @Test
    void runsAFailedTrialAgainUnderItsNumber() {
        var sweep = service.submit(file("again", 2, 1, 60)
                .replace("min: 0.0", "min: -1.0")
                .replace("budget:", "enqueue: [{x: -0.5}, {x: 0.5}]\nbudget:"));
        sweep.awaitTrial(1, "RUNNING");

        var queued = trial(sweep.trial(0), "rerun").expect(200).json();

        assertThat(queued.path("state").asText()).isEqualTo("QUEUED");
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        var again = sweep.trial(0);
        assertThat(again.path("state").asText()).isEqualTo("FAILED");
        assertThat(again.path("attempt").asInt()).isEqualTo(2);
        assertThat(sweep.trials()).hasSize(2);
    }

    @Test
    void runsEnqueuedPointsFirstAndFillsThemIn() {
        var sweep = service.submit("""
                name: enqueued
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: -1.0, max: 1.0, default: 0.25}, kind: {values: [a, b, c]}}
                enqueue: [{x: 0.5, kind: c}, {kind: b}]
                search: {algorithm: random, seed: 1}
                budget: {trials: 4, parallel: 1}
                trial: {external: true}
                """);
        var third = enqueue(sweep, Map.of("kind", "a")).expect(201).json();

        assertThat(third.path("number").asInt()).isEqualTo(2);
        assertThat(third.path("params").path("x").asDouble()).isEqualTo(0.25);
        assertThat(Json.list(
                        rest.get(sweep.path() + "/trials").json().path("items"),
                        t -> t.path("params").path("kind").asText()))
                .containsExactly("c", "b", "a");
        var lease = rest.post(sweep.path() + "/leases", Map.of("workerId", "worker", "waitSeconds", 10))
                .expect(200)
                .json()
                .path(0);
        assertThat(lease.path("number").asInt(-1)).isZero();
        assertThat(lease.path("params").path("x").asDouble()).isEqualTo(0.5);
        act(sweep, "cancel").expect(200);
    }

    @Test
    void refusesAPointOutsideOfTheSpace() {
        var sweep = external("outside");

        for (var params :
                List.<Map<String, Object>>of(Map.of("x", 7), Map.of("x", "high"), Map.of("y", 1), Map.of("x", true))) {
            var problem = enqueue(sweep, params).problem(422);
            assertThat(problem.path("errors").path(0).path("pointer").asText()).startsWith("/params");
        }
        rest.post(sweep.path() + "/trials", Map.of()).problem(422);
        assertThat(sweep.trials()).isEmpty();
        act(sweep, "cancel").expect(200);
    }

    @Test
    void forgetsASweepThatIsOverAndNoOther() {
        var running = external("kept");
        rest.delete(running.path()).problem(409);
        act(running, "cancel").expect(200);
        var sweep = over("forgotten");
        sweep.awaitDelivered();
        var trial = sweep.trials().getFirst().path("id").asText();

        rest.delete(sweep.path()).expect(204);

        rest.get(sweep.path()).problem(404);
        rest.get("/api/v1/trials/" + trial).problem(404);
        rest.delete(sweep.path()).problem(404);
        assertThat(rest.get("/api/v1/sweeps?q=forgotten").json().path("items")).isEmpty();
        assertThat(service.trialFolder(trial)).doesNotExist();
    }

    @Test
    void failsASweepWhoseFirstFiveTrialsAllFail() {
        var sweep = service.submit(file("hopeless", 40, 1, 1).replace("min: 0.0, max: 1.0", "min: -1.0, max: -0.5"));

        var view = sweep.awaitEnd();

        assertThat(view.path("state").asText()).isEqualTo("FAILED");
        assertThat(view.path("reason").asText()).contains("first 5").contains("below zero");
        assertThat(view.path("counts").path("failed").asInt()).isEqualTo(5);
        assertThat(view.path("best").isNull()).isTrue();
    }

    @Test
    void failsASweepWithMoreFailuresThanItsBudgetAllows() {
        var sweep = service.submit(file("unlucky", 40, 1, 1)
                .replace("min: 0.0", "min: -1.0")
                .replace("budget: {", "enqueue: [{x: 0.5}, {x: -0.5}, {x: -0.6}]\nbudget: {failedTrials: 1, "));

        var view = sweep.awaitEnd();

        assertThat(view.path("state").asText()).isEqualTo("FAILED");
        assertThat(view.path("counts").path("failed").asInt()).isEqualTo(2);
    }

    @Test
    void endsASweepThatDoesNotGetBetter() {
        var sweep = service.submit(file("stalled", 40, 1, 1)
                .replace(
                        "budget: {",
                        "enqueue: [{x: 0.0}, {x: 0.5}, {x: 0.5}, {x: 0.5}]\nbudget: {stall: {trials: 3}, "));

        var view = sweep.awaitEnd();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials().size()).isBetween(4, 5);
        assertThat(view.path("reason").asText()).isNotBlank();
    }

    @Test
    void endsASweepWhoseWallTimeIsUsed() {
        var sweep = service.submit(file("clocked", 40, 1, 6000)
                .replace("budget: {", "budget: {wallTime: 3s, ")
                .replace("trials: 40, ", ""));

        var view = sweep.awaitEnd();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(view.path("reason").asText()).contains("wall time");
        assertThat(sweep.trials())
                .allSatisfy(t -> assertThat(t.path("state").asText()).isIn("PRUNED", "CANCELLED"));
    }

    @Test
    void triesEveryPointOfASmallSpaceBeforeItRepeatsAny() {
        var sweep = service.submit(file("small", 4, 1, 1).replace("{min: 0.0, max: 1.0}", "{values: [0.1, 0.2, 0.3]}"));

        sweep.awaitEnd();

        assertThat(sweep.trials().subList(0, 3))
                .extracting(t -> t.path("params").path("x").asDouble())
                .containsExactlyInAnyOrder(0.1, 0.2, 0.3);
    }

    @Test
    void promotesByHandAndSaysWhyItRefuses() {
        var sweep = over("unpackaged");
        sweep.awaitDelivered();

        rest.post(sweep.path() + "/promotions", Map.of("alias", "champion")).problem(422);
        rest.post(sweep.path() + "/promotions", Map.of("model", "a/b", "alias", "champion"))
                .problem(422);
        rest.post(sweep.path() + "/promotions", Map.of("model", "m", "alias", "latest"))
                .problem(422);
        var begun = rest.post(sweep.path() + "/promotions", Map.of("model", "unpackaged", "alias", "champion"))
                .expect(202)
                .json();

        var ended = Waiting.until(
                "the promotion to end",
                Waiting.SOON,
                () -> rest.get("/api/v1/promotions/" + begun.path("id").asText())
                        .expect(200)
                        .json(),
                promotion -> !promotion.path("state").asText().equals("RUNNING"));
        assertThat(ended.path("state").asText()).isEqualTo("REFUSED");
        assertThat(ended.path("reason").asText()).contains("MLmodel");
        rest.get("/api/v1/promotions/01900000-0000-7000-8000-000000000000").problem(404);
    }

    private static String file(String name, int trials, int parallel, int steps) {
        return """
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 6}
                budget: {trials: %d, parallel: %d}
                trial: {command: %s}
                tracking: {experiment: steering}
                """.formatted(name, trials, parallel, TRAINING.command("${params.x}", Integer.toString(steps)));
    }

    private Sweep external(String name) {
        return service.submit("""
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 6}
                budget: {trials: 3}
                trial: {external: true}
                tracking: {experiment: steering}
                """.formatted(name));
    }

    private Sweep over(String name) {
        var sweep = service.submit(file(name, 1, 1, 1));
        sweep.awaitEnd();
        return sweep;
    }

    private Answer act(Sweep sweep, String verb) {
        return rest.post(sweep.path() + "/" + verb);
    }

    private Answer trial(JsonNode trial, String verb) {
        return rest.post("/api/v1/trials/" + trial.path("id").asText() + "/" + verb);
    }

    private Answer enqueue(Sweep sweep, Map<String, Object> params) {
        return rest.post(sweep.path() + "/trials", Map.of("params", params));
    }
}
