package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.endtoend.harness.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * MLflow is killed in the middle of sweeps and stays away for a while: nobody who trains notices, and afterwards
 * everything is there exactly once. The service starts its MLflow again by itself; its start alone takes 10 to 30 s.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MlflowOutageTest {
    private static final int KILLS = Build.isLong() ? 5 : 1;
    private static final int DIGITS = Build.isLong() ? 24 : 6;
    private static final int COMMANDS = Build.isLong() ? 40 : 8;

    private static final Script CHATTY = Script.of("chatty", """
            import json, sys, time
            for step in range(1, 41):
                print(json.dumps({"step": step, "loss": float(sys.argv[1]) / step, "other": step}), flush=True)
                time.sleep(0.1)
            """);

    private Service service;
    private Mlflow mlflow;
    private Sweep digits;
    private Sweep command;
    private JsonNode whileAway = MissingNode.getInstance();
    private boolean trainedWhileAway;

    @BeforeAll
    void killMlflowInTheMiddle() {
        service = Service.named("outage").start();
        mlflow = service.mlflow();
        digits = service.submit(SweepFile.example("digits.yaml")
                .set("budget.trials", DIGITS)
                .set("promotion.gate", List.of("val_accuracy >= 0.5"))
                .map());
        command = service.submit("""
                name: chatty
                objective: {metric: loss, goal: minimize}
                parameters: {x: {min: 0.5, max: 1.0}}
                search: {algorithm: random, seed: 9}
                budget: {trials: %d, parallel: 2}
                trial: {command: %s}
                """.formatted(COMMANDS, CHATTY.command("${params.x}")));
        for (int kill = 0; kill < KILLS; kill++) {
            digits.awaitRunning(1, 1);
            command.awaitRunning(2, 5);
            int finished = finished();
            mlflow.kill();
            whileAway = Waiting.until(
                    "the service to notice and points to wait",
                    Waiting.SOON,
                    () -> service.rest().get(command.path()).expect(200).json(),
                    view -> !view.path("mlflow").path("state").asText().equals("UP")
                            && view.path("mlflow").path("pointsWaiting").asLong() > 0);
            Waiting.until(
                    "trials to finish while MLflow is away",
                    Duration.ofMinutes(2),
                    this::finished,
                    now -> now > finished);
            trainedWhileAway |= !mlflow.isWell();
            service.mlflow();
        }
        digits.awaitDelivered();
        command.awaitDelivered();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void saysThatMlflowIsAwayAndHowMuchWaits() {
        assertThat(whileAway.path("mlflow").path("state").asText()).isIn("AWAY", "STARTING");
        assertThat(whileAway.path("mlflow").path("detail").asText()).isNotBlank();
        assertThat(whileAway.path("mlflow").path("runId").asText())
                .as("ids that are known stay known")
                .isNotBlank();
    }

    @Test
    void failsNoTrial() {
        assertThat(trainedWhileAway).isTrue();
        assertThat(digits.state()).isEqualTo("COMPLETED");
        assertThat(command.state()).isEqualTo("COMPLETED");
        assertThat(trials()).hasSize(DIGITS + COMMANDS).allSatisfy(trial -> {
            assertThat(trial.path("state").asText()).isIn("COMPLETE", "PRUNED");
            assertThat(trial.path("attempts").size()).isEqualTo(1);
        });
    }

    @Test
    void hasEveryPointThatWasRecordedExactlyOnce() {
        assertThat(trials()).allSatisfy(trial -> {
            var metrics = new TreeSet<String>();
            trial.path("reports").forEach(r -> r.path("values").fieldNames().forEachRemaining(metrics::add));
            assertThat(metrics).isNotEmpty();
            for (var metric : metrics) {
                var reports = Json.list(trial.path("reports")).stream()
                        .filter(r -> r.path("values").has(metric))
                        .toList();
                var history = mlflow.history(trial.path("mlflowRunId").asText(), metric);
                assertThat(history)
                        .as("trial %s, %s", trial.path("number"), metric)
                        .extracting(Mlflow.Point::step)
                        .containsExactlyElementsOf(reports.stream()
                                .map(r -> r.path("step").asLong())
                                .toList());
                assertThat(history)
                        .extracting(Mlflow.Point::value)
                        .containsExactlyElementsOf(reports.stream()
                                .map(r -> Json.number(r.path("values").path(metric)))
                                .toList());
            }
        });
    }

    @Test
    void keepsTheTimesAtWhichPointsWereRecorded() {
        var trial = trials().getLast();

        var times = mlflow.history(trial.path("mlflowRunId").asText(), "loss").stream()
                .map(Mlflow.Point::timestamp)
                .toList();

        assertThat(times).isSorted();
        assertThat(times.getLast() - times.getFirst()).as("40 steps of 100 ms").isGreaterThan(3_000);
    }

    @Test
    void hasNoTwinsAmongTheRunsAndClosesThemAll() {
        for (var sweep : List.of(digits, command)) {
            var view = sweep.view();
            assertThat(mlflow.parents(view))
                    .singleElement()
                    .satisfies(run -> assertThat(run.status()).isEqualTo("FINISHED"));
            assertThat(mlflow.children(view))
                    .hasSize(sweep.trials().size())
                    .extracting(run -> run.tag("sluice.trial.number"))
                    .doesNotHaveDuplicates();
            assertThat(mlflow.children(view)).extracting(Mlflow.Run::status).isSubsetOf("FINISHED", "KILLED");
        }
    }

    @Test
    void deliversArtifactsAndThePromotionToo() {
        assertThat(digits.awaitPromotion().path("state").asText()).isEqualTo("DONE");
        assertThat(mlflow.children(digits.view()))
                .allSatisfy(run ->
                        assertThat(mlflow.artifacts(run.id(), "checkpoints")).isNotEmpty());
        assertThat(mlflow.versions("digits")).containsExactly(1);
    }

    private int finished() {
        return Stream.of(digits, command)
                .map(sweep -> sweep.view().path("counts"))
                .mapToInt(c -> c.path("complete").asInt() + c.path("pruned").asInt())
                .sum();
    }

    private List<JsonNode> trials() {
        return Stream.of(digits, command).flatMap(s -> s.wholeTrials().stream()).toList();
    }
}
