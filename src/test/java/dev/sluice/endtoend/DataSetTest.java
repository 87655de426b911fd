package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Mlflow;
import dev.sluice.endtoend.harness.Python;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.Shared;
import dev.sluice.endtoend.harness.SweepFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From a CSV file in the operator's folder to a champion that predicts the file's own rows in Python. */
@ExtendWith(Shared.class)
final class DataSetTest {
    private static final String SWEEP = """
            name: %s
            objective: {metric: val_accuracy, goal: maximize}
            parameters:
              learning_rate: {value: 0.01}
              epochs: {value: 12}
            search: {algorithm: random, seed: 1}
            budget: {trials: 1}
            trial:
              trainer:
                task: tabular-classification
                model: mlp
                options: {data: %s, target: passed, columns: {id: ignore}}
            promotion: {model: %s, alias: champion}
            """;

    /** One wants of a module what it cannot learn: the number of the row. What counts is the way. */
    private static final String MODULES = """
            name: %1$s
            objective: {metric: val_loss, goal: minimize}
            parameters:
              learning_rate: {min: 0.001, max: 0.1, log: true}
              epochs: {value: 4}
            search: {algorithm: random, seed: 1}
            pruning: {algorithm: asha, min: 1, max: 4, reduction: 2}
            budget: {trials: 4, parallel: 2}
            trial:
              trainer:
                task: torchscript-regression
                model: module
                folds: 3
                options: {data: exams.csv, module: number.pt, target: id, columns: {passed: ignore}}
            promotion: {model: %1$s, alias: champion}
            """;

    /** Numbers, some of them missing, and words; what is to be predicted hangs on both. */
    private static Path write(Path folder) throws IOException {
        var text = new StringBuilder("id,hours,city,passed\n");
        var random = new SplittableRandom(8);
        var cities = new String[] {"Oslo", "Rome, old", ""};
        for (int row = 0; row < 400; row++) {
            double hours = random.nextDouble() * 100;
            int city = random.nextInt(3);
            text.append(row)
                    .append(',')
                    .append(row % 19 == 3 ? "" : String.format(Locale.ROOT, "%.3f", hours))
                    .append(",\"")
                    .append(cities[city])
                    .append("\",")
                    .append(hours + 25 * city > 70 ? "yes" : "no")
                    .append('\n');
        }
        return Files.writeString(folder.resolve("exams.csv"), text);
    }

    @Test
    void aChampionPredictsTheRowsOfTheFileItLearntFrom(Mlflow mlflow) throws IOException {
        var folder = Files.createDirectories(Build.folder("data-sets").resolve("sets"));
        var file = write(folder);
        var model = "exams-" + System.nanoTime();
        try (var service = Service.named("data-sets-service")
                .with("sluice.trainer.data", folder.toString())
                .shippingTo(mlflow)
                .start()) {
            var refused = service.rest()
                    .post(
                            "/api/v1/sweeps",
                            SweepFile.of(SWEEP.formatted(model, "../exams.csv", model))
                                    .map())
                    .problem(422);
            var sweep = service.submit(SWEEP.formatted(model, "exams.csv", model));
            var view = sweep.awaitDelivered();
            var promotion = sweep.awaitPromotion();
            var run = mlflow.children(view).getFirst();

            assertThat(refused.toString()).contains("/trial/trainer/options/data");
            assertThat(promotion.path("state").asText())
                    .as(promotion.toPrettyString())
                    .isEqualTo("DONE");
            assertThat(promotion.path("verification").asText())
                    .startsWith("16 predictions agree with the trainer's own, largest difference ");
            assertThat(mlflow.artifacts(run.id(), "report")).hasSize(5);
            assertThat(Python.run(mlflow.uri(), """
                            import sys, mlflow, pandas
                            rows = pandas.read_csv(sys.argv[2])
                            rows["city"] = rows["city"].fillna("")
                            said = mlflow.pyfunc.load_model("models:/" + sys.argv[1] + "@champion").predict(rows)
                            print("true" if (said["label"] == rows["passed"]).mean() > 0.9 else "false")
                            """, model, file.toString()).asBoolean())
                    .isTrue();
        }
    }

    @Test
    void aModuleOfOnesOwnIsValidatedOnFoldsAndPromotedByItself(Mlflow mlflow) throws IOException {
        var folder = Files.createDirectories(Build.folder("modules").resolve("sets"));
        write(folder);
        Files.copy(
                Build.root().resolve("trainer/src/test/resources/dev/sluice/trainer/torchscript/number.pt"),
                folder.resolve("number.pt"));
        var model = "module-" + System.nanoTime();
        try (var service = Service.named("modules-service")
                .with("sluice.trainer.data", folder.toString())
                .shippingTo(mlflow)
                .start()) {
            var refused = service.rest()
                    .post(
                            "/api/v1/sweeps",
                            SweepFile.of(MODULES.formatted(model).replace("number.pt", "numbers.pt"))
                                    .map())
                    .problem(422);
            var sweep = service.submit(MODULES.formatted(model));
            var view = sweep.awaitDelivered();
            var promotion = sweep.awaitPromotion();

            assertThat(refused.toString()).contains("/trial/trainer/options/module");
            assertThat(mlflow.children(view)).hasSize(4).allSatisfy(run -> {
                assertThat(mlflow.history(run.id(), "val_loss")).isNotEmpty();
                assertThat(mlflow.history(run.id(), "val_loss_std"))
                        .extracting(Mlflow.Point::step)
                        .isEqualTo(mlflow.history(run.id(), "val_loss").stream()
                                .map(Mlflow.Point::step)
                                .toList());
                assertThat(mlflow.history(run.id(), "member-3/val_loss")).isNotEmpty();
            });
            assertThat(promotion.path("state").asText())
                    .as(promotion.toPrettyString())
                    .isEqualTo("DONE");
            assertThat(promotion.path("verification").asText()).doesNotContain("predictions agree");
        }
    }
}
