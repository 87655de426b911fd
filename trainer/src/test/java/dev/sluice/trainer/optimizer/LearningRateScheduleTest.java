package dev.sluice.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.PytorchFixture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateScheduleTest {
    private static final PytorchFixture FIXTURE = PytorchFixture.read("schedules.json");

    static Stream<Named<PytorchFixture>> cases() {
        return FIXTURE.cases().stream()
                .map(each -> Named.of(each.text("schedule") + ", warm-up of " + each.number("warmup"), each));
    }

    private static LearningRateSchedule schedule(PytorchFixture expected) {
        PytorchFixture options = expected.part("options");
        long warmUp = (long) expected.number("warmup");
        long left = (long) FIXTURE.number("steps") - warmUp;
        LearningRateSchedule after = switch (expected.text("schedule")) {
            case "constant" -> new LearningRateSchedule.Constant();
            case "linear" -> new LearningRateSchedule.Linear(left, options.number("final_share"));
            case "cosine" -> new LearningRateSchedule.Cosine(left, options.number("final_share"));
            case "one-cycle" ->
                new LearningRateSchedule.OneCycle((long) options.number("steps"), options.number("rise_share"));
            case "step" -> new LearningRateSchedule.Staircase(options.number("period"), options.number("decay_factor"));
            case "exponential" ->
                new LearningRateSchedule.Exponential(options.number("period"), options.number("decay_factor"));
            default -> throw new IllegalArgumentException("no schedule " + expected.text("schedule"));
        };
        return new LearningRateSchedule.WarmUp(warmUp, after);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesPytorchsRates(PytorchFixture expected) {
        LearningRateSchedule schedule = schedule(expected);
        double[] rates = expected.numbers("rates");
        double base = FIXTURE.number("base");

        for (int step = 1; step <= rates.length; step++) {
            assertThat(base * schedule.factor(step)).as("step %d", step).isCloseTo(rates[step - 1], within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void staysAShareForEver(PytorchFixture expected) {
        LearningRateSchedule schedule = schedule(expected);

        for (long step : new long[] {1, 2, 59, 60, 61, 62, 1000, Long.MAX_VALUE / 2}) {
            assertThat(schedule.factor(step)).as("step %d", step).isBetween(0.0, 1.0);
        }
    }

    @Test
    void standsTrainingsOfASingleStep() {
        assertThat(new LearningRateSchedule.Linear(1, 0).factor(1)).isEqualTo(1);
        assertThat(new LearningRateSchedule.Cosine(1, 0).factor(1)).isEqualTo(1);
        assertThat(new LearningRateSchedule.OneCycle(1, 0.3).factor(1)).isEqualTo(1);
        assertThat(new LearningRateSchedule.OneCycle(2, 0.3).factor(2)).isCloseTo(4e-6, within(1e-12));
    }

    @Test
    void namesWhatIsOutOfRange() {
        assertThatThrownBy(() -> new LearningRateSchedule.Linear(0, 0)).hasMessage("steps must be >= 1, was 0");
        assertThatThrownBy(() -> new LearningRateSchedule.Cosine(1, 1.5))
                .hasMessage("finalShare must be in [0, 1], was 1.5");
        assertThatThrownBy(() -> new LearningRateSchedule.OneCycle(1, 1))
                .hasMessage("riseShare must be in (0, 1), was 1.0");
        assertThatThrownBy(() -> new LearningRateSchedule.Staircase(1, 0))
                .hasMessage("share must be in (0, 1], was 0.0");
    }
}
