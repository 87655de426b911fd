package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Answer;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sweeps that become others while they go on, under a service that is killed right after: they behave as the audit log says. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EditTest {
    private static final Script TRAINING = Script.of("edited", """
            import json, sys, time
            x, steps = float(sys.argv[1]), int(sys.argv[2])
            if x < 0:
                sys.exit("below zero")
            for step in range(1, steps + 1):
                print(json.dumps({"step": step, "loss": x + 1 / step}), flush=True)
                time.sleep(0.05)
            """);

    private Service service;

    @BeforeAll
    void start(Mlflow mlflow) {
        service = Service.named("edited").shippingTo(mlflow).start();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void isEditedPausedExtendedAndClonedAsItsAuditLogSays(Mlflow mlflow) {
        var sweep = service.submit(file("edited", 2, 8));
        sweep.awaitRunning(1, 1);
        patch(sweep, "ada", "{\"budget\": {\"trials\": 4}, \"parameters\": {\"x\": {\"min\": 2.0, \"max\": 3.0}}}")
                .expect(200);
        service.kill();
        service.restart();

        var view = sweep.awaitDelivered();
        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(view.path("spec").path("budget").path("trials").asInt()).isEqualTo(4);
        assertThat(sweep.trials()).hasSize(4);
        assertThat(sweep.trials().get(0).path("params").path("x").asDouble()).isLessThan(1);
        assertThat(sweep.trials().subList(1, 4).stream()
                        .filter(trial -> trial.path("params").path("x").asDouble() >= 2))
                .hasSizeGreaterThanOrEqualTo(2);

        patch(sweep, "bob", "{\"budget\": {\"trials\": 4}}").expect(200);
        assertThat(sweep.state()).isEqualTo("COMPLETED");
        patch(sweep, "bob", "{\"description\": \"more\"}").problem(409);
        var extended =
                patch(sweep, "bob", "{\"budget\": {\"trials\": 6}}").expect(200).json();
        assertThat(extended.path("state").asText()).isEqualTo("RUNNING");
        service.kill();
        service.restart();
        service.rest()
                .send("POST", sweep.path() + "/pause", "application/json", "", "Sluice-User", "cyd")
                .expect(200);
        service.rest()
                .send("POST", sweep.path() + "/resume", "application/json", "", "Sluice-User", "cyd")
                .expect(200);

        view = sweep.awaitDelivered();
        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials()).hasSize(6);
        assertThat(sweep.trials())
                .extracting(trial -> trial.path("number").asInt())
                .containsExactly(0, 1, 2, 3, 4, 5);
        var parents = mlflow.parents(view);
        assertThat(parents).extracting(Mlflow.Run::status).containsExactly("FINISHED");
        assertThat(mlflow.children(view))
                .hasSize(6)
                .extracting(Mlflow.Run::status)
                .containsOnly("FINISHED");
        assertThat(mlflow.artifacts(parents.getFirst().id(), ""))
                .contains("sweep.json")
                .filteredOn(name -> name.startsWith("sweep-"))
                .hasSize(2);

        var clone = service.sweep(service.rest()
                .send(
                        "POST",
                        sweep.path() + "/clone?warmStart=true",
                        "application/json",
                        "{\"name\": \"cloned\", \"budget\": {\"trials\": 1}}",
                        "Sluice-User",
                        "ada")
                .expect(201)
                .json()
                .path("id")
                .asText());
        clone.awaitEnd();
        assertThat(clone.view().path("name").asText()).isEqualTo("cloned");
        assertThat(clone.view().path("warmStart").toString()).contains(sweep.id());

        assertThat(audit(sweep)).containsExactly("ada edit", "bob extend", "cyd pause", "cyd resume");
        assertThat(audit(clone)).containsExactly("ada clone");
        var edit = entries(sweep).getLast();
        assertThat(edit.path("before").path("budget").path("trials").asInt()).isEqualTo(2);
        assertThat(edit.path("after").path("parameters").path("x").path("max").asDouble())
                .isEqualTo(3);
    }

    @Test
    void refusesWhatOnlyACloneCanChangeAndWhatIsNoFile() {
        var sweep = service.submit(file("kept", 1, 1));

        var problem = patch(sweep, "ada", "{\"name\": \"other\", \"pruning\": {\"algorithm\": \"median\"}}")
                .problem(422);
        assertThat(Json.list(
                        problem.path("errors"), error -> error.path("pointer").asText()))
                .containsExactly("/name", "/pruning");
        assertThat(patch(sweep, "ada", "{\"budget\": {\"trials\": 0}}")
                        .problem(422)
                        .toString())
                .contains("/budget/trials");
        assertThat(patch(sweep, "ada", "{\"budgt\": {\"trials\": 3}}")
                        .problem(422)
                        .toString())
                .contains("did you mean 'budget'");
        patch(sweep, "ada", "[]").problem(422);
        patch(sweep, "ada", "{").problem(400);
        assertThat(audit(sweep)).isEmpty();
        sweep.awaitEnd();
    }

    @Test
    void failedTrialsOfASweepThatIsOverRunAgain() {
        var sweep = service.submit(file("unlucky", 2, 1)
                .replace("min: 0.0", "min: -1.0")
                .replace("budget:", "enqueue: [{x: -0.5}, {x: 0.5}]\nbudget:"));
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");

        var again = service.rest().post(sweep.path() + "/rerun").expect(200).json();

        assertThat(again.path("trials").asInt()).isEqualTo(1);
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trial(0).path("attempt").asInt()).isEqualTo(2);
        assertThat(sweep.trials()).hasSize(2);
        assertThat(audit(sweep)).containsExactly("unknown rerun");
    }

    private Answer patch(Sweep sweep, String user, String body) {
        return service.rest().send("PATCH", sweep.path(), "application/merge-patch+json", body, "Sluice-User", user);
    }

    private List<JsonNode> entries(Sweep sweep) {
        return Json.list(
                service.rest().get(sweep.path() + "/audit").expect(200).json().path("items"), entry -> entry);
    }

    /** Oldest first. */
    private List<String> audit(Sweep sweep) {
        return entries(sweep).reversed().stream()
                .map(entry ->
                        entry.path("who").asText() + " " + entry.path("action").asText())
                .toList();
    }

    private static String file(String name, int trials, int steps) {
        return """
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: random, seed: 6}
                budget: {trials: %d}
                trial: {command: %s}
                tracking: {experiment: edited}
                """.formatted(name, trials, TRAINING.command("${params.x}", Integer.toString(steps)));
    }
}
