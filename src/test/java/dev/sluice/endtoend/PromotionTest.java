package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.endtoend.harness.Json;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Python;
import dev.sluice.endtoend.harness.Rest;
import dev.sluice.endtoend.harness.Script;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.Sweep;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From the models that command trials write to versions, an alias that only the better one gets, and back. */
@ExtendWith(Shared.class)
final class PromotionTest {
    private static final Script TRAINING = Script.of("packaging", """
            import os, sys
            os.makedirs(".tmp")
            open(".tmp/weights", "w").write(sys.argv[1])
            open(".tmp/MLmodel", "w").write("flavors: {python_function: {loader_module: none}}\\n")
            os.rename(".tmp", "model")
            print('{"step": 1, "accuracy": 0.1}')
            print('{"step": 2, "accuracy": %s}' % sys.argv[1])
            """);

    /** Writes a model as MLflow's own users do; where its parameter says so, less the file with the weights. */
    private static final Script SAVING = Script.of("saving", """
            import os, sys
            import mlflow.pyfunc

            class Doubling(mlflow.pyfunc.PythonModel):
                def predict(self, context, model_input, params=None):
                    return model_input * 2

            mlflow.pyfunc.save_model("model", python_model=Doubling(), pip_requirements=["mlflow==3.17.0"])
            if sys.argv[1] == "broken":
                os.remove("model/python_model.pkl")
            print('{"step": 1, "accuracy": 0.5}')
            """);

    private final Service service;
    private final Mlflow mlflow;

    PromotionTest(Service service, Mlflow mlflow) {
        this.service = service;
        this.mlflow = mlflow;
    }

    private Sweep promoting(String model, double accuracy) {
        return service.submit("""
                name: %s
                objective: {metric: accuracy, goal: maximize}
                parameters: {accuracy: {values: [%s]}}
                search: {algorithm: grid}
                budget: {parallel: 1}
                trial: {command: %s}
                tracking: {dataset: {name: numbers, digest: d1, source: "s3://data/numbers"}}
                promotion: {model: %s, alias: champion, betterThan: champion}
                """.formatted(model, accuracy, TRAINING.command("${params.accuracy}"), model));
    }

    private JsonNode rollBack(JsonNode promotion, String expected) {
        var path = "/api/v1/promotions/" + promotion.path("id").asText();
        service.rest().post(path + "/rollback", Map.of()).expect(202);
        return Waiting.until(
                "the rollback to end",
                Waiting.SOON,
                () -> service.rest().get(path).expect(200).json(),
                view -> view.path("state").asText().equals(expected));
    }

    @Test
    void refusesASweepWhoseArtifactsCannotBeStoredAndSaysWhatToDo() {
        var experiment = "elsewhere-" + System.nanoTime();
        Rest.at(mlflow.uri())
                .post(
                        "/api/2.0/mlflow/experiments/create",
                        Map.of("name", experiment, "artifact_location", "s3://bucket/x"))
                .expect(200);

        var problem = service.rest()
                .post(
                        "/api/v1/sweeps",
                        SweepFile.example("external.yaml")
                                .set("tracking", Map.of("experiment", experiment))
                                .map())
                .problem(422);

        assertThat(problem.toString())
                .contains("/tracking/experiment")
                .contains("--artifacts-destination s3://bucket/x");
    }

    @Test
    void aModelThatAnswersOtherwiseThanItsTrainerDidGetsNoAlias() throws IOException {
        var model = "answers-" + System.nanoTime();
        var sweep = service.submit(SweepFile.example("digits.yaml")
                .set("name", model)
                .set("budget.trials", 2)
                .set("parameters.epochs.value", 1)
                .set("pruning", Map.of("algorithm", "none"))
                .remove("promotion")
                .map());
        assertThat(sweep.awaitDelivered().path("state").asText()).isEqualTo("COMPLETED");
        var trials = sweep.trials();
        var right = promoted(sweep, trials.get(0), model);
        var graph = service.trialFolder(trials.get(1).path("id").asText()).resolve("model/model.onnx");
        Files.copy(
                service.trialFolder(trials.get(0).path("id").asText()).resolve("model/model.onnx"),
                graph,
                StandardCopyOption.REPLACE_EXISTING);
        var wrong = promoted(sweep, trials.get(1), model);

        assertThat(right.path("state").asText()).as(right.toPrettyString()).isEqualTo("DONE");
        assertThat(right.path("verification").asText())
                .startsWith("16 predictions agree with the trainer's own, largest difference ")
                .endsWith(" of 1.0E-4 let pass");
        assertThat(wrong.path("state").asText()).as(wrong.toPrettyString()).isEqualTo("FAILED");
        assertThat(wrong.path("reason").asText())
                .matches("The model that came back from MLflow answers otherwise: largest difference [0-9.]+ at sample"
                        + " [0-9]+: [-0-9.E]+ where the trainer gave [-0-9.E]+, 1.0E-4 is let pass");
        assertThat(mlflow.versions(model)).containsExactly(1);
        assertThat(mlflow.alias(model, "champion").path("version").asText()).isEqualTo("1");
        assertThat(service.data().resolve("promotions")).isEmptyDirectory();
    }

    private JsonNode promoted(Sweep sweep, JsonNode trial, String model) {
        service.rest()
                .post(
                        sweep.path() + "/promotions",
                        Map.of("trialId", trial.path("id").asText(), "model", model, "alias", "champion"))
                .expect(202);
        return sweep.awaitPromotion();
    }

    @Test
    void aModelThatMlflowItselfSavedIsLoadedByItsAliasAndOneThatLacksAFileIsRefused() {
        var model = "saved-" + System.nanoTime();
        var sweep = service.submit("""
                name: %s
                objective: {metric: accuracy, goal: maximize}
                parameters: {state: {values: [whole, broken]}}
                search: {algorithm: grid}
                budget: {parallel: 1}
                trial: {command: %s}
                """.formatted(model, SAVING.commandInMlflowsPython("${params.state}")));
        assertThat(sweep.awaitDelivered().path("state").asText()).isEqualTo("COMPLETED");
        var promotions = new HashMap<String, JsonNode>();
        for (var trial : sweep.trials()) {
            promotions.put(trial.path("params").path("state").asText(), promoted(sweep, trial, model));
        }
        var whole = Objects.requireNonNull(promotions.get("whole"));
        var broken = Objects.requireNonNull(promotions.get("broken"));

        assertThat(whole.path("state").asText()).as(whole.toPrettyString()).isEqualTo("DONE");
        assertThat(Python.run(mlflow.uri(), """
                        import sys, mlflow
                        import numpy as np
                        print(mlflow.pyfunc.load_model("models:/" + sys.argv[1] + "@champion").predict(np.array([1, 2])).tolist())
                        """, model).toString()).isEqualTo("[2,4]");
        assertThat(broken.path("state").asText()).as(broken.toPrettyString()).isEqualTo("REFUSED");
        assertThat(broken.path("reason").asText())
                .matches(
                        "The model of trial [01] could not be loaded from MLflow, because python_model\\.pkl, which the"
                                + " flavor python_function of MLmodel names as its `python_model`, is not in the folder\\.");
        assertThat(mlflow.versions(model)).containsExactly(1);
    }

    @Test
    void onlyTheBetterOneGetsTheAliasAndItGoesBack() {
        var model = "better-" + System.nanoTime();
        var first = promoting(model, 0.8).awaitPromotion();
        var worse = promoting(model, 0.7).awaitPromotion();
        var sweep = promoting(model, 0.9);
        var better = sweep.awaitPromotion();

        assertThat(first.path("state").asText()).as(first.toPrettyString()).isEqualTo("DONE");
        assertThat(first.path("verification").asText()).startsWith("By hash alone: the model has no model.onnx");
        assertThat(first.path("previousVersion").asText("none")).isEmpty();
        assertThat(worse.path("state").asText()).isEqualTo("REFUSED");
        assertThat(worse.path("reason").asText())
                .contains("not better than " + model + "@champion (version 1)")
                .contains("0.7")
                .contains("0.8");
        assertThat(better.path("state").asText()).as(better.toPrettyString()).isEqualTo("DONE");
        assertThat(better.path("previousVersion").asText()).isEqualTo("1");
        assertThat(mlflow.versions(model)).containsExactly(1, 2);
        var champion = mlflow.alias(model, "champion");
        assertThat(champion.path("version").asText()).isEqualTo("2");
        var tags = new HashMap<String, String>();
        champion.path("tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText()));
        assertThat(tags)
                .containsEntry("sluice.sweep", sweep.id())
                .containsEntry("sluice.sweep.name", model)
                .containsEntry("sluice.trial", better.path("trialId").asText())
                .containsEntry("sluice.trial.number", "0")
                .containsEntry("sluice.datasets", "numbers@d1")
                .containsKey("mlflow.source.name")
                .containsEntry("sluice.value.accuracy", "0.9");

        // What was overtaken is not put back over what overtook it.
        var kept = rollBack(first, "DONE");
        assertThat(kept.path("reason").asText()).contains("version 2");
        assertThat(mlflow.alias(model, "champion").path("version").asText()).isEqualTo("2");

        assertThat(rollBack(better, "ROLLED_BACK").path("reason").asText()).contains("version 1 again");
        assertThat(mlflow.alias(model, "champion").path("version").asText()).isEqualTo("1");
        assertThat(rollBack(better, "ROLLED_BACK").path("state").asText()).isEqualTo("ROLLED_BACK");
        rollBack(first, "ROLLED_BACK");
        assertThat(service.rest()
                        .post("/api/v1/promotions/" + worse.path("id").asText() + "/rollback", Map.of())
                        .status())
                .isEqualTo(409);
        assertThat(Json.list(
                        service.rest()
                                .get(sweep.path() + "/promotions")
                                .expect(200)
                                .json()
                                .path("items"),
                        p -> p.path("state").asText()))
                .containsExactly("ROLLED_BACK");
    }
}
