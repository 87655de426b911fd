package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.specification.AlertRule;
import dev.sluice.search.trial.Measurement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AlarmTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void saysOnceThatAValueIsNoNumber() {
        var alarm = alarm(new AlertRule.NotANumber());

        assertThat(alarm.measured(report(0, "loss", 1))).isEmpty();
        assertThat(alarm.measured(report(1, "loss", Double.NaN)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("loss is NaN at step 1");
        assertThat(alarm.measured(report(2, "loss", Double.POSITIVE_INFINITY))).isEmpty();
    }

    @Test
    void saysThatALossHasRisenSoManyReportsInARow() {
        var alarm = alarm(new AlertRule.Rising("loss", 3));

        for (var value : new double[] {1, 2, 3, 2.5, 2.6, 2.7}) {
            assertThat(alarm.measured(report((long) (value * 10), "loss", value)))
                    .isEmpty();
        }
        assertThat(alarm.measured(report(99, "loss", 2.8)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("loss has risen 3 reports in a row, to 2.8 at step 99");
    }

    @Test
    void aReportWithoutTheMetricAndOneThatStandsStillAreNoRise() {
        var alarm = alarm(new AlertRule.Rising("loss", 2));

        alarm.measured(report(0, "loss", 1));
        alarm.measured(report(1, "loss", 2));
        alarm.measured(report(2, "accuracy", 5));
        assertThat(alarm.measured(report(3, "loss", 2))).isEmpty();
        assertThat(alarm.measured(report(4, "loss", Double.NaN))).isEmpty();
        assertThat(alarm.measured(report(5, "loss", 9))).isEmpty();
        assertThat(alarm.measured(report(6, "loss", 10))).isEmpty();
        assertThat(alarm.measured(report(7, "loss", 11))).hasSize(1);
    }

    @Test
    void twoRulesMayWatchOneMetric() {
        var alarm = alarm(
                new AlertRule.Rising("loss", 1), new AlertRule.Rising("loss", 2), new AlertRule.Above("loss", 2.5));

        alarm.measured(report(0, "loss", 1));
        assertThat(alarm.measured(report(1, "loss", 2))).hasSize(1);
        assertThat(alarm.measured(report(2, "loss", 3)))
                .extracting(found -> found.rule().type())
                .containsExactly("rising", "above");
    }

    @Test
    void saysThatAMetricIsBeyondItsLimit() {
        var alarm = alarm(new AlertRule.Above("grad_norm", 100), new AlertRule.Below("accuracy", 0.1));

        assertThat(alarm.measured(report(0, "grad_norm", 100))).isEmpty();
        assertThat(alarm.measured(report(1, "grad_norm", Double.POSITIVE_INFINITY)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("grad_norm is Infinity at step 1, above 100.0");
        assertThat(alarm.measured(report(2, "accuracy", 0.05)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("accuracy is 0.05 at step 2, below 0.1");
        assertThat(alarm.measured(report(3, "accuracy", Double.NaN))).isEmpty();
    }

    @Test
    void saysThatNothingIsHeard() {
        var alarm = alarm(new AlertRule.Stall(Duration.ofMinutes(10)));

        assertThat(alarm.silent(Duration.ofMinutes(9))).isEmpty();
        assertThat(alarm.silent(Duration.ofMinutes(10)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("nothing was reported for 10m");
        assertThat(alarm.silent(Duration.ofMinutes(20))).isEmpty();
    }

    @Test
    void saysThatGpusAreIdleOnlyWhenTheyWereAllTheTime() {
        var alarm = alarm(new AlertRule.IdleGpu(0.05, Duration.ofMinutes(10)));

        assertThat(alarm.gpusUsed(0.01, NOON)).isEmpty();
        assertThat(alarm.gpusUsed(0.01, NOON.plusSeconds(599))).isEmpty();
        assertThat(alarm.gpusUsed(0.05, NOON.plusSeconds(601))).isEmpty();
        assertThat(alarm.gpusUsed(0.0, NOON.plusSeconds(602))).isEmpty();
        assertThat(alarm.gpusUsed(0.0, NOON.plusSeconds(1202)))
                .singleElement()
                .extracting(Alarm.Found::message)
                .isEqualTo("its GPUs have been used less than 5.0 % for 10m");
    }

    private static Alarm alarm(AlertRule... rules) {
        return new Alarm(List.of(rules));
    }

    private static Measurement report(long step, String metric, double value) {
        return new Measurement(step, Map.of(metric, value));
    }
}
