package dev.sluice.trainer.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.data.DataRoot;
import dev.sluice.trainer.data.ModelForm;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.RawInputs;
import dev.sluice.trainer.data.SampleData;
import dev.sluice.trainer.data.Target;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.StepGate;
import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.network.ScriptedNetwork;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import dev.sluice.trainer.optimizer.OptimizerSpec;
import dev.sluice.trainer.script.ModuleFile;
import dev.sluice.trainer.script.ScriptFile;
import dev.sluice.trainer.task.LabelledRows;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TaskSetting;
import dev.sluice.trainer.task.TrainingPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules that {@code src/test/python/torchscript_fixtures.py} has made, trained. */
class ScriptedLearnerTest {
    private static final Path FIXTURES = Path.of("src/test/resources/dev/sluice/trainer/torchscript");

    @TempDir
    Path folder;

    @BeforeEach
    void fill() throws IOException {
        SampleData.idxBars(folder, "bars", 80, 20, false);
        SampleData.exams(folder, "exams.csv", 200);
        for (String name : List.of("bars.pt", "exams.pt", "number.pt", "weights.pt")) {
            Files.copy(FIXTURES.resolve(name), folder.resolve(name));
        }
    }

    private TrainingPlan plan(Map<String, Object> options, Map<String, ?> params) {
        return TaskCatalog.standard()
                .find("torchscript")
                .plan("module", params, new TaskSetting(options, Optional.of(new DataRoot(folder))));
    }

    private TrainingPlan bars(Map<String, ?> params) {
        return plan(Map.of("data", "bars", "module", "bars.pt"), params);
    }

    private static Tensor weight(DjlModelTrainer trainer, String name) {
        return java.util.Objects.requireNonNull(trainer.weights().get(name), name);
    }

    private static List<?> numbers(Map<String, Object> fixture, String name) {
        return (List<?>) java.util.Objects.requireNonNull(fixture.get(name), name);
    }

    private static void train(DjlModelTrainer trainer, int from, int to) {
        long globalStep = (long) from * trainer.batchesPerEpoch();
        for (int epoch = from + 1; epoch <= to; epoch++) {
            trainer.beginEpoch(epoch);
            for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
                trainer.step(batch, ++globalStep);
            }
        }
    }

    @Test
    void learnsImagesAndTables() {
        try (DjlModelTrainer bars = new DjlModelTrainer(bars(Map.of("learning_rate", 0.01, "batch_size", 16)), 1, 1);
                DjlModelTrainer exams = new DjlModelTrainer(
                        plan(
                                Map.of(
                                        "data", "exams.csv",
                                        "module", "exams.pt",
                                        "target", "passed",
                                        "columns", Map.of("id", "ignore")),
                                Map.of("learning_rate", 0.01, "batch_size", 16)),
                        1,
                        1)) {
            train(bars, 0, 12);
            train(exams, 0, 12);

            assertThat(bars.evaluate(Split.TEST).get("accuracy")).isGreaterThan(0.9);
            assertThat(exams.evaluate(Split.TEST).get("accuracy")).isGreaterThan(0.75);
            assertThat(weight(bars, "body.1.num_batches_tracked").bytes().getLong())
                    .isEqualTo(12L * bars.batchesPerEpoch());
            assertThat(weight(bars, "frozen").floats()).containsExactly(1, 1);
            assertThat(weight(bars, "unused").floats()).containsExactly(0, 0, 0);
        }
    }

    @Test
    void goesOnFromSavedStateBitForBit() {
        Map<String, ?> params = Map.of("learning_rate", 0.01, "batch_size", 8, "accumulation", 2);
        try (DjlModelTrainer undisturbed = new DjlModelTrainer(bars(params), 3, 1);
                DjlModelTrainer first = new DjlModelTrainer(bars(params), 3, 1);
                DjlModelTrainer second = new DjlModelTrainer(bars(params), 3, 1)) {
            train(undisturbed, 0, 4);
            train(first, 0, 2);
            second.restoreWeights(first.weights());
            second.restoreOptimizer(first.optimizerState());
            train(second, 2, 4);

            assertThat(second.weights()).isEqualTo(undisturbed.weights());
            assertThat(second.optimizerState()).isEqualTo(undisturbed.optimizerState());
            assertThat(second.evaluate(Split.TEST)).isEqualTo(undisturbed.evaluate(Split.TEST));
        }
    }

    @Test
    void aStepThatIsGivenUpLeavesRunningStatisticsAsTheyWere() {
        try (DjlModelTrainer trainer = new DjlModelTrainer(bars(Map.of()), 3, 1)) {
            Map<String, Tensor> before = trainer.weights();
            trainer.beginEpoch(1);
            List<Double> norms = new ArrayList<>();
            trainer.step(0, 1, rate -> {
                norms.add(trainer.gradientNorm());
                return new StepGate.Passage(false, 1, rate);
            });

            assertThat(norms.getFirst()).isPositive();
            assertThat(trainer.weights()).isEqualTo(before);
        }
    }

    @Test
    void anAverageLeavesCountsAlone() {
        try (DjlModelTrainer trainer = new DjlModelTrainer(bars(Map.of()), 3, 1)) {
            train(trainer, 0, 1);
            trainer.averageWeights(0.9);
            train(trainer, 1, 2);
            trainer.averageWeights(0.9);
            Map<String, Tensor> trained = trainer.weights();
            trainer.restoreWeights(trainer.averagedWeights());

            assertThat(trainer.weights().get("body.1.num_batches_tracked"))
                    .isEqualTo(trained.get("body.1.num_batches_tracked"));
            assertThat(trainer.weights().get("body.0.weight")).isNotEqualTo(trained.get("body.0.weight"));
        }
    }

    @Test
    void exportsAModuleThatGivesTheSame() throws IOException {
        TrainingPlan plan = bars(Map.of("learning_rate", 0.01));
        ScriptedNetwork network = (ScriptedNetwork) plan.learner();
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 3, 1)) {
            train(trainer, 0, 2);
            byte[] module = trainer.module().orElseThrow();

            int[] places =
                    java.util.stream.IntStream.range(0, plan.test().rows()).toArray();
            float[] outputs =
                    TorchScriptModule.run(module, network.prepared(plan.test().some(places)), network.shape());
            assertThat(outputs).containsExactly(trainer.logits(Split.TEST), within(1e-6f));
            String all = new String(module, StandardCharsets.ISO_8859_1);
            assertThat(all)
                    .contains("__parameters__ = [\"weight\", \"bias\", ]")
                    .contains("__buffers__ = [\"running_mean\", \"running_var\", \"num_batches_tracked\", ]");
        }
    }

    @Test
    void trainsAsPytorchDoes() throws IOException {
        Map<String, Object> expected = JsonText.readObject(Files.readString(FIXTURES.resolve("number.json")));
        int rows = 24;
        float[] x = new float[rows * 4];
        float[] y = new float[rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < 4; j++) {
                x[i * 4 + j] = (float) (((i * 7 + j * 3) % 11) / 11.0 - 0.5);
            }
            y[i] = (i * 5) % 7 - 3f;
        }
        LabelledRows all = LabelledRows.ofTargets(x, 4, y);
        TrainingPlan plan = new TrainingPlan(
                new ScriptedNetwork(
                        "number.pt", Files.readAllBytes(FIXTURES.resolve("number.pt")), List.of(4), 0, 1, 1),
                all,
                all,
                all,
                new LossSpec.Huber(1),
                new OptimizerSpec.Sgd(0.9, false, 0),
                TrainingPlan.DecayScope.WEIGHTS,
                0.05,
                new LearningRateSchedule.Constant(),
                rows,
                1,
                20,
                new ModelForm(new Preparation.AsIs(4), new Target.Quantity(0, 1)),
                new RawInputs.Reals(x, 4),
                Optional.empty());
        List<Double> losses = new ArrayList<>();
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 3, 1)) {
            for (int epoch = 1; epoch <= 20; epoch++) {
                trainer.beginEpoch(epoch);
                trainer.step(0, epoch);
                losses.add(trainer.stepLoss());
            }
            float[] outputs = trainer.logits(Split.TEST);
            List<?> wanted = numbers(expected, "outputs");
            for (int row = 0; row < rows; row++) {
                assertThat((double) outputs[row]).isCloseTo(((Number) wanted.get(row)).doubleValue(), within(1e-5));
            }
        }
        List<?> wanted = numbers(expected, "losses");
        for (int step = 0; step < 20; step++) {
            assertThat(losses.get(step)).isCloseTo(((Number) wanted.get(step)).doubleValue(), within(2e-6));
        }
    }

    private void unfit(Map<String, Object> options, String... parts) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("data", "bars"));
        all.putAll(options);
        assertThatThrownBy(() -> new DjlModelTrainer(plan(all, Map.of()), 1, 1).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void saysWhatDoesNotFit() {
        unfit(Map.of("module", "exams.pt"), "module \"exams.pt\" does not take rows of shape [1, 12, 12]");
        unfit(
                Map.of("module", "number.pt", "data", "exams.csv", "target", "passed"),
                "module \"number.pt\" does not take rows of shape [8]",
                "RuntimeError");
        unfit(Map.of("module", "weights.pt"), "module \"weights.pt\" is no TorchScript module", "torch.jit.script");
        unfit(Map.of("module", "exams.csv"), "module \"exams.csv\" is no TorchScript module");
        unfit(Map.of("module", "bars"), "module \"bars\" must be a TorchScript file", "a folder");
        unfit(Map.of("module", "bar.pt"), "module \"bar.pt\" is no data set", "did you mean \"bars.pt\"?");
        unfit(Map.of("module", "../bars.pt"), "module must be the name of a data set", "it is no path");
        assertThatThrownBy(() -> ModuleFile.read("module \"x\"", new byte[] {1, 2, 3}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no TorchScript module");
    }

    @Test
    void refusesWhatNoCheckpointWouldHold() {
        byte[] module = new ScriptFile("Net")
                .withArray("seen")
                .write(
                        "  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    self.seen = x\n    return x\n");

        assertThatThrownBy(() -> ModuleFile.read("module \"x.pt\"", module))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "module \"x.pt\" sets its attribute seen as it runs, which no checkpoint would hold; register a buffer,"
                                + " and change that in place");
    }

    @Test
    void saysWhatAModuleGivesThatShouldGiveSomethingElse() throws IOException {
        LabelledRows rows = new LabelledRows(new float[4 * 3], 4, new int[] {0, 1, 1});
        TrainingPlan plan = new TrainingPlan(
                new ScriptedNetwork(
                        "number.pt", Files.readAllBytes(FIXTURES.resolve("number.pt")), List.of(4), 0, 1, 2),
                rows,
                rows,
                rows,
                new LossSpec.CrossEntropy(0),
                new OptimizerSpec.Sgd(0, false, 0),
                TrainingPlan.DecayScope.ALL,
                0.05,
                new LearningRateSchedule.Constant(),
                3,
                1,
                1,
                ModelForm.plain(4, 2),
                new RawInputs.Reals(rows.features(), 4),
                Optional.empty());

        assertThatThrownBy(() -> new DjlModelTrainer(plan, 1, 1).close())
                .isInstanceOf(UnfitModuleException.class)
                .hasMessage(
                        "module \"number.pt\" gives (2) for 2 rows of shape [4], and must give (2, 2): a logit for each"
                                + " class of each row");
    }

    @Test
    void saysThatASingleRowIsLeftForTheLastBatch() {
        Map<String, Object> options = Map.of(
                "data", "exams.csv", "module", "exams.pt", "target", "passed", "columns", Map.of("id", "ignore"));
        int rows = plan(options, Map.of()).train().rows();
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan(options, Map.of("batch_size", rows - 1)), 1, 1)) {
            assertThatThrownBy(() -> train(trainer, 0, 1))
                    .isInstanceOf(UnfitModuleException.class)
                    .hasMessageContaining("does not train on a single row")
                    .hasMessageContaining("choose another batch_size")
                    .hasMessageContaining("Expected more than 1 value per channel");
        }
    }

    @Test
    void refusesOptionsOfTheOtherKindOfData() {
        assertThatThrownBy(() -> plan(Map.of("data", "bars", "module", "bars.pt", "delimiter", "tab"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delimiter is of tables")
                .hasMessageContaining("target");
        assertThatThrownBy(() -> plan(
                        Map.of("data", "exams.csv", "module", "exams.pt", "target", "passed", "pixels", "bytes"),
                        Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pixels is of images");
    }
}
