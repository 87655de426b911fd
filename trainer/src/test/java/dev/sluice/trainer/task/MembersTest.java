package dev.sluice.trainer.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.data.DataRoot;
import dev.sluice.trainer.data.Preparation;
import dev.sluice.trainer.data.SampleData;
import dev.sluice.trainer.optimizer.LearningRateSchedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembersTest {
    private static final TaskCatalog TASKS = TaskCatalog.standard();

    private static List<Members.Member> digits(Members counts, Map<String, ?> params) {
        return counts.plan(TASKS.find("digits"), "mlp", params, TaskSetting.NONE, 42);
    }

    @Test
    void readsWhatTheSweepFileSays() {
        assertThat(Members.of(Map.of("task", "digits"))).isEqualTo(new Members(1, 0));
        assertThat(Members.of(Map.of("repeats", 2L, "folds", 5L)).count()).isEqualTo(10);
        assertThatThrownBy(() -> Members.of(Map.of("folds", 1L)))
                .hasMessageContaining("folds")
                .hasMessageContaining("[2, 100]")
                .hasMessageContaining("1");
        assertThatThrownBy(() -> new Members(11, 10)).hasMessageContaining("<= 100, was 11 times 10");
    }

    @Test
    void repeatsDifferInTheirSeedAlone() {
        List<Members.Member> members = digits(new Members(3, 0), Map.of());

        assertThat(members).extracting(Members.Member::name).containsExactly("member-1", "member-2", "member-3");
        assertThat(members.getFirst().seed()).isEqualTo(42);
        assertThat(members).extracting(Members.Member::seed).doesNotHaveDuplicates();
        assertThat(members.getLast().plan()).isSameAs(members.getFirst().plan());
        assertThat(digits(new Members(3, 0), Map.of()))
                .extracting(Members.Member::seed)
                .isEqualTo(members.stream().map(Members.Member::seed).toList());
    }

    @Test
    void aTaskThatKnowsNothingOfFoldsIsValidatedOnEachOfThem() {
        List<Members.Member> members = digits(new Members(1, 5), Map.of("schedule", "cosine", "epochs", 10));
        TrainingPlan whole = TASKS.find("digits").plan("mlp", Map.of("schedule", "cosine", "epochs", 10));

        assertThat(members).hasSize(5).allSatisfy(member -> {
            TrainingPlan plan = member.plan();
            assertThat(plan.train().rows() + plan.validation().rows())
                    .isEqualTo(whole.train().rows() + whole.validation().rows());
            assertThat(plan.validation().rows()).isBetween(287, 288);
            assertThat(plan.test().digest()).isEqualTo(whole.test().digest());
            assertThat(plan.schedule()).isEqualTo(new LearningRateSchedule.Cosine(10L * plan.stepsPerEpoch(), 0));
        });
        assertThat(members)
                .extracting(member -> member.plan().validation().digest())
                .doesNotHaveDuplicates();
        assertThat(members.getFirst().plan().validation().digest())
                .as("of all trials the same rows, whatever their seed")
                .isEqualTo(new Members(1, 5)
                        .plan(TASKS.find("digits"), "mlp", Map.of(), TaskSetting.NONE, 7)
                        .getFirst()
                        .plan()
                        .validation()
                        .digest());
    }

    @Test
    void aTableIsPreparedByTheTrainingRowsOfEachFold(@TempDir Path folder) throws IOException {
        SampleData.exams(folder, "exams.csv", 300);
        TaskSetting setting = new TaskSetting(
                Map.of("data", "exams.csv", "target", "passed", "columns", Map.of("id", "ignore")),
                Optional.of(new DataRoot(folder)));
        List<Members.Member> members =
                new Members(2, 3).plan(TASKS.find("tabular-classification"), "mlp", Map.of(), setting, 42);

        Set<Object> means = new HashSet<>();
        for (Members.Member member : members) {
            TrainingPlan plan = member.plan();
            Preparation.Columns columns = (Preparation.Columns) plan.form().input();
            Preparation.NumberColumn first = columns.columns().stream()
                    .filter(Preparation.NumberColumn.class::isInstance)
                    .map(Preparation.NumberColumn.class::cast)
                    .findFirst()
                    .orElseThrow();
            means.add(first.mean());
            int place = columns.columns().indexOf(first);
            int width = plan.train().width();
            int offset = columns.columns().subList(0, place).stream()
                    .mapToInt(Preparation.Column::numbers)
                    .sum();
            double sum = 0;
            for (int row = 0; row < plan.train().rows(); row++) {
                sum += plan.train().features()[row * width + offset];
            }
            assertThat(sum / plan.train().rows()).as(member.name()).isBetween(-1e-5, 1e-5);
            assertThat(plan.test().rows())
                    .isEqualTo(members.getFirst().plan().test().rows());
        }
        assertThat(means).hasSize(6);
    }

    @Test
    void imagesAreRescaledByTheTrainingImagesOfEachFold(@TempDir Path folder) throws IOException {
        SampleData.idxBars(folder, "tiny", 60, 20, false);
        TaskSetting setting = new TaskSetting(Map.of("data", "tiny"), Optional.of(new DataRoot(folder)));

        List<Members.Member> members =
                new Members(1, 4).plan(TASKS.find("image-classification"), "mlp", Map.of(), setting, 42);

        assertThat(members).allSatisfy(member -> {
            assertThat(member.plan().validation().rows()).isEqualTo(15);
            assertThat(member.plan().test().rows()).isEqualTo(20);
        });
        assertThat(members)
                .extracting(member -> member.plan().network().layers().stream()
                        .map(Object::toString)
                        .filter(layer -> layer.contains("Rescale"))
                        .findFirst()
                        .orElseThrow())
                .doesNotHaveDuplicates();
    }
}
