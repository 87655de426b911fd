package dev.sluice.search.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.ParameterValues;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrialTest {
    private static final Objective LOSS = Objective.minimize("loss");

    private static Trial running(Objective... objectives) {
        return Trial.queued(new TrialId(0), Goals.of(objectives), ParameterValues.empty(), 7, "test")
                .started(1, -1);
    }

    private static Trial reporting(Trial trial, double... values) {
        Trial now = trial;
        for (double value : values) {
            now = now.reported(Measurement.of(now.lastStep() + 1, "loss", value));
        }
        return now;
    }

    @ParameterizedTest
    @EnumSource
    void knowsTheLegalTransitions(TrialState state) {
        var legal = EnumSet.noneOf(TrialState.class);
        for (TrialState next : TrialState.values()) {
            if (state.canBecome(next)) {
                legal.add(next);
            }
        }
        assertThat(legal)
                .isEqualTo(
                        switch (state) {
                            case QUEUED -> EnumSet.of(TrialState.RUNNING, TrialState.CANCELLED);
                            case RUNNING -> EnumSet.complementOf(EnumSet.of(TrialState.RUNNING));
                            case COMPLETE, PRUNED, INFEASIBLE -> EnumSet.noneOf(TrialState.class);
                            case FAILED, CANCELLED -> EnumSet.of(TrialState.QUEUED);
                        });
    }

    @Test
    void showsItsBestValueAndWhere() {
        var trial = reporting(running(LOSS), 3, 1, 2);
        assertThat(trial.objectiveValue(0)).hasValue(1);
        assertThat(trial.objectiveStep(0)).hasValue(1);
    }

    @Test
    void showsItsLastValueWhereThatIsAsked() {
        var trial = reporting(running(new Objective("loss", Direction.MINIMIZE, Report.LAST)), 3, 1, 2);
        assertThat(trial.objectiveValue(0)).hasValue(2);
    }

    @Test
    void showsNaNOnlyWhereThereIsNothingElse() {
        assertThat(reporting(running(LOSS), Double.NaN).objectiveValue(0)).hasValue(Double.NaN);
        assertThat(reporting(running(LOSS), Double.NaN, 5, Double.NaN).objectiveValue(0))
                .hasValue(5);
        assertThat(reporting(running(LOSS)).objectiveValue(0)).isEmpty();
    }

    @Test
    void countsAFinalValueAsOneMoreReport() {
        var trial = reporting(running(LOSS), 3, 1);
        assertThat(trial.told(new Outcome.Completed(Map.of("loss", 2.0))).objectiveValue(0))
                .hasValue(1);
        var better = trial.told(new Outcome.Completed(Map.of("loss", 0.5)));
        assertThat(better.objectiveValue(0)).hasValue(0.5);
        assertThat(better.objectiveStep(0)).isEmpty();
        assertThat(better.measurements()).hasSize(2);
    }

    @Test
    void cannotCompleteWithoutAValue() {
        assertThatThrownBy(() -> running(LOSS).told(Outcome.Completed.asReported()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without a value of loss");
    }

    @Test
    void stepsMustRise() {
        var trial = reporting(running(LOSS), 3, 1);
        assertThatThrownBy(() -> trial.reported(Measurement.of(1, "loss", 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be above 1");
        assertThatThrownBy(() -> Measurement.of(-1, "loss", 0)).hasMessageContaining("step must be >= 0");
    }

    @Test
    void dropsEverythingWhenItBeginsAfresh() {
        var again = reporting(running(LOSS), 3, 1).requeued("lost").started(2, -1);
        assertThat(again.measurements()).isEmpty();
        assertThat(again.objectiveValue(0)).isEmpty();
        assertThat(again.lastStep()).isEqualTo(Trial.NO_STEP);
        assertThat(again.attempt()).isEqualTo(2);
    }

    @Test
    void keepsWhatItReportedUpToWhereItResumes() {
        var before = reporting(running(LOSS), 3, 2, 0.1, 0.2).requeued("lost");
        var again = before.started(2, 1);
        assertThat(again.measurements()).extracting(Measurement::step).containsExactly(0L, 1L);
        assertThat(again.objectiveValue(0)).hasValue(2);
        var later = again.reported(Measurement.of(2, "loss", 9));
        assertThat(later.measurements()).hasSize(3);
        assertThat(before.measurements().get(2).value("loss")).hasValue(0.1);
    }

    @Test
    void keepsItsMeasurementsWhileItWaits() {
        assertThat(reporting(running(LOSS), 3, 1).requeued("lost").objectiveValue(0))
                .hasValue(1);
    }

    @Test
    void forgetsTheVerdictOfAnEarlierAttempt() {
        var condemned = reporting(running(LOSS), 3).condemned("poor");
        assertThat(condemned.condemned("poorer").pruneVerdict()).contains("poor");
        assertThat(condemned.told(new Outcome.Pruned("poor")).pruneVerdict()).contains("poor");
        assertThat(condemned.requeued("lost").started(2, -1).pruneVerdict()).isEmpty();
    }

    @Test
    void attemptsMustRise() {
        assertThatThrownBy(() -> running(LOSS).requeued("lost").started(1, -1)).hasMessageContaining("must be above 1");
    }

    @Test
    void saysWhichStateForbidsWhat() {
        var complete = reporting(running(LOSS), 1).told(Outcome.Completed.asReported());
        assertThatThrownBy(() -> complete.requeued("again"))
                .isInstanceOf(IllegalTransitionException.class)
                .hasMessage("trial 0 is COMPLETE and cannot be queued again");
        assertThatThrownBy(() -> complete.reported(Measurement.of(9, "loss", 1)))
                .hasMessage("trial 0 is COMPLETE and cannot report");
        assertThatThrownBy(() -> complete.told(new Outcome.Failed("x")))
                .hasMessage("trial 0 is COMPLETE and cannot become FAILED");
    }

    @Test
    void readsARungAtTheFirstReportThatReachesIt() {
        var trial = running(LOSS)
                .reported(Measurement.of(2, "loss", 5))
                .reported(Measurement.of(6, "loss", 4))
                .reported(Measurement.of(9, "other", 3));
        assertThat(trial.valueAtStep(0, 1)).hasValue(5);
        assertThat(trial.valueAtStep(0, 2)).hasValue(5);
        assertThat(trial.valueAtStep(0, 3)).hasValue(4);
        assertThat(trial.valueAtStep(0, 7)).isEmpty();
        assertThat(trial.valueAtStep(0, 10)).isEmpty();
    }

    @Test
    void doesNotChangeWhenALaterOneGrows() {
        var first = reporting(running(LOSS), 1);
        var left = first.reported(Measurement.of(1, "loss", 2));
        var right = first.reported(Measurement.of(1, "loss", 3));
        assertThat(first.measurements()).hasSize(1);
        assertThat(left.measurements().getLast().value("loss")).hasValue(2);
        assertThat(right.measurements().getLast().value("loss")).hasValue(3);
    }
}
