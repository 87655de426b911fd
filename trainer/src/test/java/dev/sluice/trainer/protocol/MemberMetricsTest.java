package dev.sluice.trainer.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemberMetricsTest {
    @Test
    void givesMeansAndTheDeviationOfASample() {
        Map<String, Double> together = MemberMetrics.of(List.of(
                Map.of("val_loss", 1.0, "learning_rate", 0.1, "epoch_seconds", 2.0),
                Map.of("val_loss", 2.0, "learning_rate", 0.3, "epoch_seconds", 3.0),
                Map.of("val_loss", 6.0, "learning_rate", 0.2, "epoch_seconds", 4.0, "grad_norm", 5.0)));

        assertThat(together)
                .containsOnlyKeys("val_loss", "val_loss_std", "learning_rate", "epoch_seconds", "grad_norm")
                .containsEntry("val_loss", 3.0)
                .containsEntry("val_loss_std", Math.sqrt(7))
                .containsEntry("epoch_seconds", 9.0)
                .containsEntry("grad_norm", 5.0);
        assertThat(together.get("learning_rate")).isCloseTo(0.2, org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void oneThatHasDivergedOrNeverEndedAnEpochIsNotPassedOver() {
        assertThat(MemberMetrics.of(List.of(Map.of("val_loss", 1.0), Map.of("val_loss", Double.NaN))))
                .containsEntry("val_loss", Double.NaN)
                .containsEntry("val_loss_std", Double.NaN);
        assertThat(MemberMetrics.of(List.of(Map.of("val_loss", 1.0), Map.of()))).containsEntry("val_loss", Double.NaN);
    }

    @Test
    void namesWhatIsMeasuredTwice() {
        assertThat(MemberMetrics.names(List.of("train_loss", "learning_rate", "val_r2", "test_rmse")))
                .containsExactly(
                        "train_loss",
                        "train_loss_std",
                        "learning_rate",
                        "val_r2",
                        "val_r2_std",
                        "test_rmse",
                        "test_rmse_std");
    }
}
