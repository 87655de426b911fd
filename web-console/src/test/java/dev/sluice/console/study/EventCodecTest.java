package dev.sluice.console.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.study.StudyEvent;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.TrialId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written to the event table is read back equal, and its form on disk stays. */
final class EventCodecTest {
    private static final TrialId TRIAL = new TrialId(7);

    static List<SweepEvent> events() {
        var params = new LinkedHashMap<String, Object>();
        params.put("lr", 1.0);
        params.put("tiny", Double.MIN_VALUE);
        params.put("hidden", 1L << 53);
        params.put("optimizer", "adam \"x\" \u0000 ☃");
        params.put("nesterov", true);
        params.put("looks like a number", "1");
        var values = ParameterValues.ofPlain(params);
        return List.of(
                studied(new StudyEvent.TrialAsked(TRIAL, values, (1L << 31) - 1, 41, "a reason")),
                studied(new StudyEvent.TrialEnqueued(TRIAL, values, 0)),
                studied(new StudyEvent.TrialImported(
                        TRIAL, values, new Outcome.Completed(Map.of("loss", 0.5)), "sweep digits, trial 3")),
                studied(new StudyEvent.TrialImported(TRIAL, values, new Outcome.Infeasible("too large"), "digits")),
                studied(new StudyEvent.AttemptStarted(TRIAL, 3, -1)),
                studied(new StudyEvent.AttemptStarted(TRIAL, 4, 1L << 53)),
                studied(new StudyEvent.MeasurementReported(
                        TRIAL,
                        new Measurement(
                                5,
                                Map.of(
                                        "a",
                                        Double.NaN,
                                        "b",
                                        Double.POSITIVE_INFINITY,
                                        "c",
                                        Double.NEGATIVE_INFINITY,
                                        "d",
                                        -0.0,
                                        "e",
                                        0.1 + 0.2)),
                        true,
                        "poor")),
                studied(new StudyEvent.MeasurementReported(TRIAL, Measurement.of(0, "a", 1e308), false, "")),
                studied(new StudyEvent.TrialTold(TRIAL, new Outcome.Completed(Map.of("a", Double.NaN)))),
                studied(new StudyEvent.TrialTold(TRIAL, new Outcome.Pruned("p"))),
                studied(new StudyEvent.TrialTold(TRIAL, new Outcome.Infeasible("i"))),
                studied(new StudyEvent.TrialTold(TRIAL, new Outcome.Failed("f"))),
                studied(new StudyEvent.TrialTold(TRIAL, new Outcome.Cancelled(""))),
                studied(new StudyEvent.TrialRequeued(TRIAL, "lost")),
                new SweepEvent.StateChanged(SweepState.STOPPING, "stopped by a user"),
                new SweepEvent.WarmStarted(List.of(
                        new EarlierSweep(new UUID(1, 2), "digits", 12, 3, List.of("2 trials: x is new here")),
                        new EarlierSweep(new UUID(1, 3), "más", 0, 0, List.of()))),
                new SweepEvent.AttemptStopping(7, 2, "why"),
                new SweepEvent.AttemptEnded(7, 2, AttemptState.PREEMPTED, ""));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsReadBackEqual(SweepEvent event) {
        var stored = EventCodec.write(event);
        assertThat(EventCodec.read(stored.kind(), event.trial(), stored.payload()))
                .isEqualTo(event);
    }

    @Test
    void theFormOnDiskStays() {
        var report = new StudyEvent.MeasurementReported(TRIAL, Measurement.of(5, "loss", Double.NaN), true, "poor");
        assertThat(EventCodec.write(studied(report)))
                .isEqualTo(new EventCodec.Stored(
                        "REPORTED", "{\"step\":5,\"values\":{\"loss\":\"NaN\"},\"prune\":true,\"reason\":\"poor\"}"));
    }

    @Test
    void aKindOfALaterVersionIsNamed() {
        assertThatThrownBy(() -> EventCodec.read("EDITED", 1, "{}")).hasMessageContaining("EDITED");
    }

    private static SweepEvent studied(StudyEvent event) {
        return new SweepEvent.Studied(event);
    }
}
