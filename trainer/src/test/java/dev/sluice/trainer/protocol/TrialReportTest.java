package dev.sluice.trainer.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.json.JsonText;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrialReportTest {
    @Test
    void carriesNaNAndInfinitiesThroughJson() {
        TrialReport report = new TrialReport(
                4,
                List.of(new TrialReport.Point(
                        9, Map.of("a", Double.NaN, "b", Double.NEGATIVE_INFINITY, "c", 0.1 + 0.2, "d", -0.0))));

        TrialReport back = TrialReport.ofTree(JsonText.readObject(JsonText.write(report.toTree())));

        assertThat(back).isEqualTo(report);
    }

    @Test
    void refusesAnEmptyReport() {
        assertThatThrownBy(() -> new TrialReport(1, List.of())).hasMessageContaining("points must not be empty");
    }

    @Test
    void readsADirectiveInAnyCase() {
        assertThat(ReportReply.ofTree(Map.of("directive", "stop", "reason", "slow", "expiresAt", "x")))
                .isEqualTo(new ReportReply(Signal.STOP, "slow"));
    }

    @Test
    void saysWhichDirectivesThereAre() {
        assertThatThrownBy(() -> ReportReply.ofTree(Map.of("directive", "HALT")))
                .hasMessage("reply.directive must be CONTINUE, CHECKPOINT or STOP, was \"HALT\"");
    }
}
