package dev.sluice.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.trainer.data.DataRoot;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.SampleData;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.djl.TorchScriptModule;
import dev.sluice.trainer.export.ModelPackage;
import dev.sluice.trainer.export.ModelSample;
import dev.sluice.trainer.loop.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of task: it learns what its data set has to tell, and its exported model says the same from raw inputs. */
class DataTasksTest {
    @TempDir
    static Path folder;

    private static final Map<String, Object> EXAMS =
            Map.of("data", "exams.csv", "target", "passed", "columns", Map.of("id", "ignore", "grade", "ignore"));

    @BeforeAll
    static void write() throws IOException {
        SampleData.idxBars(folder.resolve("sets"), "bars", 300, 60, true);
        SampleData.colors(folder.resolve("sets"), "colors", 40);
        SampleData.exams(folder.resolve("sets"), "exams.csv", 400);
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("image-classification", "mlp", Map.of("data", "bars"), Map.of("epochs", 8)),
                Arguments.of(
                        "image-classification", "cnn", Map.of("data", "bars"), Map.of("hidden", 16, "channels", 4)),
                Arguments.of(
                        "image-classification",
                        "resnet",
                        Map.of("data", "colors", "size", 12),
                        Map.of("width", 4, "learning_rate", 0.01)),
                Arguments.of("tabular-classification", "mlp", EXAMS, Map.of("learning_rate", 0.01)),
                Arguments.of(
                        "tabular-regression",
                        "mlp",
                        Map.of(
                                "data",
                                "exams.csv",
                                "target",
                                "grade",
                                "columns",
                                Map.of("id", "ignore", "passed", "ignore")),
                        Map.of("learning_rate", 0.01, "loss", "huber")));
    }

    private static TrainingPlan plan(String task, String model, Map<String, ?> options, Map<String, ?> params) {
        return TaskCatalog.standard().find(task).plan(model, params, setting(options));
    }

    private static TaskSetting setting(Map<String, ?> options) {
        return new TaskSetting(new HashMap<>(options), Optional.of(new DataRoot(folder.resolve("sets"))));
    }

    private static void train(DjlModelTrainer trainer, int epochs) {
        long step = 0;
        for (int epoch = 1; epoch <= epochs; epoch++) {
            trainer.beginEpoch(epoch);
            for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
                trainer.step(batch, ++step);
            }
        }
    }

    private static void export(Path target, TrainingPlan plan, DjlModelTrainer trainer) throws IOException {
        ModelPackage.write(
                target,
                plan.network(),
                trainer.weights(),
                plan.form(),
                new ModelPackage.Holdout(
                        plan.rawTest(),
                        plan.test()::some,
                        plan.test().labels(),
                        trainer.logits(Split.TEST),
                        trainer.evaluate(Split.TEST)),
                Instant.EPOCH,
                TorchScriptModule::run);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void learnsAndExportsWhatItHasLearnt(String task, String model, Map<String, ?> options, Map<String, ?> params)
            throws IOException {
        TrainingPlan plan = plan(task, model, options, params);
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 5, 1)) {
            Map<String, Double> before = trainer.evaluate(Split.VALIDATION);
            train(trainer, 10);
            Map<String, Double> after = trainer.evaluate(Split.VALIDATION);
            export(folder.resolve(task + "-" + model), plan, trainer);

            assertThat(after.get("loss")).isLessThan(Objects.requireNonNull(before.get("loss")) / 2);
            List<String> names = TaskCatalog.standard().find(task).epochMetrics();
            after.keySet().forEach(name -> assertThat(names).contains("val_" + name));
            if (plan.form().output() instanceof Target.Quantity) {
                assertThat(after.get("r2")).isGreaterThan(0.8);
                assertThat(after.get("rmse"))
                        .isGreaterThanOrEqualTo(after.get("mae"))
                        .isLessThan(150);
            } else {
                assertThat(after.get("accuracy")).isGreaterThan(0.8);
            }
            ModelSample sample = ModelSample.ofJson(
                    Files.readString(folder.resolve(task + "-" + model).resolve("sluice/sample.json")));
            assertThat(sample.compare(Files.readAllBytes(
                                    folder.resolve(task + "-" + model).resolve("model.onnx")))
                            .agrees())
                    .isTrue();
        }
    }

    @Test
    void bytesTrainAsTheSameNumbersDo() {
        TrainingPlan plan = plan("image-classification", "cnn", Map.of("data", "bars"), Map.of());
        TrainingPlan single = new TrainingPlan(
                plan.network(),
                new LabelledRows(
                        plan.train().features(),
                        plan.train().width(),
                        plan.train().labels()),
                plan.validation(),
                plan.test(),
                plan.loss(),
                plan.optimizer(),
                plan.weightDecayOn(),
                plan.learningRate(),
                plan.schedule(),
                plan.batchSize(),
                plan.accumulation(),
                plan.epochs(),
                ModelForm.plain(plan.network().inputs(), plan.network().outputs()),
                new RawInputs.Reals(plan.test().features(), plan.test().width()),
                Optional.empty());
        try (DjlModelTrainer one = new DjlModelTrainer(plan, 5, 1);
                DjlModelTrainer two = new DjlModelTrainer(single, 5, 1)) {
            train(one, 1);
            train(two, 1);

            assertThat(one.weights()).isEqualTo(two.weights());
        }
    }

    @Test
    void needsADataSetOfTheOperators() {
        TrainingTask task = TaskCatalog.standard().find("tabular-classification");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.plan("mlp", Map.of(), new TaskSetting(new HashMap<>(EXAMS), Optional.empty())))
                .withMessageContaining("sluice.trainer.data");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.plan("mlp", Map.of(), setting(Map.of("target", "passed"))))
                .withMessage("task tabular-classification, options needs \"data\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.plan("mlp", Map.of(), setting(Map.of("data", "../exams.csv", "target", "x"))))
                .withMessageContaining("it is no path");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.plan("mlp", Map.of(), setting(Map.of("data", "x", "targt", "x"))))
                .withMessageContaining("has no \"targt\" (did you mean \"target\"?)");
    }

    /** What MLflow makes of raw inputs in Python, in one process: bytes of images, and rows as pandas reads them. */
    private static final String PREDICT = """
            import json, sys
            import mlflow.pyfunc, numpy, pandas
            from pathlib import Path
            root = Path(sys.argv[1])
            def sample(name):
                return json.loads((root / name / "holdout.json").read_text())
            def softmax(x):
                e = numpy.exp(x - x.max(axis=1, keepdims=True))
                return e / e.sum(axis=1, keepdims=True)
            for name in ("image-classification-cnn", "image-classification-resnet"):
                said = sample(name)
                images = said["inputs"]["input"]
                pixels = numpy.array(images["values"], dtype=numpy.uint8).reshape([-1] + images["shape"])
                got = mlflow.pyfunc.load_model(str(root / name)).predict(pixels)
                logits = numpy.array(said["logits"])
                assert numpy.abs(got["output"] - logits).max() <= 1e-4, name
                assert numpy.abs(got["probabilities"] - softmax(logits)).max() <= 1e-4, name
                assert list(got["label"]) == [said["classes"][i] for i in logits.argmax(axis=1)], name
                assert abs(numpy.mean([said["classes"].index(l) for l in got["label"]] == numpy.array(said["labels"]))
                           - said["accuracy"]) < 1e-9
            for name in ("tabular-classification-mlp", "tabular-regression-mlp"):
                said = sample(name)
                rows = pandas.DataFrame({column: [float(cell) for cell in cells["values"]]
                                         if cells["type"] == "double" else cells["values"]
                                         for column, cells in said["inputs"].items()})
                got = mlflow.pyfunc.load_model(str(root / name)).predict(rows)
                if "predictions" in said:
                    expected = numpy.array(said["predictions"])
                    assert (numpy.abs(got["prediction"] - expected) / numpy.maximum(1, abs(expected))).max() <= 1e-4
                else:
                    expected = softmax(numpy.array(said["logits"]))
                    assert numpy.abs(got["probabilities"] - expected).max() <= 1e-4
                    assert list(got["label"]) == [said["classes"][i] for i in expected.argmax(axis=1)]
            # A CSV file as pandas reads it, of which nothing was ever prepared.
            rows = pandas.read_csv(root / "sets" / "exams.csv")
            rows["city"] = rows["city"].fillna("")
            got = mlflow.pyfunc.load_model(str(root / "tabular-classification-mlp")).predict(rows)
            assert (got["label"] == rows["passed"]).mean() > 0.8
            print("agreed")
            """;

    @Test
    void mlflowPredictsTheSameFromRawInputsInPython() throws Exception {
        String tools = System.getenv().getOrDefault("SLUICE_TOOLS", System.getProperty("user.home") + "/.cache/sluice");
        Path python = Path.of(tools, "mlflow-3.17.0/bin/python");
        Assumptions.assumeTrue(Files.isExecutable(python), "MLflow is not installed in " + tools);
        for (Arguments kind : kinds().skip(1).toList()) {
            Object[] values = kind.get();
            @SuppressWarnings("unchecked")
            TrainingPlan plan = plan(
                    (String) values[0], (String) values[1], (Map<String, ?>) values[2], (Map<String, ?>) values[3]);
            try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 5, 1)) {
                train(trainer, 6);
                export(folder.resolve(values[0] + "-" + values[1]), plan, trainer);
            }
        }
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(python.toString(), "-c", PREDICT, folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        Process process = builder.start();

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(said)).endsWith("agreed\n");
    }
}
