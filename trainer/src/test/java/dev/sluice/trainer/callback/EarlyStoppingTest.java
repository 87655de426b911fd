package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest extends CallbackContract {
    @Override
    Callback create() {
        return new EarlyStopping("early-stopping", "val_loss", Mode.MIN, 4, 0.01);
    }

    /** The epoch at which training is asked to stop; 0: never. */
    private static int stopsAt(EarlyStopping callback, double... values) {
        TrainingControl control = new TrainingControl();
        for (int i = 0; i < values.length; i++) {
            callback.epochEnd(new EpochResult(i + 1, Map.of("m", values[i]), Instant.EPOCH), after(i + 1), control);
            if (control.stopReason().isPresent()) {
                return i + 1;
            }
        }
        return 0;
    }

    @Test
    void stopsAfterPatienceEpochsWithoutProgress() {
        assertThat(stopsAt(new EarlyStopping("e", "m", Mode.MIN, 2, 0), 3, 2, 2, 2, 1))
                .isEqualTo(4);
    }

    @Test
    void startsToWaitAfreshWithEachProgress() {
        assertThat(stopsAt(new EarlyStopping("e", "m", Mode.MAX, 2, 0), 1, 0, 2, 0, 3, 0))
                .isZero();
    }

    @Test
    void takesLessThanMinDeltaForNoProgress() {
        assertThat(stopsAt(new EarlyStopping("e", "m", Mode.MIN, 2, 0.5), 3, 2.6, 2.5))
                .isEqualTo(3);
    }

    @Test
    void takesNaNForNoProgressEvenFromTheStart() {
        assertThat(stopsAt(new EarlyStopping("e", "m", Mode.MIN, 2, 0), Double.NaN, Double.NaN))
                .isEqualTo(2);
    }

    @Test
    void saysWhatItWaitedFor() {
        TrainingControl control = new TrainingControl();
        EarlyStopping callback = new EarlyStopping("e", "m", Mode.MAX, 1, 0);
        callback.epochEnd(new EpochResult(1, Map.of("m", 0.9), Instant.EPOCH), after(1), control);
        callback.epochEnd(new EpochResult(2, Map.of("m", 0.8), Instant.EPOCH), after(2), control);

        assertThat(control.stopReason())
                .isEqualTo(Optional.of(
                        new StopReason.EarlyStopped("m has not got better than 0.9 (epoch 1) for 1 epochs")));
    }
}
