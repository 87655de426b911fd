package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sweeps that begin with what earlier ones know, through a `kill -9`, and one that ends when too little is left to gain. */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WarmStartTest {
    private static final Script CURVE = Script.of("warm-curve", """
            import json, sys, time
            x, pause = float(sys.argv[1]), float(sys.argv[2])
            for step in range(1, 6):
                print(json.dumps({"step": step, "loss": (x - 0.3) ** 2 + 1 / step}), flush=True)
                time.sleep(pause)
            """);
    private static final int EARLIER = 4;
    private static final int TRIALS = 3;

    private Mlflow mlflow;
    private Service service;
    private Sweep earlier;
    private Sweep warm;

    /** The kill comes while the first trial of the sweep's own runs. */
    @BeforeAll
    void killTheServiceInTheMiddleOfAWarmStartedSweep(Mlflow shared) {
        mlflow = shared;
        service = Service.named("warm-started").shippingTo(mlflow).start();
        earlier = service.submit(file("forerunner", EARLIER, 0));
        earlier.awaitEnd();
        warm = service.submit(file("warm", TRIALS, 0.5) + "warmStart: {from: [forerunner]}\n");
        warm.awaitRunning(1, 1);
        service.kill();
        service.restart();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void takesOverEachTrialOnceAndCountsItApart() {
        var view = warm.awaitEnd();

        assertThat(view.path("state").asText()).as(view.toPrettyString()).isEqualTo("COMPLETED");
        assertThat(view.path("reason").asText()).isEqualTo("all %d trials are done".formatted(TRIALS));
        assertThat(view.path("counts").path("imported").asInt()).isEqualTo(EARLIER);
        assertThat(view.path("counts").path("complete").asInt()).isEqualTo(TRIALS);
        assertThat(view.path("spec").path("warmStart").path("from"))
                .singleElement()
                .satisfies(id -> assertThat(id.asText()).isEqualTo(earlier.id()));
        var trials = warm.wholeTrials();
        assertThat(trials).hasSize(EARLIER + TRIALS);
        for (int number = 0; number < EARLIER; number++) {
            var trial = trials.get(number);
            var origin = earlier.trial(number);
            assertThat(trial.path("importedFrom").asText()).isEqualTo("forerunner, trial " + number);
            assertThat(trial.path("params")).isEqualTo(origin.path("params"));
            assertThat(trial.path("values")).isEqualTo(origin.path("values"));
            assertThat(trial.path("attempts")).isEmpty();
            assertThat(trial.path("mlflowRunId").isNull()).isTrue();
        }
        assertThat(trials.subList(EARLIER, trials.size()))
                .allSatisfy(trial -> assertThat(trial.path("attempts")).isNotEmpty());
    }

    @Test
    void mlflowHasRunsOfItsOwnTrialsAloneAndSaysWhereItBegan() {
        var view = warm.awaitDelivered();

        assertThat(mlflow.children(view)).hasSize(TRIALS);
        assertThat(mlflow.parents(view)).singleElement().satisfies(parent -> {
            assertThat(parent.tag("sluice.warm_start")).contains("forerunner", earlier.id(), EARLIER + " trials");
            assertThat(parent.tag("mlflow.note.content")).contains("Warm start from forerunner");
        });
    }

    @Test
    void endsWhenTooLittleIsLeftToGainAndSaysSo() {
        var sweep = service.submit("""
                name: regret
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: gp, seed: 3}
                budget: {trials: 200, regret: 0.05}
                trial: {external: true}
                """);

        work(sweep);

        var view = sweep.awaitEnd();
        assertThat(view.path("state").asText()).isEqualTo("COMPLETED");
        assertThat(view.path("reason").asText()).contains("left to gain", "0.0500 was said not to matter");
        assertThat(view.path("counts").path("complete").asInt()).isBetween(20, 100);
    }

    private void work(Sweep sweep) {
        var rest = service.rest();
        while (true) {
            var answer = rest.post(sweep.path() + "/leases", Map.of("workerId", "regret", "waitSeconds", 5));
            if (answer.status() == 410) {
                return;
            }
            if (answer.status() == 204) {
                continue;
            }
            var lease = answer.expect(200).json().path(0);
            double x = lease.path("params").path("x").asDouble();
            rest.post(
                            "/api/v1/leases/" + lease.path("leaseId").asText() + "/complete",
                            Map.of("state", "COMPLETE", "values", Map.of("loss", (x - 0.3) * (x - 0.3))))
                    .expect(200);
        }
    }

    private static String file(String name, int trials, double pause) {
        return """
                name: %s
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.0, max: 1.0}}
                search: {algorithm: tpe, seed: 5}
                budget: {trials: %d}
                trial: {command: %s}
                """.formatted(name, trials, CURVE.command("${params.x}", Double.toString(pause)));
    }
}
