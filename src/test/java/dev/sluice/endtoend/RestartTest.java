package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Processes;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** `kill -9` of the service in the middle of sweeps: a new start on the same data goes on as if nothing had been. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartTest {
    /** Reports a curve that depends on its parameters alone; how long it takes is given. */
    private static final Script CURVE = Script.of("curve", """
            import json, os, sys, time
            x, kind, steps, pause = float(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
            open("pid", "w").write(str(os.getpid()))
            open("starts", "a").write("x")
            for step in range(1, steps + 1):
                loss = (x - 0.3) ** 2 + (0.1 if kind == "a" else 0.2) + 1 / step
                print(json.dumps({"step": step, "loss": loss}), flush=True)
                time.sleep(pause)
            """);

    private static final int DIGITS = Build.isLong() ? 24 : 5;
    private static final int COMMANDS = Build.isLong() ? 40 : 9;

    private Service service;
    private Mlflow mlflow;
    private Sweep digits;
    private Sweep command;
    private Sweep unwatched;
    private Sweep died;
    private Sweep young;
    private Sweep paused;
    private Sweep cancelled;
    private Sweep elsewhere;
    private JsonNode lease;
    private List<String> lived;

    /** Everything that a kill can meet is there when it comes. */
    @BeforeAll
    void killTheServiceInTheMiddleOfEverything(Mlflow shared) throws IOException {
        mlflow = shared;
        service = Service.named("restarted")
                .shippingTo(mlflow)
                .with("sluice.devices.cpus", "20")
                .start();
        digits = service.submit(SweepFile.example("digits.yaml")
                .set("name", "restarted-digits")
                .set("tracking.experiment", "restarted-digits")
                .set("budget.trials", DIGITS)
                // Long enough to live through the kill.
                .set("parameters.epochs.value", 60)
                .set("pruning.min", 30)
                .set("pruning.max", 60)
                .set("trial.trainer.callbacks", List.of())
                .remove("promotion")
                .map());
        command = service.submit(file("restarted-command", COMMANDS, 3, 20, 0.3));
        died = service.submit(file("died", 2, 1, 20, 0.3));
        paused = service.submit(file("paused", 2, 1, 12, 0.4));
        cancelled = service.submit(file("cancelled", 3, 1, 3000, 0.2));
        elsewhere = service.submit("""
                name: elsewhere
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 3}
                budget: {trials: 1}
                trial: {external: true}
                """);
        lease = service.rest()
                .post(elsewhere.path() + "/leases", Map.of("workerId", "far", "waitSeconds", 20))
                .expect(200)
                .json()
                .path(0);
        report(0, 1).expect(200);
        paused.awaitRunning(1, 1);
        service.rest().post(paused.path() + "/pause").expect(200);
        unwatched = service.submit(file("unwatched", 2, 1, 6, 0.3));
        long ends = pid(unwatched.awaitRunning(1, 2).getFirst());
        var dies = died.awaitRunning(1, 1).getFirst();
        cancelled.awaitRunning(1, 1);
        service.rest().post(cancelled.path() + "/cancel").expect(200);
        command.awaitRunning(3, 2);
        digits.awaitRunning(1, 1);
        young = service.submit(file("young", 4, 2, 3, 0.1));

        service.kill();
        lived = Processes.carrying("SLUICE_ATTEMPT=").stream()
                .map(Processes::workingDirectory)
                .toList();
        Processes.carrying(service.trialFolder(dies.path("id").asText()).toString())
                .forEach(Processes::kill);
        Waiting.until("a trial to end by itself", Waiting.SOON, () -> Processes.alive(ends), alive -> !alive);
        service.restart();
    }

    @AfterEach
    void leaveTheServiceRunning() {
        service.ensureRunning();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void completesASweepOfOurTrainerWithoutGapsOrTwins() {
        var view = digits.awaitDelivered();

        assertThat(view.path("state").asText()).as(view.toPrettyString()).isEqualTo("COMPLETED");
        assertThat(view.path("counts").path("failed").asInt()).isZero();
        assertNumbersWithoutGapsOrTwins(digits, view, DIGITS);
        assertMlflowHasEveryReportOnce(digits);
    }

    @Test
    void completesASweepOfACommandWithoutGapsOrTwins() {
        var view = command.awaitDelivered();

        assertThat(view.path("state").asText()).as(view.toPrettyString()).isEqualTo("COMPLETED");
        assertThat(view.path("counts").path("complete").asInt()).isEqualTo(COMMANDS);
        assertNumbersWithoutGapsOrTwins(command, view, COMMANDS);
        assertMlflowHasEveryReportOnce(command);
    }

    @Test
    void takesUpTheProcessesThatLivedAndStartsNoneOfThemAgain() {
        digits.awaitEnd();
        command.awaitEnd();
        var trials = Stream.of(digits, command)
                .flatMap(s -> s.wholeTrials().stream())
                .toList();

        var adopted = trials.stream()
                .filter(t -> lived.contains(
                        service.trialFolder(t.path("id").asText()).toString()))
                .toList();

        assertThat(adopted).as("trials that lived through the kill").hasSizeGreaterThanOrEqualTo(4);
        assertThat(trials)
                .allSatisfy(trial -> assertThat(attempts(trial))
                        .as("attempts of trial %s", trial.path("number"))
                        .hasSize(1));
    }

    @Test
    void takesUpATrialThatEndedWhileNobodyWatched() {
        var view = unwatched.awaitDelivered();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        var trial = unwatched.trial(0);
        assertThat(attempts(trial)).containsExactly("SUCCEEDED");
        assertThat(Json.list(trial.path("reports"), r -> r.path("step").asInt()))
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertMlflowHasEveryReportOnce(unwatched);
    }

    @Test
    void triesATrialAgainThatDiedTogetherWithTheService() throws IOException {
        var view = died.awaitDelivered();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        var trial = died.trial(0);
        assertThat(attempts(trial)).containsExactly("LOST", "SUCCEEDED");
        assertThat(Files.readString(
                        service.trialFolder(trial.path("id").asText()).resolve("starts")))
                .isEqualTo("xx");
        assertThat(Json.list(trial.path("reports"), r -> r.path("step").asInt()))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
        assertNumbersWithoutGapsOrTwins(died, view, 2);
        assertThat(mlflow.children(view).getFirst().tag("sluice.attempts")).isEqualTo("2");
    }

    @Test
    void goesOnWithASweepThatWasJustMade() {
        var view = young.awaitDelivered();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertNumbersWithoutGapsOrTwins(young, view, 4);
        assertThat(young.wholeTrials())
                .allSatisfy(trial -> assertThat(attempts(trial).getLast()).isEqualTo("SUCCEEDED"));
    }

    @Test
    void remembersThatASweepWasPaused() {
        paused.awaitTrial(0, "COMPLETE");
        assertThat(paused.state()).isEqualTo("PAUSED");
        assertThat(paused.trials()).hasSize(1);

        service.rest().post(paused.path() + "/resume").expect(200);

        assertThat(paused.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(paused.trials()).hasSize(2);
    }

    @Test
    void endsTheTrialsOfASweepThatWasBeingCancelled() throws IOException {
        var view = cancelled.awaitEnd();

        assertThat(view.path("state").asText()).isEqualTo("CANCELLED");
        assertThat(cancelled.trial(0).path("state").asText()).isEqualTo("PRUNED");
        assertThat(cancelled.trial(0).path("reason").asText()).contains("by a user");
        assertThat(Processes.alive(pid(cancelled.trial(0)))).isFalse();
    }

    @Test
    void extendsTheLeasesOfWorkersElsewhereAndKnowsWhatTheyHaveReported() {
        report(0, 1).expect(200);
        report(1, 2).expect(200);
        service.rest()
                .post("/api/v1/leases/" + lease.path("leaseId").asText() + "/complete", Map.of("state", "COMPLETE"))
                .expect(200);

        elsewhere.awaitEnd();
        assertThat(Json.list(
                        elsewhere.trial(0).path("reports"), r -> r.path("step").asInt()))
                .containsExactly(1, 2);
        assertThat(attempts(elsewhere.trial(0))).containsExactly("SUCCEEDED");
    }

    @Test
    void survivesSeveralKills() {
        int kills = Build.isLong() ? 8 : 2;
        var sweep = service.submit(file("killed-often", 8, 2, 8, 0.25));

        for (int i = 0; i < kills; i++) {
            sweep.awaitRunning(1, 1);
            service.kill();
            service.restart();
        }

        var view = sweep.awaitDelivered();
        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertNumbersWithoutGapsOrTwins(sweep, view, 8);
        assertMlflowHasEveryReportOnce(sweep);
    }

    @Test
    void drawsTheSameParametersInTheSameOrderWithAndWithoutAKill(Service undisturbed) {
        var file = SweepFile.of(file("same", 8, 1, 3, 0.1))
                .set("search", Map.of("algorithm", "tpe", "seed", 77))
                .set("pruning", Map.of("algorithm", "median", "startupTrials", 2))
                .map();
        var whole = undisturbed.submit(file);
        var sweep = service.submit(file);
        sweep.awaitTrial(4, "RUNNING");

        service.kill();
        service.restart();

        whole.awaitEnd();
        sweep.awaitEnd();
        assertThat(drawn(sweep)).hasSize(8).isEqualTo(drawn(whole));
        assertThat(states(sweep)).isEqualTo(states(whole));
    }

    @Test
    void letsLocalTrialsGoOnWhenItIsAskedToStop() throws IOException {
        var sweep = service.submit(file("asked", 1, 1, 40, 0.2));
        long pid = pid(sweep.awaitRunning(1, 2).getFirst());

        service.terminate();
        assertThat(Processes.alive(pid)).isTrue();
        service.restart();

        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(attempts(sweep.trial(0))).containsExactly("SUCCEEDED");
    }

    private Answer report(long seq, long step) {
        return service.rest()
                .post(
                        "/api/v1/leases/" + lease.path("leaseId").asText() + "/reports",
                        Map.of("seq", seq, "points", List.of(Map.of("step", step, "values", Map.of("loss", 0.5)))));
    }

    private static String file(String name, int trials, int parallel, int steps, double pause) {
        return """
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}, kind: {values: [a, b]}}
                search: {algorithm: random, seed: 11}
                budget: {trials: %d, parallel: %d}
                trial: {command: %s}
                """.formatted(
                name,
                trials,
                parallel,
                CURVE.command("${params.x}", "${params.kind}", Integer.toString(steps), Double.toString(pause)));
    }

    private void assertNumbersWithoutGapsOrTwins(Sweep sweep, JsonNode view, int trials) {
        var numbers = IntStream.range(0, trials).boxed().toList();
        assertThat(sweep.trials()).extracting(t -> t.path("number").asInt()).containsExactlyElementsOf(numbers);
        assertThat(mlflow.parents(view)).hasSize(1);
        assertThat(mlflow.children(view))
                .extracting(run -> Integer.parseInt(run.tag("sluice.trial.number")))
                .containsExactlyElementsOf(numbers);
        assertThat(mlflow.children(view)).extracting(Mlflow.Run::status).doesNotContain("RUNNING");
    }

    private void assertMlflowHasEveryReportOnce(Sweep sweep) {
        for (var trial : sweep.wholeTrials()) {
            var metrics = new java.util.TreeSet<String>();
            trial.path("reports").forEach(r -> r.path("values").fieldNames().forEachRemaining(metrics::add));
            for (var metric : metrics) {
                assertThat(mlflow.history(trial.path("mlflowRunId").asText(), metric))
                        .as("trial %s, %s", trial.path("number"), metric)
                        .extracting(Mlflow.Point::step)
                        .containsExactlyElementsOf(Json.list(trial.path("reports")).stream()
                                .filter(r -> r.path("values").has(metric))
                                .map(r -> r.path("step").asLong())
                                .toList());
            }
        }
    }

    private long pid(JsonNode trial) throws IOException {
        return Long.parseLong(
                Files.readString(service.trialFolder(trial.path("id").asText()).resolve("pid")));
    }

    private static List<String> attempts(JsonNode trial) {
        return Json.list(trial.path("attempts"), a -> a.path("state").asText());
    }

    private static List<String> drawn(Sweep sweep) {
        return sweep.trials().stream().map(t -> t.path("params").toString()).toList();
    }

    private static List<String> states(Sweep sweep) {
        return sweep.trials().stream().map(t -> t.path("state").asText()).toList();
    }
}
