package dev.sluice.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.djl.TorchScriptModule;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelPackageTest {
    private static final Instant CREATED = Instant.parse("2026-03-04T05:06:07.008009Z");

    @TempDir
    Path folder;

    private static TrainingPlan plan(String model) {
        return TaskCatalog.standard()
                .find("digits")
                .plan(
                        model,
                        model.equals("resnet")
                                ? Map.of("learning_rate", 0.01, "width", 4L)
                                : Map.of("learning_rate", 0.01, "dropout", 0.3, "hidden", 32L));
    }

    private static DjlModelTrainer trained(TrainingPlan plan) {
        DjlModelTrainer trainer = new DjlModelTrainer(plan, 11, 1);
        trainer.beginEpoch(1);
        for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
            trainer.step(batch, batch + 1L);
        }
        return trainer;
    }

    private static ModelPackage.Holdout holdout(TrainingPlan plan, float[] logits) {
        return new ModelPackage.Holdout(plan.test().features(), plan.test().labels(), logits, Map.of("accuracy", 0.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "cnn", "resnet"})
    void exportsAGraphThatPredictsWhatTheTrainerPredicts(String model) throws IOException {
        TrainingPlan plan = plan(model);
        try (DjlModelTrainer trainer = trained(plan)) {
            ModelPackage.Differences differences = ModelPackage.write(
                    folder.resolve("model"),
                    plan.network(),
                    trainer.weights(),
                    holdout(plan, trainer.logits(Split.TEST)),
                    CREATED,
                    TorchScriptModule::run);

            assertThat(differences.onnx()).isLessThanOrEqualTo(1e-4f);
            assertThat(differences.torchScript()).isLessThanOrEqualTo(1e-5f);
            assertThat(folder.resolve("model"))
                    .isDirectoryContaining("glob:**/MLmodel")
                    .isDirectoryContaining("glob:**/model.onnx")
                    .isDirectoryContaining("glob:**/conda.yaml")
                    .isDirectoryContaining("glob:**/python_env.yaml")
                    .isDirectoryContaining("glob:**/requirements.txt");
            assertThat(folder.resolve("model/MLmodel"))
                    .content()
                    .contains("pytorch:", "model_data: data")
                    .contains("loader_module: mlflow.onnx", "\"shape\":[-1,64]", "\"shape\":[-1,10]")
                    .contains("utc_time_created: '2026-03-04 05:06:07.008009'");
            assertThat(folder.resolve("model/data/pickle_module_info.txt")).hasContent("mlflow.pytorch.pickle_module");
            assertThat(TorchScriptModule.run(
                            Files.readAllBytes(folder.resolve("model/data/model.pth")),
                            plan.test().features(),
                            plan.network().inputs()))
                    .containsExactly(trainer.logits(Split.TEST), Offset.offset(1e-5f));
            Map<String, Object> holdout = JsonText.readObject(Files.readString(folder.resolve("model/holdout.json")));
            assertThat((List<?>) holdout.get("inputs")).hasSize(360);
            assertThat((List<?>) holdout.get("labels")).hasSize(360);
            assertThat((List<?>) holdout.get("logits")).hasSize(360);
            assertThat(holdout).containsEntry("accuracy", 0.5);
            ModelSample sample = ModelSample.ofJson(Files.readString(folder.resolve("model/sluice/sample.json")));
            assertThat(sample.rows()).isEqualTo(16);
            assertThat(sample.compare(Files.readAllBytes(folder.resolve("model/model.onnx")))
                            .agrees())
                    .isTrue();
        }
    }

    @Test
    void handsNothingOverThatPredictsOtherwise() {
        TrainingPlan plan = plan("mlp");
        try (DjlModelTrainer trainer = trained(plan)) {
            float[] logits = trainer.logits(Split.TEST);
            logits[1234] += 0.01f;

            assertThatThrownBy(() -> ModelPackage.write(
                            folder.resolve("model"),
                            plan.network(),
                            trainer.weights(),
                            holdout(plan, logits),
                            CREATED,
                            TorchScriptModule::run))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("row 123)");
            assertThat(folder.resolve("model")).doesNotExist();
        }
    }

    @Test
    void handsNothingOverWhoseTorchScriptPredictsOtherwise() {
        TrainingPlan plan = plan("mlp");
        try (DjlModelTrainer trainer = trained(plan)) {
            float[] logits = trainer.logits(Split.TEST);

            assertThatThrownBy(() -> ModelPackage.write(
                            folder.resolve("model"),
                            plan.network(),
                            trainer.weights(),
                            holdout(plan, logits),
                            CREATED,
                            (module, inputs, width) -> {
                                float[] outputs = TorchScriptModule.run(module, inputs, width);
                                outputs[1234] += 1e-3f;
                                return outputs;
                            }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("TorchScript")
                    .hasMessageContaining("row 123)");
            assertThat(folder.resolve("model")).doesNotExist();
        }
    }

    @Test
    void replacesAnOlderPackage() throws IOException {
        TrainingPlan plan = plan("mlp");
        Files.createDirectories(folder.resolve("model"));
        Files.writeString(folder.resolve("model/old"), "old");
        try (DjlModelTrainer trainer = trained(plan)) {
            ModelPackage.write(
                    folder.resolve("model"),
                    plan.network(),
                    trainer.weights(),
                    holdout(plan, trainer.logits(Split.TEST)),
                    CREATED,
                    TorchScriptModule::run);
        }

        assertThat(folder.resolve("model/old")).doesNotExist();
        assertThat(folder)
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
    }

    @Test
    void takesNaNForNaNInAModelThatHasDiverged() throws IOException {
        TrainingPlan plan = plan("mlp");
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 11, 1)) {
            Map<String, Tensor> weights = new LinkedHashMap<>(trainer.weights());
            float[] broken = new float[10];
            Arrays.fill(broken, Float.NaN);
            weights.put("4.dense.bias", Tensor.ofFloats(new long[] {10}, broken));
            trainer.restoreWeights(weights);

            ModelPackage.Differences differences = ModelPackage.write(
                    folder.resolve("model"),
                    plan.network(),
                    trainer.weights(),
                    holdout(plan, trainer.logits(Split.TEST)),
                    CREATED,
                    TorchScriptModule::run);

            assertThat(differences).isEqualTo(new ModelPackage.Differences(0, 0));
        }
    }
}
