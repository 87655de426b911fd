package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Python;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.SweepFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The main job on real input: the demo's sweep, cut down, is searched, trained, pruned, logged to MLflow and promoted,
 * and Python loads what came out of it.
 */
@ExtendWith(Shared.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobTest {
    private static final int TRIALS = Build.isLong() ? 24 : 9;
    private static final int EPOCHS = Build.isLong() ? 15 : 8;

    /** Loads a model by alias as any user would, and predicts the held-out images that lie beside it. */
    private static final String PREDICT = """
            import json, sys, numpy, mlflow
            model = mlflow.pyfunc.load_model(sys.argv[1])
            folder = mlflow.artifacts.download_artifacts(sys.argv[1])
            holdout = json.load(open(folder + "/holdout.json"))
            predicted = model.predict(numpy.array(holdout["inputs"], dtype=numpy.float32))
            logits = next(iter(predicted.values())) if isinstance(predicted, dict) else predicted
            labels = numpy.array(holdout["labels"])
            print(json.dumps({
                "images": len(labels),
                "accuracy": float((logits.argmax(axis=1) == labels).mean()),
                "trainerAccuracy": holdout["accuracy"],
                "apart": float(numpy.abs(logits - numpy.array(holdout["logits"])).max())}))
            """;

    private Service service;
    private Mlflow mlflow;
    private Sweep sweep;
    private JsonNode view;
    private JsonNode promotion;
    private List<JsonNode> trials;
    private List<Mlflow.Run> children;

    @BeforeAll
    void runTheSweep(Service sharedService, Mlflow sharedMlflow) {
        service = sharedService;
        mlflow = sharedMlflow;
        sweep = service.submit(file(TRIALS));
        view = sweep.awaitDelivered();
        promotion = sweep.awaitPromotion();
        trials = sweep.wholeTrials();
        children = mlflow.children(view);
    }

    private static Map<String, Object> file(int trials) {
        return SweepFile.example("digits.yaml")
                .set("parameters.epochs.value", EPOCHS)
                .set("pruning.max", EPOCHS)
                .set("budget.trials", trials)
                // One point that is known to be good, so that few trials are enough for a good champion.
                .set(
                        "enqueue",
                        List.of(Map.of(
                                "learning_rate",
                                0.005,
                                "hidden",
                                128,
                                "optimizer",
                                "adam",
                                "batch_size",
                                16,
                                "dropout",
                                0.1)))
                .map();
    }

    @Test
    void completesWithItsWholeBudget() {
        assertThat(view.path("state").asText()).as(view.toPrettyString()).isEqualTo("COMPLETED");
        assertThat(trials)
                .extracting(t -> t.path("number").asInt())
                .containsExactlyElementsOf(IntStream.range(0, TRIALS).boxed().toList());
        assertThat(trials).extracting(t -> t.path("state").asText()).containsOnly("COMPLETE", "PRUNED");
        assertThat(view.path("counts").path("complete").asInt()
                        + view.path("counts").path("pruned").asInt())
                .isEqualTo(TRIALS);
    }

    @Test
    void prunesPoorTrialsWithAReasonInWords() {
        var pruned = trials.stream()
                .filter(t -> t.path("state").asText().equals("PRUNED"))
                .toList();

        assertThat(pruned).isNotEmpty().allSatisfy(t -> {
            assertThat(t.path("reason").asText()).contains("rung");
            assertThat(t.path("reports").size()).isBetween(1, EPOCHS - 1);
        });
    }

    @Test
    void namesTheTrialWithTheBestValue() {
        var best = trials.stream().mapToDouble(t -> bestAccuracy(t)).max().orElseThrow();

        assertThat(view.path("best").path("values").path("val_accuracy").asDouble())
                .isEqualTo(best);
        assertThat(bestAccuracy(trials.get(view.path("best").path("number").asInt())))
                .isEqualTo(best);
    }

    @Test
    void logsOneParentAndOneChildForEveryTrial() {
        assertThat(mlflow.parents(view))
                .extracting(Mlflow.Run::id)
                .containsExactly(view.path("mlflow").path("runId").asText());
        assertThat(children)
                .extracting(run -> run.tag("sluice.trial.number"))
                .containsExactlyElementsOf(
                        IntStream.range(0, TRIALS).mapToObj(Integer::toString).toList());
        assertThat(children)
                .extracting(Mlflow.Run::id)
                .containsExactlyElementsOf(
                        trials.stream().map(t -> t.path("mlflowRunId").asText()).toList());
    }

    @Test
    void logsEveryReportOfEveryTrialOnce() {
        assertThat(trials).allSatisfy(trial -> {
            var runId = trial.path("mlflowRunId").asText();
            for (var metric : List.of("train_loss", "val_loss", "val_accuracy", "learning_rate", "epoch_seconds")) {
                var history = mlflow.history(runId, metric);
                assertThat(history)
                        .as("trial %s, %s", trial.path("number"), metric)
                        .extracting(Mlflow.Point::step)
                        .containsExactlyElementsOf(steps(trial, metric));
                assertThat(history).extracting(Mlflow.Point::value).containsExactlyElementsOf(values(trial, metric));
            }
        });
    }

    @Test
    void logsParametersAsTheyWereDrawn() {
        assertThat(trials).allSatisfy(trial -> {
            var logged = mlflow.run(trial.path("mlflowRunId").asText()).params();
            trial.path("params")
                    .properties()
                    .forEach(param -> assertThat(logged)
                            .containsEntry(param.getKey(), param.getValue().asText()));
            assertThat(logged).containsKey("seed");
        });
        assertThat(children)
                .allSatisfy(run -> assertThat(run.metrics().get("log10_learning_rate"))
                        .isCloseTo(Math.log10(Double.parseDouble(run.params().get("learning_rate"))), within(1e-9)));
    }

    @Test
    void saysWhatTheMachineDidAndWhoseRunItIs() {
        assertThat(children)
                .allSatisfy(run -> assertThat(run.tag("mlflow.user")).isEqualTo(System.getProperty("user.name")));
        var best = children.get(view.path("best").path("number").asInt());
        assertThat(best.metrics())
                .containsKeys("system/cpu_utilization_percentage", "system/system_memory_usage_percentage");
    }

    @Test
    void keepsCheckpointsWithTheRuns() {
        assertThat(children).allSatisfy(run -> {
            var checkpoints = mlflow.artifacts(run.id(), "checkpoints");
            assertThat(checkpoints).as("checkpoints of %s", run.name()).isNotEmpty();
            assertThat(checkpoints).allSatisfy(path -> assertThat(path).matches("checkpoints/checkpoint-\\d+.*"));
        });
    }

    @Test
    void closesEveryRunAsItsTrialEnded() {
        assertThat(trials).allSatisfy(trial -> {
            var run = mlflow.run(trial.path("mlflowRunId").asText());
            boolean complete = trial.path("state").asText().equals("COMPLETE");
            assertThat(run.status()).isEqualTo(complete ? "FINISHED" : "KILLED");
            assertThat(run.tag("sluice.state")).isEqualTo(trial.path("state").asText());
            assertThat(run.tag("sluice.reason")).isEqualTo(trial.path("reason").asText());
            assertThat(run.tag("sluice.pruned_at_step"))
                    .isEqualTo(complete ? "" : trial.path("step").asText());
        });
        var parent = mlflow.run(view.path("mlflow").path("runId").asText());
        assertThat(parent.status()).isEqualTo("FINISHED");
        assertThat(parent.tag("sluice.state")).isEqualTo("COMPLETED");
    }

    @Test
    void showsTheBestSoFarOnTheParent() {
        var parent = view.path("mlflow").path("runId").asText();
        var progress = mlflow.history(parent, "best_val_accuracy");

        assertThat(mlflow.history(parent, "trials_finished"))
                .extracting(Mlflow.Point::value)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, TRIALS)
                        .mapToObj(n -> (double) n)
                        .toList());
        assertThat(progress).extracting(Mlflow.Point::value).isSorted();
        assertThat(progress.getLast().value())
                .isEqualTo(view.path("best").path("values").path("val_accuracy").asDouble());
        assertThat(mlflow.artifacts(parent, "")).anyMatch(path -> path.startsWith("sweep."));
        assertThat(mlflow.run(parent).tag("mlflow.note.content"))
                .contains("| [" + view.path("best").path("number").asText() + "](#/experiments/");
    }

    @Test
    void opensTheExperimentByTheAddressThatItGives() {
        assertThat(view.path("mlflow").path("url").asText())
                .startsWith(mlflow.uri().toString())
                .endsWith("/#/experiments/"
                        + view.path("mlflow").path("experimentId").asText() + "?workflowType=machine_learning");
    }

    @Test
    void promotesTheBestTrialUnderTheAlias() {
        assertThat(promotion.path("state").asText())
                .as(promotion.toPrettyString())
                .isEqualTo("DONE");
        assertThat(promotion.path("trialId")).isEqualTo(view.path("best").path("trialId"));
        var champion = mlflow.alias("digits", "champion");
        assertThat(champion.path("run_id"))
                .isEqualTo(trials.get(view.path("best").path("number").asInt()).path("mlflowRunId"));
    }

    @Test
    void linksRunModelVersionAndAliasBothWays() {
        var version = promotion.path("version").asText();
        var trial = trials.get(view.path("best").path("number").asInt());
        var run = trial.path("mlflowRunId").asText();

        var outputs = mlflow.get("runs/get?run_id=" + run).path("run").path("outputs");
        assertThat(outputs.path("model_outputs")).hasSize(1);
        var model = outputs.path("model_outputs").get(0).path("model_id").asText();
        var logged = mlflow.get("logged-models/" + model).path("model");
        assertThat(logged.path("info").path("source_run_id").asText()).isEqualTo(run);
        assertThat(logged.path("info").path("status").asText()).isEqualTo("LOGGED_MODEL_READY");
        assertThat(Json.list(
                        logged.path("data").path("metrics"),
                        m -> m.path("key").asText() + "=" + m.path("value").asDouble()))
                .contains("val_accuracy="
                        + trial.path("values").path("val_accuracy").asDouble());
        assertThat(tags(logged.path("info")).get("mlflow.modelVersions"))
                .contains("\"name\": \"digits\"")
                .contains("\"version\": " + version);

        var registered =
                mlflow.get("model-versions/get?name=digits&version=" + version).path("model_version");
        assertThat(registered.path("run_id").asText()).isEqualTo(run);
        assertThat(registered.path("source").asText()).isEqualTo("models:/" + model);
        assertThat(tags(registered))
                .containsEntry("sluice.sweep", sweep.id())
                .containsEntry("sluice.trial", trial.path("id").asText());
        assertThat(mlflow.get("registered-models/get?name=digits")
                        .path("registered_model")
                        .path("aliases"))
                .anySatisfy(alias -> {
                    assertThat(alias.path("alias").asText()).isEqualTo("champion");
                    assertThat(mlflow.versions("digits"))
                            .contains(alias.path("version").asInt());
                });
    }

    @Test
    void isServedByMlflowAndAnswersAsTheTrainerDid() throws IOException {
        var sample = Json.read(Files.readString(
                service.trialFolder(promotion.path("trialId").asText()).resolve("model/sluice/sample.json")));
        JsonNode answer;
        try (var served = Python.serve(
                mlflow.uri(), "models:/digits/" + promotion.path("version").asText())) {
            answer = served.predict(sample.path("inputs"));
        }
        // A model with one output answers with that one, or with it by its name.
        var rows = answer.isArray() ? answer : answer.elements().next();

        assertThat(rows).hasSameSizeAs(sample.path("outputs"));
        for (int row = 0; row < rows.size(); row++) {
            assertThat(rows.get(row)).hasSize(10);
            for (int logit = 0; logit < 10; logit++) {
                assertThat(rows.get(row).get(logit).asDouble())
                        .isCloseTo(sample.path("outputs").get(row).get(logit).asDouble(), within(1e-4));
            }
        }
    }

    @Test
    void givesPythonAModelThatPredictsAsTheTrainerDid() {
        var predicted = Python.run(
                mlflow.uri(),
                PREDICT,
                "models:/digits/" + promotion.path("version").asText());

        assertThat(predicted.path("images").asInt()).isEqualTo(360);
        assertThat(predicted.path("accuracy").asDouble()).isGreaterThanOrEqualTo(0.95);
        assertThat(predicted.path("accuracy").asDouble())
                .isCloseTo(predicted.path("trainerAccuracy").asDouble(), within(1e-9));
        assertThat(predicted.path("apart").asDouble()).isLessThanOrEqualTo(1e-4);
    }

    @Test
    void makesAFurtherVersionWhenItIsRunAgain() {
        var before = mlflow.versions("digits");

        var again = service.submit(file(Build.isLong() ? TRIALS : 1));
        again.awaitDelivered();
        var second = again.awaitPromotion();

        assertThat(again.state()).isEqualTo("COMPLETED");
        assertThat(second.path("state").asText()).as(second.toPrettyString()).isEqualTo("DONE");
        assertThat(before).doesNotContain(second.path("version").asInt());
        assertThat(mlflow.versions("digits")).hasSize(before.size() + 1);
        assertThat(mlflow.alias("digits", "champion").path("version")).isEqualTo(second.path("version"));
        var predicted = Python.run(mlflow.uri(), PREDICT, "models:/digits@champion");
        assertThat(predicted.path("accuracy").asDouble()).isGreaterThanOrEqualTo(0.95);
    }

    private static Map<String, String> tags(JsonNode tagged) {
        return Json.list(tagged.path("tags")).stream()
                .collect(Collectors.toMap(
                        tag -> tag.path("key").asText(),
                        tag -> tag.path("value").asText()));
    }

    private static double bestAccuracy(JsonNode trial) {
        return values(trial, "val_accuracy").stream()
                .mapToDouble(value -> value)
                .max()
                .orElse(Double.NaN);
    }

    private static List<Long> steps(JsonNode trial, String metric) {
        return Json.list(trial.path("reports")).stream()
                .filter(report -> report.path("values").has(metric))
                .map(report -> report.path("step").asLong())
                .toList();
    }

    private static List<Double> values(JsonNode trial, String metric) {
        return Json.list(trial.path("reports")).stream()
                .filter(report -> report.path("values").has(metric))
                .map(report -> Json.number(report.path("values").path(metric)))
                .toList();
    }
}
