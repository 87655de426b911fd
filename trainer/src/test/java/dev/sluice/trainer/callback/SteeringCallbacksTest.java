package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The callbacks that look at steps and change the course of training. */
class SteeringCallbacksTest {
    private static final CallbackSetting SETTING = new CallbackSetting(
            Path.of("/trial"), "val_accuracy", Mode.MAX, List.of("val_loss", "val_accuracy"), Map.of());

    private static Callback declared(String type, Object... options) {
        Map<String, Object> declaration = new java.util.LinkedHashMap<>();
        declaration.put("type", type);
        for (int i = 0; i < options.length; i += 2) {
            declaration.put((String) options[i], options[i + 1]);
        }
        return CallbackCatalog.standard()
                .create(List.of(declaration), SETTING)
                .get(0)
                .callback();
    }

    private static CallbackContract.Step step(long number, double loss, double norm) {
        return new CallbackContract.Step(number, loss, norm, 0.1, 4);
    }

    private static TrainingProgress at(long step) {
        return new TrainingProgress(0, 0, step, 10, 100);
    }

    private static Map<String, Double> epoch(Callback callback, TrainingControl control) {
        callback.evaluateEnd(new EvaluationResult(Map.of(), true, Instant.EPOCH), at(1), control);
        return control.takeForEpoch();
    }

    private static EpochResult result(int epoch, double loss) {
        return new EpochResult(epoch, Map.of("val_loss", loss), Instant.EPOCH);
    }

    @Nested
    class Clipping extends CallbackContract {
        @Override
        Callback create() {
            return declared("gradient-clipping", "maxNorm", 0.5);
        }

        @Test
        void bringsLargeGradientsDownToTheLimitAndLeavesSmallOnes() {
            TrainingControl control = new TrainingControl();
            Callback callback = create();

            callback.preOptimizerStep(step(1, 1, 2), at(0), control);
            assertThat(control.takeGradientFactor()).isEqualTo(0.25);
            callback.preOptimizerStep(step(2, 1, 0.5), at(1), control);
            assertThat(control.takeGradientFactor()).isEqualTo(1);
            callback.preOptimizerStep(step(3, 1, Double.NaN), at(2), control);
            assertThat(control.takeGradientFactor()).isEqualTo(1);

            assertThat(epoch(callback, control))
                    .isEqualTo(Map.of("grad_norm", 1.25, "grad_norm_max", 2.0, "clipped_share", 0.5));
        }
    }

    @Nested
    class Norm extends CallbackContract {
        @Override
        Callback create() {
            return declared("gradient-norm");
        }

        @Test
        void changesNothing() {
            TrainingControl control = new TrainingControl();
            Callback callback = create();

            callback.preOptimizerStep(step(1, 1, 1e9), at(0), control);

            assertThat(control.takeGradientFactor()).isEqualTo(1);
            assertThat(epoch(callback, control)).containsOnlyKeys("grad_norm", "grad_norm_max");
        }
    }

    @Nested
    class Guard extends CallbackContract {
        @Override
        Callback create() {
            return declared("divergence-guard", "explosion", 20.0, "action", "roll-back", "maxRollBacks", 100);
        }

        @Test
        void givesUpStepsThatAreNoNumbers() {
            TrainingControl control = new TrainingControl();
            Callback callback = declared("divergence-guard");

            callback.backwardEnd(step(1, Double.NaN, 1), at(0), control);
            assertThat(control.takeSkipStep()).isTrue();
            callback.backwardEnd(step(2, 1, Double.POSITIVE_INFINITY), at(1), control);
            assertThat(control.takeSkipStep()).isTrue();
            callback.backwardEnd(step(3, 1, 1), at(2), control);
            assertThat(control.takeSkipStep()).isFalse();

            assertThat(control.takeAlerts()).extracting(Alert::message).containsExactly("the loss is NaN at step 1");
            assertThat(control.rollBackReason()).isEmpty();
            assertThat(epoch(callback, control)).isEqualTo(Map.of("skipped_steps", 2.0));
        }

        @Test
        void endsTrainingAfterTooManyInARow() {
            TrainingControl control = new TrainingControl();
            Callback callback = declared("divergence-guard", "maxInARow", 3);
            for (int number = 1; number <= 3; number++) {
                callback.backwardEnd(step(number, Double.NaN, 1), at(0), control);
            }

            assertThat(control.stopReason())
                    .contains(new StopReason.EarlyStopped("the loss is NaN at step 3, 3 in a row"));
        }

        @Test
        void knowsAnExplosionFromTheUsualOnceThereIsAUsual() {
            TrainingControl control = new TrainingControl();
            Callback callback = declared("divergence-guard", "explosion", 10.0);
            callback.backwardEnd(step(1, 1, 50), at(0), control);
            assertThat(control.takeSkipStep()).isFalse();
            for (int number = 2; number <= 300; number++) {
                callback.backwardEnd(step(number, 1, 1), at(0), control);
            }
            callback.backwardEnd(step(301, 1, 9), at(0), control);
            assertThat(control.takeSkipStep()).isFalse();
            callback.backwardEnd(step(302, 1, 50), at(0), control);
            assertThat(control.takeSkipStep()).isTrue();
        }

        @Test
        void rollsBackWithALowerRateUntilItHasDoneSoOftenEnough() {
            TrainingControl control = new TrainingControl();
            Callback callback =
                    declared("divergence-guard", "action", "roll-back", "maxRollBacks", 1, "rateFactor", 0.25);
            assertThat(callback.mayRollBack()).isTrue();

            callback.backwardEnd(step(7, Double.NaN, 1), at(6), control);
            assertThat(control.rollBackReason()).contains("the loss is NaN at step 7");
            assertThat(control.takeLearningRateFactor()).isEqualTo(0.25);
            assertThat(control.stopReason()).isEmpty();
            callback.backwardEnd(step(9, Double.NaN, 1), at(8), control);

            assertThat(control.stopReason())
                    .contains(new StopReason.EarlyStopped("the loss is NaN at step 9, after 1 roll-back"));
        }

        @Test
        void asksForNoGradientsWhenToldNotTo() {
            StepView blind = new StepView() {
                @Override
                public long number() {
                    return 1;
                }

                @Override
                public double loss() {
                    return 1;
                }

                @Override
                public double gradientNorm() {
                    throw new AssertionError("measured");
                }

                @Override
                public double learningRate() {
                    return 1;
                }

                @Override
                public int samples() {
                    return 1;
                }
            };

            declared("divergence-guard", "gradients", false).backwardEnd(blind, at(0), new TrainingControl());
        }
    }

    @Nested
    class Alarm extends CallbackContract {
        @Override
        Callback create() {
            return declared("loss-alarm", "everySteps", 2, "rising", 2, "action", "roll-back", "maxRollBacks", 99);
        }

        /** The steps at which the alarm is raised by these losses, one a step. */
        private static List<String> alarms(Callback callback, double... losses) {
            TrainingControl control = new TrainingControl();
            List<String> alarms = new ArrayList<>();
            for (int i = 0; i < losses.length; i++) {
                LogEntry entry = new LogEntry(i + 1, 0, Map.of("loss", losses[i]), false, Instant.EPOCH);
                callback.log(entry, at(i + 1), control);
                int step = i + 1;
                control.takeAlerts()
                        .forEach(alert ->
                                alarms.add(step + " " + alert.message().replaceAll("[ ,].*? (rose|jumped).*", " $1")));
            }
            return alarms;
        }

        @Test
        void tellsOfALossThatRisesSeveralTimesInARow() {
            assertThat(alarms(declared("loss-alarm", "everySteps", 1, "rising", 3), 5, 4, 4.1, 4.2, 4.0, 4.1, 4.2, 4.3))
                    .containsExactly("8 the rose");
        }

        @Test
        void tellsOfASpikeAndThatAlone() {
            double[] losses = new double[40];
            for (int i = 0; i < losses.length; i++) {
                losses[i] = 2 + 0.1 * Math.sin(i);
            }
            losses[30] = 9;

            assertThat(alarms(declared("loss-alarm", "everySteps", 1, "rising", 0), losses))
                    .containsExactly("31 the jumped");
        }

        @Test
        void comparesMeansOverItsOwnStepsWhateverOthersLog() {
            assertThat(alarms(declared("loss-alarm", "everySteps", 2, "rising", 2), 1, 3, 2, 4, 0, 8))
                    .containsExactly("6 the rose");
            assertThat(alarms(declared("loss-alarm", "everySteps", 2, "rising", 2), 1, 3, 0, 3, 0, 8))
                    .isEmpty();
        }

        @Test
        void takesNoNoticeOfWhatIsNoNumber() {
            assertThat(alarms(
                            declared("loss-alarm", "everySteps", 1, "rising", 1),
                            2,
                            Double.NaN,
                            1,
                            Double.POSITIVE_INFINITY))
                    .isEmpty();
        }
    }

    @Nested
    class Plateau extends CallbackContract {
        @Override
        Callback create() {
            return declared("reduce-on-plateau", "monitor", "val_loss", "patience", 2, "coolDown", 1);
        }

        private static List<Double> factors(Callback callback, double... losses) {
            TrainingControl control = new TrainingControl();
            List<Double> factors = new ArrayList<>();
            for (int i = 0; i < losses.length; i++) {
                callback.epochEnd(result(i + 1, losses[i]), at(i + 1), control);
                factors.add(control.takeLearningRateFactor());
            }
            return factors;
        }

        @Test
        void lowersTheRateAfterPatienceEpochsWithoutProgress() {
            assertThat(factors(
                            declared("reduce-on-plateau", "monitor", "val_loss", "patience", 2, "factor", 0.5),
                            3,
                            2,
                            2,
                            2,
                            1,
                            1))
                    .containsExactly(1.0, 1.0, 1.0, 0.5, 1.0, 1.0);
        }

        @Test
        void letsTheLoweredRateWorkBeforeItCountsAgain() {
            assertThat(factors(
                            declared(
                                    "reduce-on-plateau",
                                    "monitor",
                                    "val_loss",
                                    "patience",
                                    1,
                                    "factor",
                                    0.5,
                                    "coolDown",
                                    2),
                            1,
                            1,
                            1,
                            1,
                            1))
                    .containsExactly(1.0, 0.5, 1.0, 1.0, 0.5);
        }

        @Test
        void stopsAtTheLowestRate() {
            assertThat(factors(
                            declared(
                                    "reduce-on-plateau",
                                    "monitor",
                                    "val_loss",
                                    "patience",
                                    1,
                                    "factor",
                                    0.1,
                                    "lowest",
                                    0.05),
                            1,
                            1,
                            1,
                            1))
                    .containsExactly(1.0, 0.1, 0.5, 1.0);
        }
    }

    @Nested
    class RateMonitor extends CallbackContract {
        @Override
        Callback create() {
            return declared("learning-rate", "everySteps", 3);
        }

        @Test
        void givesTheMeanOverTheEpochsSteps() {
            TrainingControl control = new TrainingControl();
            Callback callback = create();
            callback.optimizerStep(new CallbackContract.Step(1, 1, 1, 0.1, 1), at(0), control);
            callback.optimizerStep(new CallbackContract.Step(2, 1, 1, 0.3, 1), at(1), control);

            assertThat(epoch(callback, control).get("learning_rate_mean")).isCloseTo(0.2, within(1e-12));
            assertThat(epoch(callback, control)).isEmpty();
        }
    }

    @Nested
    class Average extends CallbackContract {
        @Override
        Callback create() {
            return declared("weight-average", "decay", 0.9, "firstStep", 5);
        }

        @Test
        void forgetsFasterAtFirst() {
            TrainingControl control = new TrainingControl();
            Callback callback = create();
            callback.optimizerStep(step(4, 1, 1), at(3), control);
            assertThat(control.takeAverageDecay()).isEmpty();
            callback.optimizerStep(step(5, 1, 1), at(4), control);
            assertThat(control.takeAverageDecay()).hasValue(0.1);
            callback.optimizerStep(step(5000, 1, 1), at(4), control);
            assertThat(control.takeAverageDecay()).hasValue(0.9);
        }
    }

    @Nested
    class Evaluations extends CallbackContract {
        @Override
        Callback create() {
            return declared("evaluation", "everySteps", 4);
        }
    }

    @Nested
    class StoppingAtSaves extends CallbackContract {
        @Override
        Callback create() {
            return declared("early-stopping", "at", "save", "patience", 2, "action", "alert");
        }

        private static void saved(Callback callback) {
            callback.checkpointSaved(new Checkpoint(
                    Path.of("x"), CheckpointName.after(1), new TrainingSnapshot(Map.of(), Map.of(), Map.of())));
        }

        @Test
        void letsTrainingWaitForTheDiskWhereItLooksAtCheckpointsAlone() {
            assertThat(new CallbackChain(List.of(declared("early-stopping", "at", "save"))).mayHearOfCheckpointsLater())
                    .isFalse();
            assertThat(new CallbackChain(List.of(declared("early-stopping"))).mayHearOfCheckpointsLater())
                    .isTrue();
        }

        @Test
        void countsCheckpointsAndNotEpochs() {
            Callback callback =
                    declared("early-stopping", "monitor", "val_loss", "at", "save", "patience", 2, "action", "stop");
            TrainingControl control = new TrainingControl();
            callback.trainBegin(at(0), control);
            for (int epoch = 1; epoch <= 6; epoch++) {
                callback.epochEnd(result(epoch, 1), at(epoch), control);
                if (epoch % 2 == 0) {
                    assertThat(control.stopReason()).isEmpty();
                    saved(callback);
                }
            }

            assertThat(control.stopReason())
                    .contains(new StopReason.EarlyStopped(
                            "val_loss has not got better than 1.0 (checkpoint 1) for 2 checkpoints"));
        }

        @Test
        void doesNotJudgeAnEpochByWhatIsSavedWithinTheNext() {
            TrainingControl control = new TrainingControl();
            Callback callback =
                    declared("early-stopping", "monitor", "val_loss", "at", "save", "patience", 1, "action", "stop");
            callback.trainBegin(at(0), control);
            callback.epochEnd(result(1, 1), at(1), control);
            saved(callback);
            callback.epochEnd(result(2, 1), at(2), control);
            callback.epochBegin(at(2), control);

            saved(callback);

            assertThat(control.stopReason()).isEmpty();
        }

        @Test
        void judgesTheCheckpointThatItGoesOnFrom() {
            TrainingControl control = new TrainingControl();
            Callback first =
                    declared("early-stopping", "monitor", "val_loss", "at", "save", "patience", 1, "action", "stop");
            first.trainBegin(at(0), new TrainingControl());
            first.epochEnd(result(1, 1), at(1), control);
            saved(first);
            first.epochEnd(result(2, 1), at(2), control);
            Map<String, Object> state = first.saveState(); // as it is in the checkpoint of epoch 2
            Callback second =
                    declared("early-stopping", "monitor", "val_loss", "at", "save", "patience", 1, "action", "stop");
            second.restoreState(state);

            second.trainBegin(at(2), control);

            assertThat(control.stopReason()).isPresent();
        }
    }

    @Nested
    class StoppingAtEvaluations extends CallbackContract {
        @Override
        Callback create() {
            return declared("early-stopping", "at", "evaluate", "patience", 2, "action", "roll-back");
        }

        @Test
        void countsEvaluationsWithinEpochsToo() {
            Callback callback = declared(
                    "early-stopping", "monitor", "val_loss", "at", "evaluate", "patience", 2, "action", "roll-back");
            TrainingControl control = new TrainingControl();
            for (int look = 1; look <= 3; look++) {
                callback.evaluateEnd(
                        new EvaluationResult(Map.of("val_loss", 1.0), false, Instant.EPOCH), at(look), control);
            }

            assertThat(control.rollBackReason())
                    .contains("val_loss has not got better than 1.0 (evaluation 1) for 2 evaluations");
            assertThat(control.takeLearningRateFactor()).isEqualTo(0.5);
        }
    }

    @Test
    void measuresThroughputWithinStepsAlone() {
        AtomicLong clock = new AtomicLong();
        Throughput callback = new Throughput("throughput", clock::get);
        TrainingControl control = new TrainingControl();
        callback.epochBegin(at(0), control);
        for (int number = 1; number <= 4; number++) {
            callback.stepBegin(at(number - 1), control);
            clock.addAndGet(250_000_000);
            callback.optimizerStep(step(number, 1, 1), at(number - 1), control);
            callback.stepEnd(at(number), control);
            clock.addAndGet(9_000_000_000L);
        }

        assertThat(control.takeForLog()).isEqualTo(Map.of("samples_per_second", 16.0));
        assertThat(epoch(callback, control))
                .containsEntry("samples_per_second", 16.0)
                .containsEntry("steps_per_second", 4.0)
                .containsKey("heap_mb");
    }
}
