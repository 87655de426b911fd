package dev.sluice.search.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.search.space.ParameterValues;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomeConstraintTest {
    private static final OutcomeConstraint LATENCY = OutcomeConstraint.parse("latency_ms <= 20");

    private static Trial running() {
        var goals = new Goals(
                List.of(Objective.minimize("loss")), List.of(LATENCY, OutcomeConstraint.parse("`top-5` >= 0.9")));
        return Trial.queued(new TrialId(0), goals, ParameterValues.empty(), 7, "test")
                .started(1, Trial.NO_STEP);
    }

    @Test
    void readsWhatItWrites() {
        assertThat(LATENCY).isEqualTo(new OutcomeConstraint("latency_ms", OutcomeConstraint.Bound.AT_MOST, 20));
        assertThat(OutcomeConstraint.parse("`top-5`>=0.25"))
                .isEqualTo(new OutcomeConstraint("top-5", OutcomeConstraint.Bound.AT_LEAST, 0.25));
        for (var text : List.of("latency_ms <= 20", "`top-5` >= 0.25", "x <= -1.0E-7")) {
            assertThat(OutcomeConstraint.parse(text)).hasToString(text);
        }
    }

    @Test
    void saysWhatIsMeantInsteadOfSomethingElse() {
        assertThatThrownBy(() -> OutcomeConstraint.parse("latency_ms < 20"))
                .hasMessage("'latency_ms < 20' is no constraint; a metric, <= or >=, and a number are meant, "
                        + "as in latency_ms <= 20");
        assertThatThrownBy(() -> OutcomeConstraint.parse("20 >= latency_ms"))
                .hasMessage("'20 >= latency_ms' has its sides exchanged; write the metric first: latency_ms <= 20");
        assertThatThrownBy(() -> OutcomeConstraint.parse("5 <= latency_ms <= 20"))
                .hasMessage("'5 <= latency_ms <= 20' is two constraints; write them one by one: latency_ms >= 5 and"
                        + " latency_ms <= 20");
        assertThatThrownBy(() -> OutcomeConstraint.parse("latency_ms <= fast"))
                .hasMessageStartingWith("'fast' in the constraint 'latency_ms <= fast' is no number");
        for (var slip : List.of("20d", "20f", "0x1p3", "2e", "1,5")) {
            assertThatThrownBy(() -> OutcomeConstraint.parse("latency_ms <= " + slip))
                    .hasMessageStartingWith("'" + slip + "' in the constraint");
        }
        assertThatThrownBy(() -> OutcomeConstraint.parse("latency_ms <= Infinity"))
                .hasMessage("the limit of the constraint on latency_ms must be finite, was Infinity");
    }

    @Test
    void isBrokenByWhatIsBeyondTheLimit() {
        assertThat(LATENCY.violation(20)).isZero();
        assertThat(LATENCY.violation(23)).isEqualTo(3);
        assertThat(OutcomeConstraint.parse("x >= 1").violation(0.5)).isEqualTo(0.5);
        assertThat(LATENCY.violation(Double.NaN)).isInfinite();
    }

    @Test
    void aTrialIsFeasibleOnceAllMetricsKeepToTheirLimits() {
        var trial = running();
        assertThat(trial.isFeasible()).isFalse();

        trial = trial.reported(new Measurement(1, Map.of("loss", 1.0, "latency_ms", 22.0, "top-5", 0.8)));
        assertThat(trial.constraintViolation()).hasValue(2.1);
        assertThat(trial.isFeasible()).isFalse();

        trial = trial.reported(new Measurement(2, Map.of("latency_ms", 18.0, "top-5", 0.95)));
        assertThat(trial.constraintViolation()).hasValue(0);
        assertThat(trial.isFeasible()).isTrue();
        assertThat(trial.told(new Outcome.Infeasible("out of memory")).isFeasible())
                .isFalse();
    }

    @Test
    void theLastValueCountsAlsoWhereItComesWithTheOutcome() {
        var trial = running()
                .reported(new Measurement(1, Map.of("loss", 1.0, "latency_ms", 18.0, "top-5", 0.95)))
                .told(new Outcome.Completed(Map.of("latency_ms", 21.0)));

        assertThat(trial.constraintValue(0)).hasValue(21);
        assertThat(trial.isFeasible()).isFalse();
    }

    @Test
    void ofAnObjectiveTheValueThatCountsIsHeldAgainstTheLimit() {
        var goals = new Goals(List.of(Objective.minimize("loss")), List.of(OutcomeConstraint.parse("loss <= 2")));
        var trial = Trial.queued(new TrialId(0), goals, ParameterValues.empty(), 1, "")
                .started(1, -1)
                .reported(Measurement.of(1, "loss", 1))
                .reported(Measurement.of(2, "loss", 3));

        assertThat(trial.objectiveValue(0)).hasValue(1);
        assertThat(trial.constraintValue(0)).hasValue(1);
        assertThat(trial.isFeasible()).isTrue();
    }

    @Test
    void noMetricIsHeldTwiceAgainstTheSameSide() {
        assertThatThrownBy(() -> new Goals(
                        List.of(Objective.minimize("loss")),
                        List.of(LATENCY, OutcomeConstraint.parse("latency_ms <= 9"))))
                .hasMessage("constraints must differ, but latency_ms <= is there twice; keep the stricter one");
    }

    @Test
    void constraintsLeaveRoomBetweenThem() {
        assertThatThrownBy(() -> new Goals(
                        List.of(Objective.minimize("loss")),
                        List.of(OutcomeConstraint.parse("latency_ms >= 21"), LATENCY)))
                .hasMessage("constraints must leave results to keep to them, "
                        + "but none is both latency_ms <= 20 and latency_ms >= 21");
        assertThat(new Goals(
                                List.of(Objective.minimize("loss")),
                                List.of(LATENCY, OutcomeConstraint.parse("latency_ms >= 20")))
                        .constraints())
                .hasSize(2);
    }
}
