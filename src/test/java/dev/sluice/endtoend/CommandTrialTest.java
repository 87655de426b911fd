package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Processes;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Any program is a trial: what it prints, how it ends and how it is ended. */
@ExtendWith(Shared.class)
class CommandTrialTest {
    /** Loses 1/step, the faster the smaller x is; bad ones would print for minutes. */
    private static final Script TRAINING = Script.of("training", """
            import json, os, sys, time
            x = float(sys.argv[1])
            open("pid", "w").write(str(os.getpid()))
            print("a line that is no report")
            for step in range(1, 7 if x < 0.5 else 600):
                print(json.dumps({"step": step, "loss": x + 1 / step, "note": "texts are left out"}))
                time.sleep(0.1)
            """);

    private final Service service;

    CommandTrialTest(Service service) {
        this.service = service;
    }

    @Test
    void searchesPrunesAndLogsAProgramThatPrintsJsonLines(Mlflow mlflow) throws IOException {
        var sweep = service.submit("""
                name: printed
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                enqueue: [{x: 0.1}, {x: 0.2}, {x: 0.9}, {x: 0.8}, {x: 0.05}]
                search: {algorithm: random, seed: 1}
                pruning: {algorithm: median, startupTrials: 2, warmupSteps: 2}
                budget: {trials: 5, parallel: 2}
                trial: {command: %s}
                """.formatted(TRAINING.command("${params.x}")));

        var view = sweep.awaitDelivered();
        var trials = sweep.wholeTrials();

        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(states(trials)).containsExactly("COMPLETE", "COMPLETE", "PRUNED", "PRUNED", "COMPLETE");
        assertThat(trials.get(2).path("reason").asText()).contains("median");
        assertThat(view.path("best").path("number").asInt()).isEqualTo(4);
        for (var trial : trials) {
            assertThat(Processes.alive(pid(trial))).isFalse();
            var run = mlflow.run(trial.path("mlflowRunId").asText());
            assertThat(run.params())
                    .containsEntry("x", trial.path("params").path("x").asText());
            assertThat(run.status()).isEqualTo(trial.path("state").asText().equals("COMPLETE") ? "FINISHED" : "KILLED");
            assertThat(mlflow.history(run.id(), "loss"))
                    .extracting(Mlflow.Point::value)
                    .containsExactlyElementsOf(losses(trial));
            assertThat(mlflow.artifacts(run.id(), "logs")).contains("logs/attempt-1.stdout.log");
        }
    }

    @Test
    void endsTheProcessOfAPrunedTrialBeforeItSaysPruned() throws IOException {
        var sweep = service.submit("""
                name: pruned
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                enqueue: [{x: 0.1}, {x: 0.9}]
                search: {algorithm: random, seed: 1}
                pruning: {algorithm: median, startupTrials: 1}
                budget: {trials: 2, parallel: 1}
                trial: {command: %s}
                """.formatted(TRAINING.command("${params.x}")));

        var pruned = sweep.awaitTrial(1, "PRUNED");

        assertThat(Processes.alive(pid(pruned))).isFalse();
        assertThat(pruned.path("reports").size()).isLessThan(100);
        assertThat(Json.list(pruned.path("attempts"), a -> a.path("state").asText()))
                .containsExactly("STOPPED");
    }

    @Test
    void failsWithExitCodeAndLastLine() {
        var trial = onlyTrial("failing", """
                import sys
                print("so far so good")
                sys.exit("the disk is full")
                """, "");

        assertThat(trial.path("state").asText()).isEqualTo("FAILED");
        assertThat(trial.path("reason").asText()).contains("exit code 1").contains("the disk is full");
    }

    @Test
    void failsAProgramThatEndsWellWithoutAValueAndSaysSo() {
        var trial = onlyTrial("valueless", "print('{\"step\": 1, \"other\": 2}')", "");

        assertThat(trial.path("state").asText()).isEqualTo("FAILED");
        assertThat(trial.path("reason").asText()).contains("never reported").contains("loss");
    }

    @Test
    void failsAProgramThatIsNotThere() {
        var sweep = service.submit("""
                name: absent
                objective: {metric: loss, goal: minimize}
                parameters: {x: {value: 1}}
                search: {algorithm: random}
                budget: {trials: 1}
                trial: {command: [/there/is/no/such/program]}
                """);
        sweep.awaitEnd();

        var trial = sweep.trial(0);

        assertThat(trial.path("state").asText()).isEqualTo("FAILED");
        assertThat(trial.path("reason").asText()).contains("/there/is/no/such/program");
    }

    @Test
    void triesAFailedTrialAgainAsTheFileSays() {
        var trial = onlyTrial("flaky", """
                import os, sys
                if not os.path.exists("been-here"):
                    open("been-here", "w")
                    sys.exit("not this time")
                print('{"step": 1, "loss": 0.25}')
                """, "retries: {max: 1, backoff: 100ms}");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("COMPLETE");
        assertThat(trial.path("attempt").asInt()).isEqualTo(2);
        assertThat(Json.list(trial.path("attempts"), a -> a.path("state").asText()))
                .containsExactly("FAILED", "SUCCEEDED");
        assertThat(trial.path("values").path("loss").asDouble()).isEqualTo(0.25);
    }

    @Test
    void goesOnFromTheNewestCheckpointWhenAnAttemptIsLost() {
        var trial = onlyTrial("resuming", """
                import json, os, signal, sys
                begin = 0
                if "--from" in sys.argv:
                    begin = int(open(sys.argv[sys.argv.index("--from") + 1]).read())
                for step in range(begin + 1, 7):
                    print(json.dumps({"step": step, "loss": 1 / step, "begin": begin}))
                    if step == 3:
                        open("checkpoints/draft", "w").write("3")
                        os.rename("checkpoints/draft", "checkpoints/checkpoint-3")
                    if step == 4 and begin == 0:
                        os.killpg(os.getpgid(0), signal.SIGKILL)
                """, "", "resume: [--from, \"${checkpoint.path}\"]");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("COMPLETE");
        assertThat(Json.list(trial.path("attempts"), a -> a.path("state").asText()))
                .containsExactly("LOST", "SUCCEEDED");
        assertThat(Json.list(trial.path("reports"), r -> r.path("step").asInt()))
                .containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Json.list(
                        trial.path("reports"),
                        r -> r.path("values").path("begin").asInt()))
                .containsExactly(0, 0, 0, 3, 3, 3);
        var checkpoints = service.rest()
                .get("/api/v1/trials/" + trial.path("id").asText() + "/checkpoints")
                .expect(200)
                .json();
        assertThat(Json.list(checkpoints.path("items"), c -> c.path("step").asInt()))
                .containsExactly(3);
    }

    @Test
    void killsAProgramThatIgnoresSigtermTogetherWithItsDetachedChild() throws IOException {
        var sweep = service.submit(one("stubborn", Script.of("stubborn", """
                import os, signal, subprocess, sys, time
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                child = subprocess.Popen(["setsid", "sleep", "600"])
                open("pid", "w").write(str(os.getpid()))
                open("child", "w").write(str(child.pid))
                print('{"step": 1, "loss": 1}')
                time.sleep(600)
                """), "", ""));
        var running = sweep.awaitRunning(1, 1).getFirst();
        long child = number(running, "child");
        assertThat(Processes.alive(child)).isTrue();

        service.rest()
                .post("/api/v1/trials/" + running.path("id").asText() + "/stop")
                .expect(200);
        var stopped = sweep.awaitTrial(0, "PRUNED");

        assertThat(stopped.path("reason").asText()).contains("by a user");
        assertThat(Processes.alive(pid(running))).isFalse();
        assertThat(Processes.alive(child)).isFalse();
    }

    @Test
    void callsATrialInfeasibleWhereItsLogSaysSo() {
        var trial = onlyTrial("greedy", """
                import sys
                print("RuntimeError: CUDA out of memory. Tried to allocate 2 GiB", file=sys.stderr)
                print("Traceback ends here", file=sys.stderr)
                sys.exit(1)
                """, """
                retries: {max: 3, backoff: 10ms}
                failurePolicies: [{log: "CUDA out of memory", as: INFEASIBLE}]""");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("INFEASIBLE");
        assertThat(trial.path("reason").asText()).contains("CUDA out of memory");
        assertThat(trial.path("attempt").asInt()).isEqualTo(1);
    }

    @Test
    void prunesATrialWhoseTimeIsUsedWhenItHasReported() {
        var trial = onlyTrial("slow", """
                import time
                print('{"step": 1, "loss": 1}')
                time.sleep(600)
                """, "", "", ", trialTime: 2s");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("PRUNED");
        assertThat(trial.path("reason").asText()).contains("trial time");
    }

    @Test
    void failsATrialWhoseTimeIsUsedWithoutAnyReport() {
        var trial = onlyTrial("silent", "import time; time.sleep(600)", "", "", ", trialTime: 1s");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isIn("FAILED", "CANCELLED");
        assertThat(trial.path("reason").asText()).contains("trial time");
    }

    @Test
    void takesReportsOverRestAndReadsStdoutAsALogFromThenOn() {
        var trial = onlyTrial("calling", """
                import json, os, urllib.request
                spec = json.load(open(os.environ["SLUICE_TRIAL"]))
                for seq in range(3):
                    body = {"seq": seq, "points": [{"step": seq + 1, "values": {"loss": 1 / (seq + 1)}}]}
                    request = urllib.request.Request(spec["reportUrl"], json.dumps(body).encode(), {
                        "Content-Type": "application/json", "Authorization": "Bearer " + os.environ["SLUICE_TOKEN"]})
                    answer = json.load(urllib.request.urlopen(request))
                    assert answer["directive"] == "CONTINUE", answer
                    print(json.dumps({"step": 100 + seq, "loss": -1}), flush=True)
                """, "");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("COMPLETE");
        assertThat(Json.list(trial.path("reports"), r -> r.path("step").asInt()))
                .containsExactly(1, 2, 3);
    }

    @Test
    void bearsNotANumberAndInfinities() {
        var trial = onlyTrial("diverging", """
                import json
                for step, loss in enumerate([1.0, float("nan"), float("inf"), float("-inf"), 0.5], 1):
                    print(json.dumps({"step": step, "loss": loss, "gradient": loss}))
                """, "");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("COMPLETE");
        assertThat(Json.list(
                        trial.path("reports"),
                        r -> r.path("values").path("gradient").asText()))
                .containsExactly("1.0", "NaN", "Infinity", "-Infinity", "0.5");
    }

    @Test
    void givesATrialWhatTheContractSays() throws IOException {
        var trial = onlyTrial("curious", """
                import json, os, sys
                json.dump({"environment": dict(os.environ), "argv": sys.argv[1:], "cwd": os.getcwd(),
                    "spec": json.load(open(os.environ["SLUICE_TRIAL"]))}, open("given.json", "w"))
                print('{"step": 1, "loss": 0}')
                """, "", "env: {MY_FLAG: \"1\"}");
        var folder = service.trialFolder(trial.path("id").asText());
        var given = Json.read(Files.readString(folder.resolve("given.json")));
        var environment = given.path("environment");
        var spec = given.path("spec");

        assertThat(given.path("cwd").asText()).isEqualTo(folder.toRealPath().toString());
        assertThat(environment.path("MY_FLAG").asText()).isEqualTo("1");
        assertThat(environment.path("CUDA_VISIBLE_DEVICES").asText("absent")).isEmpty();
        assertThat(environment.path("OMP_NUM_THREADS").asText()).isEqualTo("1");
        assertThat(environment.path("OMP_WAIT_POLICY").asText()).isEqualTo("PASSIVE");
        assertThat(environment.path("MLFLOW_TRACKING_URI").asText()).startsWith("http://127.0.0.1:");
        assertThat(environment.path("MLFLOW_RUN_ID")).isEqualTo(trial.path("mlflowRunId"));
        assertThat(environment.path("MLFLOW_EXPERIMENT_ID").asText()).isNotEmpty();
        assertThat(environment.path("SLUICE_TOKEN").asText()).isNotEmpty();
        assertThat(spec.path("number").asInt(-1)).isZero();
        assertThat(spec.path("attempt").asInt()).isEqualTo(1);
        assertThat(spec.path("params").path("x").asDouble()).isEqualTo(1);
        assertThat(spec.path("seed")).isEqualTo(trial.path("seed"));
        assertThat(spec.path("objective").path("metric").asText()).isEqualTo("loss");
        assertThat(spec.path("objective").path("goal").asText()).isEqualTo("minimize");
        assertThat(spec.path("objective").path("report").asText()).isEqualTo("best");
        assertThat(spec.path("section").path("command").isArray()).isTrue();
        assertThat(spec.path("checkpointDir").asText())
                .isEqualTo(folder.resolve("checkpoints").toString());
        assertThat(spec.path("reportUrl").asText()).startsWith(service.uri().toString());
    }

    @Test
    void substitutesParametersAsTheContractPrintsNumbers() throws IOException {
        var sweep = service.submit("""
                name: spelled
                objective: {metric: loss, goal: minimize}
                parameters:
                  rate: {type: float, min: 1e-9, max: 1.0}
                  tiny: {type: float, min: 1e-9, max: 1.0}
                  whole: {type: float, min: 1, max: 10}
                  count: {min: 1, max: 10}
                  flag: {values: [true, false]}
                  a name/with.odd-parts: {values: [left, right]}
                enqueue: [{rate: 0.0001, tiny: 1e-7, whole: 2, count: 3, flag: true, a name/with.odd-parts: right}]
                search: {algorithm: random, seed: 1}
                budget: {trials: 1}
                trial: {command: %s}
                """.formatted(Script.of("spelled", """
                import json, sys
                json.dump(sys.argv[1:], open("argv.json", "w"))
                print('{"step": 1, "loss": 0}')
                """)
                .command(
                        "${params.rate}",
                        "--tiny=${params.tiny}",
                        "${params.whole}",
                        "${params.count}",
                        "${params.flag}",
                        "${params.a name/with.odd-parts}",
                        "${trial.number}",
                        "${trial.seed}",
                        "${trial.dir}",
                        "$HOME; echo `id`")));
        sweep.awaitEnd();
        var trial = sweep.trial(0);
        var folder = service.trialFolder(trial.path("id").asText());

        assertThat(Json.list(Json.read(Files.readString(folder.resolve("argv.json"))), JsonNode::asText))
                .containsExactly(
                        "0.0001",
                        "--tiny=1e-07",
                        "2.0",
                        "3",
                        "true",
                        "right",
                        "0",
                        trial.path("seed").asText(),
                        folder.toString(),
                        "$HOME; echo `id`");
    }

    @Test
    void doesNotFollowALineThatNeverEnds() {
        var trial = onlyTrial("talkative", """
                import sys
                sys.stdout.write("x" * 3_000_000)
                sys.stdout.write('\\n{"step": 1, "loss": 0.5}\\n')
                sys.stdout.write('{"step": 2, "loss": 0.25}')
                """, "");

        assertThat(trial.path("state").asText()).as(trial.toPrettyString()).isEqualTo("COMPLETE");
        assertThat(losses(trial)).containsExactly(0.5, 0.25);
    }

    /** Runs a sweep of one trial to its end, and gives the trial. */
    private JsonNode onlyTrial(String name, String program, String extra) {
        return onlyTrial(name, program, extra, "");
    }

    private JsonNode onlyTrial(String name, String program, String extra, String section) {
        return onlyTrial(name, program, extra, section, "");
    }

    private JsonNode onlyTrial(String name, String program, String extra, String section, String budget) {
        var sweep = service.submit(one(name, Script.of(name, program), extra, section, budget));
        sweep.awaitEnd();
        return Waiting.until(
                "the trial's run",
                Waiting.SOON,
                () -> sweep.trial(0),
                trial -> !trial.path("mlflowRunId").isNull());
    }

    private static String one(String name, Script script, String extra, String section) {
        return one(name, script, extra, section, "");
    }

    private static String one(String name, Script script, String extra, String section, String budget) {
        return """
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {type: float, value: 1}}
                search: {algorithm: random, seed: 1}
                budget: {trials: 1%s}
                trial: {command: %s%s}
                %s
                """.formatted(name, budget, script.command(), section.isEmpty() ? "" : ", " + section, extra);
    }

    private long pid(JsonNode trial) throws IOException {
        return number(trial, "pid");
    }

    private long number(JsonNode trial, String file) throws IOException {
        Path path = service.trialFolder(trial.path("id").asText()).resolve(file);
        return Long.parseLong(Files.readString(path));
    }

    private static List<String> states(List<JsonNode> trials) {
        return trials.stream().map(t -> t.path("state").asText()).toList();
    }

    private static List<Double> losses(JsonNode trial) {
        return Json.list(
                trial.path("reports"), r -> Json.number(r.path("values").path("loss")));
    }
}
