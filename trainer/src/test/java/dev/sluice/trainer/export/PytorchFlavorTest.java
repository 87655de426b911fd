package dev.sluice.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.djl.TorchScriptModule;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TrainingPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The package's second flavor in Python. {@code SLUICE_TORCH_PYTHON} is one that has mlflow and torch, which no other test
 * needs and which takes gigabytes.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_TORCH_PYTHON", matches = ".+")
class PytorchFlavorTest {
    private static final String SCRIPT = """
            import json, sys
            import mlflow.pytorch, torch
            holdout = json.load(open(sys.argv[1] + "/holdout.json"))
            inputs = torch.tensor(holdout["inputs"], dtype=torch.float32)
            expected = torch.tensor(holdout["logits"])
            for model in (mlflow.pytorch.load_model(sys.argv[1]), torch.jit.load(sys.argv[1] + "/data/model.pth")):
                with torch.no_grad():
                    far = (model(inputs) - expected).abs().max().item()
                names = sorted(name for name, _ in model.named_parameters())
                assert far <= 1e-4, far
                assert all(p.requires_grad for p in model.parameters()), names
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "cnn", "resnet"})
    void mlflowsPytorchLoadsItAndPredictsTheSame(String model) throws Exception {
        TrainingPlan plan =
                TaskCatalog.standard().find("digits").plan(model, Map.of("learning_rate", 0.01, "dropout", 0.3));
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 11, 1)) {
            ModelPackage.write(
                    folder.resolve("model"),
                    plan.network(),
                    trainer.weights(),
                    new ModelPackage.Holdout(
                            plan.test().features(), plan.test().labels(), trainer.logits(Split.TEST), Map.of()),
                    Instant.now(),
                    TorchScriptModule::run);
        }
        Path said = folder.resolve("said");
        Process python = new ProcessBuilder(
                        System.getenv("SLUICE_TORCH_PYTHON"),
                        "-c",
                        SCRIPT,
                        folder.resolve("model").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertThat(python.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue()).as(Files.readString(said)).isZero();
    }
}
