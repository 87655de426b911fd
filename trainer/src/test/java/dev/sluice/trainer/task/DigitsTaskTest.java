package dev.sluice.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.network.LossSpec;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import dev.sluice.trainer.optimizer.OptimizerSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DigitsTaskTest {
    private final DigitsTask task = new DigitsTask();

    @Test
    void splitsAllImagesByOneFixedRule() {
        DigitsImages data = DigitsImages.load();

        assertThat(data.train().rows()).isEqualTo(1149);
        assertThat(data.validation().rows()).isEqualTo(288);
        assertThat(data.test().rows()).isEqualTo(360);
        assertThat(Arrays.hashCode(data.test().labels()) * 31
                        + Arrays.hashCode(data.test().features()))
                .as("a test split that changes makes earlier results worthless")
                .isEqualTo(TEST_SPLIT);
    }

    private static final int TEST_SPLIT = -1778125092;

    @Test
    void givesEveryDigitItsShareOfEachPart() {
        DigitsImages data = DigitsImages.load();

        for (LabelledRows part : List.of(data.train(), data.validation(), data.test())) {
            for (int digit = 0; digit < 10; digit++) {
                int wanted = digit;
                double share = Arrays.stream(part.labels())
                                .filter(label -> label == wanted)
                                .count()
                        / (double) part.rows();
                assertThat(share).isBetween(0.09, 0.11);
            }
        }
    }

    @Test
    void usesEachImageOnce() {
        DigitsImages data = DigitsImages.load();
        Map<String, Integer> seen = new HashMap<>();
        Stream.of(data.train(), data.validation(), data.test()).forEach(part -> {
            for (int row = 0; row < part.rows(); row++) {
                seen.merge(
                        Arrays.toString(Arrays.copyOfRange(part.features(), row * 64, row * 64 + 64)), 1, Integer::sum);
            }
        });

        assertThat(seen.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1797);
        assertThat(seen).hasSize(1797); // no image occurs twice in the set
    }

    @Test
    void holdsRawPixels() {
        float[] pixels = DigitsImages.load().test().features();

        for (float pixel : pixels) {
            assertThat(pixel).isBetween(0f, 16f);
        }
    }

    @Test
    void takesDefaultsForWhatIsLeftOut() {
        TrainingPlan plan = task.plan("mlp", Map.of());

        assertThat(plan.optimizer()).isEqualTo(OptimizerSpec.Adam.standard());
        assertThat(plan.batchSize()).isEqualTo(64);
        assertThat(plan.epochs()).isEqualTo(12);
        assertThat(plan.network().inputs()).isEqualTo(64);
        assertThat(plan.network().outputs()).isEqualTo(10);
    }

    @Test
    void readsATrialsValues() {
        TrainingPlan plan = task.plan(
                "cnn", Map.of("optimizer", "sgd", "momentum", 0.9, "learning_rate", 0.1, "channels", 4L, "epochs", 3));

        assertThat(plan.optimizer()).isEqualTo(new OptimizerSpec.Sgd(0.9));
        assertThat(plan.learningRate()).isEqualTo(0.1);
        assertThat(plan.epochs()).isEqualTo(3);
    }

    @Test
    void readsHowWeightsAreFitted() {
        TrainingPlan plan = task.plan(
                "mlp",
                Map.of(
                        "optimizer",
                        "adamw",
                        "beta2",
                        0.95,
                        "weight_decay",
                        0.05,
                        "weight_decay_on",
                        "all",
                        "schedule",
                        "cosine",
                        "warmup",
                        0.1,
                        "label_smoothing",
                        0.1,
                        "batch_size",
                        32,
                        "accumulation",
                        2,
                        "epochs",
                        10));

        assertThat(plan.optimizer()).isEqualTo(new OptimizerSpec.AdamW(0.9, 0.95, 1e-8, 0.05));
        assertThat(plan.weightDecayOn()).isEqualTo(TrainingPlan.DecayScope.ALL);
        assertThat(plan.stepsPerEpoch()).isEqualTo(18);
        assertThat(plan.schedule())
                .isEqualTo(new LearningRateSchedule.WarmUp(18, new LearningRateSchedule.Cosine(162, 0)));
        assertThat(plan.learningRate(18)).isEqualTo(1e-3);
        assertThat(plan.loss()).isEqualTo(new LossSpec.CrossEntropy(0.1));
    }

    @Test
    void makesEveryDeclaredOptimizerAndSchedule() {
        List<String> optimizers = declared("optimizer");
        List<String> schedules = declared("schedule");

        assertThat(optimizers)
                .hasSize(5)
                .allSatisfy(name -> assertThat(task.plan("mlp", Map.of("optimizer", name))
                                .optimizer()
                                .getClass()
                                .getSimpleName())
                        .isEqualToIgnoringCase(name));
        assertThat(schedules)
                .hasSize(6)
                .allSatisfy(name -> assertThat(
                                task.plan("mlp", Map.of("schedule", name)).learningRate(1))
                        .isPositive());
    }

    private List<String> declared(String option) {
        return task.models().get(0).parameters().stream()
                .filter(spec -> spec.name().equals(option))
                .findFirst()
                .orElseThrow()
                .values();
    }

    @Test
    void namesWhatCannotFitTogether() {
        assertThatThrownBy(() -> task.plan("mlp", Map.of("optimizer", "sgd", "nesterov", true)))
                .hasMessage("task digits, model mlp: nesterov needs a momentum > 0, was 0.0");
        assertThatThrownBy(() -> task.plan("mlp", Map.of("nesterov", "yes")))
                .hasMessage("task digits, model mlp: nesterov must be true or false, was \"yes\"");
        assertThatThrownBy(() -> task.plan("mlp", Map.of("schedule", "cosin")))
                .hasMessageStartingWith("task digits, model mlp: schedule must be one of")
                .hasMessageEndingWith("was \"cosin\" (did you mean \"cosine\"?)");
        assertThatThrownBy(() -> task.plan("mlp", Map.of("decay_factor", 0)))
                .hasMessage("task digits, model mlp: decay_factor must be in (0, 1], was 0.0");
    }

    @Test
    void namesAnUnknownParameterAndTheNearestOne() {
        assertThatThrownBy(() -> task.plan("mlp", Map.of("learning_rat", 0.1)))
                .hasMessageStartingWith(
                        "task digits, model mlp has no \"learning_rat\" (did you mean \"learning_rate\"?)");
    }

    @Test
    void namesAnUnknownModelAndTask() {
        assertThatThrownBy(() -> task.plan("cn", Map.of())).hasMessageContaining("did you mean \"cnn\"?");
        assertThatThrownBy(() -> TaskCatalog.standard().find("digit")).hasMessageContaining("did you mean \"digits\"?");
    }
}
