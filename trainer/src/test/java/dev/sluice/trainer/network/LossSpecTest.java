package dev.sluice.trainer.network;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LossSpecTest {
    @Test
    void namesWhatIsOutOfRange() {
        assertThatThrownBy(() -> new LossSpec.CrossEntropy(1)).hasMessage("labelSmoothing must be in [0, 1), was 1.0");
        assertThatThrownBy(() -> new LossSpec.Huber(0)).hasMessage("delta must be > 0, was 0.0");
    }
}
