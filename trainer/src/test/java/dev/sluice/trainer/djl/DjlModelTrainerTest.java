package dev.sluice.trainer.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.StepGate;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DjlModelTrainerTest {
    private static final Map<String, Object> SGD =
            Map.of("optimizer", "sgd", "momentum", 0.9, "learning_rate", 0.02, "dropout", 0.25);
    private static final Map<String, Object> ADAM = Map.of("learning_rate", 0.003, "dropout", 0.25);

    private static final Map<String, Object> ALL_SORTS = Map.of(
            "optimizer",
            "rmsprop",
            "momentum",
            0.9,
            "centered",
            true,
            "weight_decay",
            0.001,
            "dropout",
            0.25,
            "schedule",
            "one-cycle",
            "batch_size",
            32,
            "accumulation",
            2,
            "label_smoothing",
            0.1);

    static Stream<Arguments> settings() {
        return Stream.of(
                Arguments.of("mlp", SGD),
                Arguments.of("mlp", ADAM),
                Arguments.of("mlp", ALL_SORTS),
                Arguments.of("cnn", ADAM),
                Arguments.of("resnet", ADAM));
    }

    private static TrainingPlan plan(String model, Map<String, Object> params) {
        return TaskCatalog.standard().find("digits").plan(model, params);
    }

    /** Trains epochs {@code (from, to]} and gives the metrics of each. */
    private static List<Map<String, Double>> train(DjlModelTrainer trainer, int from, int to) {
        List<Map<String, Double>> all = new ArrayList<>();
        long globalStep = (long) from * trainer.batchesPerEpoch();
        for (int epoch = from + 1; epoch <= to; epoch++) {
            trainer.beginEpoch(epoch);
            for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
                globalStep++;
                trainer.step(batch, globalStep);
            }
            all.add(trainer.endEpoch());
            all.add(trainer.evaluate(Split.VALIDATION));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void learnsTheDigits(String model, Map<String, Object> params) {
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan(model, params), 1, 1)) {
            train(trainer, 0, 6);

            assertThat(trainer.evaluate(Split.VALIDATION))
                    .hasEntrySatisfying(
                            "accuracy", accuracy -> assertThat(accuracy).isGreaterThan(0.9));
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void repeatsItselfBitForBitForTheSameSeed(String model, Map<String, Object> params) {
        try (DjlModelTrainer one = new DjlModelTrainer(plan(model, params), 7, 1);
                DjlModelTrainer two = new DjlModelTrainer(plan(model, params), 7, 1)) {
            assertThat(train(one, 0, 2)).isEqualTo(train(two, 0, 2));
            assertThat(one.weights()).isEqualTo(two.weights());
        }
    }

    @Test
    void differsForAnotherSeed() {
        try (DjlModelTrainer one = new DjlModelTrainer(plan("mlp", ADAM), 7, 1);
                DjlModelTrainer two = new DjlModelTrainer(plan("mlp", ADAM), 8, 1)) {
            assertThat(train(one, 0, 1)).isNotEqualTo(train(two, 0, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void goesOnFromSavedStateBitForBit(String model, Map<String, Object> params) {
        try (DjlModelTrainer undisturbed = new DjlModelTrainer(plan(model, params), 3, 1);
                DjlModelTrainer first = new DjlModelTrainer(plan(model, params), 3, 1);
                DjlModelTrainer second = new DjlModelTrainer(plan(model, params), 3, 1)) {
            train(undisturbed, 0, 2);
            train(first, 0, 2);
            Map<String, Tensor> weights = first.weights();
            Map<String, Tensor> moments = first.optimizerState();
            train(second, 0, 1); // whatever it was before is overwritten
            second.restoreWeights(weights);
            second.restoreOptimizer(moments);

            assertThat(train(second, 2, 4)).isEqualTo(train(undisturbed, 2, 4));
            assertThat(second.weights()).isEqualTo(undisturbed.weights());
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void goesOnFromTheMiddleOfAnEpoch(String model, Map<String, Object> params) {
        try (DjlModelTrainer undisturbed = new DjlModelTrainer(plan(model, params), 3, 1);
                DjlModelTrainer first = new DjlModelTrainer(plan(model, params), 3, 1);
                DjlModelTrainer second = new DjlModelTrainer(plan(model, params), 3, 1)) {
            List<Map<String, Double>> expected = train(undisturbed, 0, 1);
            first.beginEpoch(1);
            for (int batch = 0; batch < 5; batch++) {
                first.step(batch, batch + 1L);
            }
            second.beginEpoch(1);
            second.restoreWeights(first.weights());
            second.restoreOptimizer(first.optimizerState());
            second.restoreEpoch(first.epochState());
            for (int batch = 5; batch < second.batchesPerEpoch(); batch++) {
                second.step(batch, batch + 1L);
            }

            assertThat(second.endEpoch()).isEqualTo(expected.get(0));
            assertThat(second.weights()).isEqualTo(undisturbed.weights());
        }
    }

    @Test
    void accumulatesBatchesToTheGradientOfOneLargeBatch() {
        TrainingPlan small = plan("mlp", Map.of("batch_size", 10, "accumulation", 6, "optimizer", "sgd"));
        TrainingPlan large = plan("mlp", Map.of("batch_size", 60, "optimizer", "sgd"));
        try (DjlModelTrainer one = new DjlModelTrainer(small, 3, 1);
                DjlModelTrainer two = new DjlModelTrainer(large, 3, 1)) {
            assertThat(one.batchesPerEpoch()).isEqualTo(two.batchesPerEpoch()).isEqualTo(20); // the last is of 9 rows
            double loss = Objects.requireNonNull(train(two, 0, 2).get(2).get("train_loss"));

            assertThat(train(one, 0, 2).get(2).get("train_loss")).isCloseTo(loss, within(1e-6));
            Map<String, Tensor> expected = two.weights();
            one.weights()
                    .forEach((name, weights) -> assertThat(weights.floats())
                            .as(name)
                            .containsExactly(
                                    Objects.requireNonNull(expected.get(name)).floats(), within(1e-6f)));
        }
    }

    @Test
    void reportsTheRateOfAnEpochsLastStep() {
        Map<String, Object> params =
                Map.of("learning_rate", 0.01, "schedule", "linear", "final_share", 0.1, "epochs", 4, "batch_size", 60);
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan("mlp", params), 3, 1)) {
            List<Map<String, Double>> metrics = train(trainer, 0, 2);

            assertThat(metrics.get(0).get("learning_rate")).isCloseTo(0.01 * (1 - 0.9 * 19 / 80), within(1e-12));
            assertThat(metrics.get(2).get("learning_rate")).isCloseTo(0.01 * (1 - 0.9 * 39 / 80), within(1e-12));
        }
    }

    @Test
    void judgesEpochsWithoutSmoothing() {
        try (DjlModelTrainer plain = new DjlModelTrainer(plan("mlp", Map.of()), 3, 1);
                DjlModelTrainer smoothed = new DjlModelTrainer(plan("mlp", Map.of("label_smoothing", 0.3)), 3, 1)) {
            assertThat(smoothed.evaluate(Split.VALIDATION)).isEqualTo(plain.evaluate(Split.VALIDATION));
        }
    }

    @Test
    void keepsRunningStatisticsOfNormalisations() {
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan("cnn", ADAM), 3, 1)) {
            Tensor before = trainer.weights().get("3.normalisation.mean");
            train(trainer, 0, 1);

            assertThat(trainer.weights().get("3.normalisation.mean")).isNotEqualTo(before);
        }
    }

    @Test
    void leavesRunningStatisticsAsTheyWereWhenAStepIsGivenUp() {
        TrainingPlan plan = plan("cnn", ADAM);
        plan.train().features()[0] = Float.NaN;
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 3, 1)) {
            trainer.beginEpoch(1);
            int skipped = 0;
            for (int batch = 0; batch < trainer.batchesPerEpoch(); batch++) {
                Map<String, Tensor> before = trainer.weights();
                boolean[] isTaken = {true};
                trainer.step(batch, batch + 1L, rate -> {
                    isTaken[0] = Double.isFinite(trainer.stepLoss());
                    return new StepGate.Passage(isTaken[0], 1, rate);
                });
                if (!isTaken[0]) {
                    skipped++;
                    assertThat(trainer.weights()).isEqualTo(before);
                }
            }

            assertThat(skipped).isEqualTo(1);
            assertThat(trainer.evaluate(Split.VALIDATION).get("loss")).isFinite();
        }
    }

    /** Norms measured on the way to the gradients and those asked for afterwards are the same numbers. */
    @Test
    void measuresTheSameNormsHoweverOftenItIsAsked() {
        List<Double> every = norms(1);

        assertThat(every).hasSize(12).doesNotContain(0.0);
        assertThat(norms(3)).containsExactly(every.get(0), every.get(3), every.get(6), every.get(9));
    }

    private static List<Double> norms(int everySteps) {
        List<Double> norms = new ArrayList<>();
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan("cnn", ADAM), 3, 1)) {
            trainer.beginEpoch(1);
            for (int batch = 0; batch < 12; batch++) {
                boolean isAsked = batch % everySteps == 0;
                trainer.step(batch, batch + 1L, rate -> {
                    if (isAsked) {
                        norms.add(trainer.gradientNorm());
                    }
                    return new StepGate.Passage(true, 1, rate);
                });
            }
        }
        return norms;
    }

    @Test
    void measuresLossAndAccuracyOfItsOwnLogits() {
        TrainingPlan plan = plan("mlp", ADAM);
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 3, 1)) {
            float[] logits = trainer.logits(Split.TEST);

            double loss = 0;
            for (int row = 0; row < plan.test().rows(); row++) {
                double sum = 0;
                for (int i = 0; i < 10; i++) {
                    sum += Math.exp(logits[row * 10 + i]);
                }
                loss += Math.log(sum) - logits[row * 10 + plan.test().labels()[row]];
            }

            assertThat(trainer.evaluate(Split.TEST).get("loss"))
                    .isCloseTo(loss / plan.test().rows(), within(1e-9));
        }
    }

    @Test
    void isRightNowhereWhereItGivesNoNumbers() {
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan("mlp", SGD), 1, 1)) {
            Map<String, Tensor> broken = new java.util.LinkedHashMap<>(trainer.weights());
            broken.replaceAll((name, tensor) -> {
                float[] values = tensor.floats();
                java.util.Arrays.fill(values, Float.NaN);
                return Tensor.ofFloats(tensor.shape(), values);
            });
            trainer.restoreWeights(broken);

            assertThat(trainer.evaluate(Split.VALIDATION))
                    .containsEntry("accuracy", 0.0)
                    .containsEntry("loss", Double.NaN);
        }
    }

    @Test
    void trainsOnASingleRowThatIsDownToAPixel() {
        // 1149 rows leave one, and four stages make one pixel of 8x8
        TrainingPlan plan = plan("resnet", Map.of("stages", 4, "batch_size", 287, "width", 2));
        assertThat(plan.train().rows() % 287).isEqualTo(1);
        try (DjlModelTrainer trainer = new DjlModelTrainer(plan, 1, 1)) {
            train(trainer, 0, 1);

            assertThat(trainer.evaluate(Split.VALIDATION).get("loss")).isFinite();
        }
    }
}
