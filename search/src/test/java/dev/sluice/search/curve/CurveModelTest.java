package dev.sluice.search.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.Direction;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.Objective;
import dev.sluice.search.trial.Outcome;
import dev.sluice.search.trial.Trial;
import dev.sluice.search.trial.TrialId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CurveModelTest {
    private static final Objective LOSS = Objective.minimize("loss");
    private static final int STEPS = 16;

    private final List<Trial> concluded = new ArrayList<>();
    private final CurveModel model = new CurveModel();

    /** At step s of 16 {@code level * (1 + 2 (1 - s/16))}, and noise. */
    private static Trial trial(Objective objective, int number, double level, int steps, double noise, double sign) {
        var random = new SplittableRandom(number);
        var trial = Trial.queued(new TrialId(number), Goals.of(objective), ParameterValues.empty(), 1, "test")
                .started(1, -1);
        for (int step = 1; step <= steps; step++) {
            double value = level * (1 + 2 * (1 - step / 16.0)) + noise * random.nextDouble();
            trial = trial.reported(Measurement.of(step, "loss", sign * value));
        }
        return trial.told(steps < STEPS ? new Outcome.Pruned("test") : Outcome.Completed.asReported());
    }

    /** Every third one ran to its end, the others to step 1 or 4. */
    private void learn(int trials, double noise) {
        var random = new SplittableRandom(7);
        for (int i = 0; i < trials; i++) {
            int steps = i % 3 == 0 ? STEPS : i % 3 == 1 ? 1 : 4;
            concluded.add(trial(LOSS, i, 0.1 + random.nextDouble(), steps, noise, 1));
        }
        model.update(LOSS, concluded);
    }

    @Test
    void foreseesWhatCurvesOfOneShapeComeTo() {
        learn(200, 0);
        for (double level : new double[] {0.3, 0.5, 0.8}) {
            var prediction = model.predict(LOSS, trial(LOSS, 999, level, 4, 0, 1));
            assertThat(prediction.cost()).isCloseTo(level, within(0.1));
            assertThat(prediction.deviation()).isBetween(0.0, 0.2);
        }
    }

    @Test
    void isLessSureOfLessAndOfNoise() {
        learn(200, 0.5);
        double early = model.predict(LOSS, trial(LOSS, 999, 0.5, 1, 0, 1)).deviation();
        double late = model.predict(LOSS, trial(LOSS, 999, 0.5, 4, 0, 1)).deviation();
        assertThat(early).isGreaterThan(late);
    }

    @Test
    void ranksAsTheEarlyValuesDo() {
        learn(60, 0.1);
        double before = 0;
        for (double level = 0.1; level < 1.2; level += 0.1) {
            double cost = model.predict(LOSS, trial(LOSS, 999, level, 1, 0, 1)).cost();
            assertThat(cost).isGreaterThanOrEqualTo(before);
            before = cost;
        }
    }

    @Test
    void takesATrialForWhatItHasShownWhereNoneWentFurther() {
        concluded.add(trial(LOSS, 0, 0.5, 1, 0, 1));
        concluded.add(trial(LOSS, 1, 0.7, 1, 0, 1));
        model.update(LOSS, concluded);
        assertThat(model.predict(LOSS, concluded.getFirst()).cost()).isCloseTo(0.5 * 2.875, within(1e-9));
    }

    @Test
    void neverForeseesWorseThanWhatWasReached() {
        learn(60, 0.5);
        for (Trial trial : concluded) {
            assertThat(model.predict(LOSS, trial).cost())
                    .isLessThanOrEqualTo(trial.objectiveValue(0).orElseThrow());
        }
    }

    @Test
    void aMirroredObjectiveGivesTheSameCosts() {
        learn(60, 0.2);
        var score = Objective.maximize("loss");
        var mirrored = new ArrayList<Trial>();
        var random = new SplittableRandom(7);
        for (int i = 0; i < 60; i++) {
            int steps = i % 3 == 0 ? STEPS : i % 3 == 1 ? 1 : 4;
            mirrored.add(trial(score, i, 0.1 + random.nextDouble(), steps, 0.2, -1));
        }
        var other = new CurveModel();
        other.update(score, mirrored);
        assertThat(score.direction()).isEqualTo(Direction.MAXIMIZE);
        assertThat(other.predict(score, mirrored.get(1))).isEqualTo(model.predict(LOSS, concluded.get(1)));
    }

    @Test
    void knowsTheSameWhetherItFollowedOrBeginsNow() {
        learn(97, 0.3);
        var follower = new CurveModel();
        for (int n = 1; n <= 97; n++) {
            follower.update(LOSS, concluded.subList(0, n));
        }
        for (Trial trial : concluded) {
            assertThat(follower.predict(LOSS, trial)).isEqualTo(model.predict(LOSS, trial));
        }
    }

    @Test
    void saysHowLikelyATrialIsToEndBelow() {
        learn(200, 0.1);
        assertThat(model.chance(LOSS, 0.3, 1, 0.5)).isEqualTo(1);
        double good = model.chance(LOSS, 0.6, 1, 0.3);
        double bad = model.chance(LOSS, 2.5, 1, 0.3);
        assertThat(good).isGreaterThan(0.3);
        assertThat(bad).isLessThan(0.05);
    }

    @Test
    void copesWithNaNAndInfinity() {
        learn(30, 0.1);
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            concluded.add(Trial.queued(new TrialId(31), Goals.of(LOSS), ParameterValues.empty(), 1, "test")
                    .started(1, -1)
                    .reported(Measurement.of(1, "loss", value))
                    .told(new Outcome.Pruned("test")));
        }
        model.update(LOSS, concluded);
        assertThat(model.predict(LOSS, concluded.getLast()).cost()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(model.predict(LOSS, concluded.get(30)).cost()).isNaN();
        assertThat(model.predict(LOSS, concluded.get(1)).cost()).isFinite();
    }
}
