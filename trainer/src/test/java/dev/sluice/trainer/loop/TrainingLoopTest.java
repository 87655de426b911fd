package dev.sluice.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.callback.Alert;
import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.EvaluationResult;
import dev.sluice.trainer.callback.LogEntry;
import dev.sluice.trainer.callback.StepView;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
    /** Learns one number: each step adds one to it. */
    private static final class Counter implements ModelTrainer {
        private float weight;
        private float epochSum;
        private float average = Float.NaN;
        private long lastStep;
        private int samples;
        private int norms;
        private int failAt = -1;

        @Override
        public int batchesPerEpoch() {
            return 4;
        }

        @Override
        public void beginEpoch(int epoch) {
            epochSum = 0;
            samples = 0;
        }

        @Override
        public void step(int batch, long globalStep, StepGate gate) {
            if (globalStep == failAt) {
                throw new IllegalStateException("no memory");
            }
            lastStep = globalStep;
            StepGate.Passage passage = gate.pass(1);
            if (passage.isTaken()) {
                weight += (float) (passage.gradientFactor() * passage.learningRate());
                epochSum += globalStep;
                samples++;
            }
        }

        @Override
        public double stepLoss() {
            return lastStep;
        }

        @Override
        public int stepSamples() {
            return 1;
        }

        @Override
        public double gradientNorm() {
            norms++;
            return 2 * lastStep;
        }

        @Override
        public LossTotal lossTotal() {
            return new LossTotal(epochSum, samples);
        }

        @Override
        public double deviceMemoryMiB() {
            return 0;
        }

        @Override
        public void averageWeights(double decay) {
            average = Float.isNaN(average) ? weight : (float) (decay * average + (1 - decay) * weight);
        }

        @Override
        public Map<String, Tensor> averagedWeights() {
            return Float.isNaN(average)
                    ? Map.of()
                    : Map.of("w", Tensor.ofFloats(new long[] {1}, new float[] {average}));
        }

        @Override
        public void restoreAveragedWeights(Map<String, Tensor> values) {
            average = Float.NaN;
            values.values().forEach(tensor -> average = tensor.floats()[0]);
        }

        @Override
        public void exchangeAverage() {
            if (!Float.isNaN(average)) {
                float before = weight;
                weight = average;
                average = before;
            }
        }

        @Override
        public Map<String, Double> endEpoch() {
            return Map.of("train_loss", (double) epochSum);
        }

        @Override
        public Map<String, Double> evaluate(Split split) {
            return Map.of("accuracy", (double) weight);
        }

        @Override
        public Map<String, Tensor> weights() {
            return Map.of("w", Tensor.ofFloats(new long[] {1}, new float[] {weight}));
        }

        @Override
        public Map<String, Tensor> optimizerState() {
            return Map.of();
        }

        @Override
        public Map<String, Object> epochState() {
            return Map.of("sum", (double) epochSum, "samples", samples);
        }

        @Override
        public void restoreWeights(Map<String, Tensor> weights) {
            weights.values().forEach(tensor -> weight = tensor.floats()[0]);
        }

        @Override
        public void restoreOptimizer(Map<String, Tensor> state) {}

        @Override
        public void restoreEpoch(Map<String, Object> state) {
            if (state.get("sum") instanceof Number sum) {
                epochSum = sum.floatValue();
                samples = ((Number) state.getOrDefault("samples", 0)).intValue();
            }
        }

        @Override
        public void close() {}
    }

    /** Writes down what it is told; does what it is made to do at each epoch's end and step's end. */
    private static class Witness implements Callback {
        final List<String> told = new ArrayList<>();

        @Override
        public String name() {
            return "witness";
        }

        @Override
        public void trainBegin(TrainingProgress progress, TrainingControl control) {
            told.add("begin " + progress.epoch());
        }

        @Override
        public void epochBegin(TrainingProgress progress, TrainingControl control) {
            told.add("epochBegin " + progress.epoch());
        }

        @Override
        public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
            told.add("epochEnd " + result.epoch() + " " + result.metrics().get("train_loss") + " "
                    + result.metrics().get("val_accuracy"));
        }

        @Override
        public void checkpointSaved(Checkpoint checkpoint) {
            told.add("saved " + checkpoint.step());
        }

        @Override
        public void trainEnd(StopReason reason, TrainingProgress progress) {
            told.add("end " + reason.reason());
        }

        @Override
        public void trainFailed(Throwable cause, TrainingProgress progress) {
            told.add("failed " + cause.getMessage() + " at " + progress.globalStep());
        }
    }

    @TempDir
    Path folder;

    private CheckpointStore store;
    private final Counter trainer = new Counter();
    private final TrainingControl control = new TrainingControl();

    @BeforeEach
    void open() throws IOException {
        store = CheckpointStore.open(folder);
    }

    private TrainingLoop loop(ModelTrainer trainer, TrainingControl control, Callback... callbacks) {
        return new TrainingLoop(trainer, new CallbackChain(List.of(callbacks)), store, control, 3, Map.of("seed", 1L));
    }

    @Test
    void tellsCallbacksInOrderAndSavesTheLastEpoch() throws IOException {
        Witness witness = new Witness();

        StopReason reason = loop(trainer, control, witness).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.Finished(3));
        assertThat(witness.told)
                .containsExactly(
                        "begin 0",
                        "epochBegin 0",
                        "epochEnd 1 10.0 4.0",
                        "epochBegin 1",
                        "epochEnd 2 26.0 8.0",
                        "epochBegin 2",
                        "epochEnd 3 42.0 12.0",
                        "saved 3",
                        "end trained for all 3 epochs");
    }

    @Test
    void switchesACallbackOffThatThrowsAtEveryEvent() throws IOException {
        Witness witness = new Witness();
        Callback broken = new Callback() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                throw new IllegalStateException("step");
            }

            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                throw new NoClassDefFoundError("missing");
            }

            @Override
            public Map<String, Object> saveState() {
                throw new IllegalStateException("state");
            }
        };
        CallbackChain chain = new CallbackChain(List.of(broken, witness));

        StopReason reason = new TrainingLoop(trainer, chain, store, control, 3, Map.of()).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.Finished(3));
        assertThat(witness.told).contains("epochEnd 3 42.0 12.0");
        assertThat(chain.failures()).containsExactly(Map.entry("broken", CallbackLink.MOST_FAILURES));
        assertThat(chain.switchedOff()).containsExactly("broken");
    }

    @Test
    void stopsAtTheEndOfTheEpochInWhichACallbackAsksForIt() throws IOException {
        Witness stopper = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                super.epochEnd(result, progress, control);
                control.stop(new StopReason.EarlyStopped("enough"));
            }
        };

        StopReason reason = loop(trainer, control, stopper).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.EarlyStopped("enough"));
        assertThat(store.names()).containsExactly(CheckpointName.after(1));
    }

    @Test
    void savesAfterEveryCallbackHasHeardOfTheEpoch() throws IOException {
        Witness saver = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                control.save();
            }
        };
        Callback counter = new Callback() {
            private long heard;

            @Override
            public String name() {
                return "counter";
            }

            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                heard++;
            }

            @Override
            public Map<String, Object> saveState() {
                return Map.of("heard", heard);
            }
        };

        loop(trainer, control, saver, counter).run(Optional.empty());

        assertThat(store.read(CheckpointName.after(2)).snapshot().state().get("callbacks"))
                .isEqualTo(Map.of("witness", Map.of(), "counter", Map.of("heard", 2L)));
    }

    @Test
    void goesOnFromTheMiddleOfAnEpochAsIfItHadNotStopped() throws IOException {
        Callback terminator = new Callback() {
            @Override
            public String name() {
                return "terminator";
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                if (progress.globalStep() == 6) {
                    control.stop(new StopReason.Terminated("SIGTERM"));
                }
            }
        };
        loop(trainer, control, terminator).run(Optional.empty());
        Witness witness = new Witness();

        loop(new Counter(), new TrainingControl(), witness).run(store.newest(CheckpointName.after(9)));

        assertThat(store.names()).containsExactly(new CheckpointName(1, 2), CheckpointName.after(3));
        assertThat(witness.told).contains("begin 1", "epochEnd 2 26.0 8.0", "epochEnd 3 42.0 12.0");
    }

    @Test
    void savesNothingOnceTheLeaseIsLost() throws IOException {
        Witness loser = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                control.save();
                control.stop(new StopReason.ToldToStop("slow"));
                control.stop(new StopReason.LeaseLost("expired"));
            }
        };

        StopReason reason = loop(trainer, control, loser).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.LeaseLost("expired"));
        assertThat(store.names()).isEmpty();
    }

    @Test
    void tellsCallbacksWhenTrainingBreaks() {
        trainer.failAt = 6;
        Witness witness = new Witness();

        assertThatThrownBy(() -> loop(trainer, control, witness).run(Optional.empty()))
                .hasMessage("no memory");
        assertThat(witness.told).endsWith("failed no memory at 5");
    }

    /** Does something at the end of a step of a certain number. */
    private static Callback atStep(long step, BiConsumer<TrainingProgress, TrainingControl> doing) {
        return new Callback() {
            @Override
            public String name() {
                return "at-step-" + step;
            }

            @Override
            public boolean mayRollBack() {
                return true;
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                if (progress.globalStep() == step) {
                    doing.accept(progress, control);
                }
            }
        };
    }

    /** Writes down every event with the step that it belongs to. */
    private static final class EventWitness implements Callback {
        final List<String> told = new ArrayList<>();

        @Override
        public String name() {
            return "events";
        }

        @Override
        public void initEnd(TrainingProgress progress, TrainingControl control) {
            told.add("initEnd");
        }

        @Override
        public void trainBegin(TrainingProgress progress, TrainingControl control) {
            told.add("trainBegin");
        }

        @Override
        public void stepBegin(TrainingProgress progress, TrainingControl control) {
            told.add("stepBegin " + progress.globalStep());
        }

        @Override
        public void backwardEnd(StepView step, TrainingProgress progress, TrainingControl control) {
            told.add("backwardEnd " + step.number() + " loss " + step.loss() + " norm " + step.gradientNorm());
        }

        @Override
        public void preOptimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
            told.add("preOptimizerStep " + step.number());
        }

        @Override
        public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
            told.add("optimizerStep " + step.number() + " rate " + step.learningRate());
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            told.add("stepEnd " + progress.globalStep());
        }

        @Override
        public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
            told.add("log " + entry.step() + " " + entry.values().get("loss") + " "
                    + entry.values().get("grad_norm"));
        }

        @Override
        public void evaluateBegin(TrainingProgress progress, TrainingControl control) {
            told.add("evaluateBegin");
        }

        @Override
        public void evaluateEnd(EvaluationResult result, TrainingProgress progress, TrainingControl control) {
            told.add("evaluateEnd " + result.values().get("val_accuracy") + " " + result.atEpochEnd());
        }

        @Override
        public void alert(Alert alert, TrainingProgress progress) {
            told.add("alert " + alert.message());
        }
    }

    @Test
    void tellsTheEventsOfAStepInTheirOrder() throws IOException {
        EventWitness witness = new EventWitness();
        Callback asking = atStep(1, (progress, control) -> {
            control.log();
            control.evaluate();
            control.alert(new Alert("at-step-1", "look"));
        });

        loop(trainer, control, asking, witness).run(Optional.empty());

        assertThat(witness.told)
                .startsWith(
                        "initEnd",
                        "trainBegin",
                        "stepBegin 0",
                        "backwardEnd 1 loss 1.0 norm 2.0",
                        "preOptimizerStep 1",
                        "optimizerStep 1 rate 1.0",
                        "stepEnd 1",
                        "log 1 1.0 2.0",
                        "evaluateBegin",
                        "evaluateEnd 1.0 false",
                        "alert look",
                        "stepBegin 1");
        assertThat(witness.told).containsSubsequence("stepEnd 4", "evaluateBegin", "evaluateEnd 4.0 true");
        assertThat(trainer.norms).isEqualTo(12);
    }

    @Test
    void measuresNoGradientThatNobodyAsksFor() throws IOException {
        loop(trainer, control, new Witness()).run(Optional.empty());

        assertThat(trainer.norms).isZero();
    }

    @Test
    void leavesOutTheRestOfAnEpochWhenAsked() throws IOException {
        Witness witness = new Witness();

        loop(trainer, control, atStep(2, (progress, control) -> control.stopEpoch("enough")), witness)
                .run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 3.0 2.0", "epochEnd 2 18.0 6.0", "epochEnd 3 34.0 10.0");
    }

    @Test
    void takesNoNoticeOfWhatIsAskedForTooLate() throws IOException {
        Witness late = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                super.epochEnd(result, progress, control);
                control.stopEpoch("late");
                control.skipStep();
                control.scaleGradients(0.5);
            }
        };

        loop(trainer, control, late).run(Optional.empty());

        assertThat(late.told).contains("epochEnd 1 10.0 4.0", "epochEnd 2 26.0 8.0", "epochEnd 3 42.0 12.0");
    }

    @Test
    void givesAStepUpWhenAsked() throws IOException {
        Witness witness = new Witness();
        Callback skipping = new Callback() {
            @Override
            public String name() {
                return "skipping";
            }

            @Override
            public void backwardEnd(StepView step, TrainingProgress progress, TrainingControl control) {
                if (step.number() == 2) {
                    control.skipStep();
                }
            }
        };

        loop(trainer, control, skipping, witness).run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 8.0 3.0");
        assertThat(store.read(CheckpointName.after(3)).snapshot().state())
                .containsEntry("skippedSteps", 1L)
                .containsEntry("globalStep", 12L);
    }

    @Test
    void lowersTheLearningRateFromTheNextStepOn() throws IOException {
        Witness witness = new Witness();

        loop(trainer, control, atStep(3, (progress, control) -> control.scaleLearningRate(0.5)), witness)
                .run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 10.0 3.5", "epochEnd 2 26.0 5.5");
        assertThat(store.read(CheckpointName.after(3)).snapshot().state()).containsEntry("learningRateFactor", 0.5);
    }

    @Test
    void rollsBackToTheBestCheckpoint() throws IOException {
        Witness saver = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                super.epochEnd(result, progress, control);
                control.save();
            }
        };
        CallbackChain chain =
                new CallbackChain(List.of(saver, atStep(10, (progress, control) -> control.rollBack("worse"))));

        new TrainingLoop(trainer, chain, store, control, 3, Map.of(), () -> OptionalLong.of(1)).run(Optional.empty());

        // 4 steps to checkpoint 1; steps 9 and 10 are lost, 11 and 12 come on top
        assertThat(saver.told).contains("epochEnd 2 26.0 8.0", "epochEnd 3 42.0 6.0");
        assertThat(store.read(CheckpointName.after(3)).snapshot().state()).containsEntry("rollBacks", 1L);
    }

    @Test
    void rollsBackToTheStartWhereThereIsNoCheckpointYet() throws IOException {
        Witness witness = new Witness();

        loop(trainer, control, atStep(3, (progress, control) -> control.rollBack("not a number")), witness)
                .run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 10.0 1.0");
    }

    @Test
    void doesARollBackOfTheLastEpochAfterARestart() throws IOException {
        Callback impatient = new Callback() {
            @Override
            public String name() {
                return "impatient";
            }

            @Override
            public boolean mayRollBack() {
                return true;
            }

            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                control.save();
                if (result.epoch() == 2) {
                    control.rollBack("worse");
                }
            }
        };
        Witness undisturbed = new Witness();
        loop(trainer, control, impatient, undisturbed).run(Optional.empty());
        Witness resumed = new Witness();

        loop(new Counter(), new TrainingControl(), impatient, resumed)
                .run(Optional.of(store.read(CheckpointName.after(2))));

        assertThat(undisturbed.told).contains("epochEnd 3 42.0 4.0");
        assertThat(resumed.told).contains("epochEnd 3 42.0 4.0");
    }

    @Test
    void judgesTheAverageOfTheWeightsWhenAsked() throws IOException {
        Witness witness = new Witness();
        Callback averaging = new Callback() {
            @Override
            public String name() {
                return "averaging";
            }

            @Override
            public void trainBegin(TrainingProgress progress, TrainingControl control) {
                control.judgeAverage();
            }

            @Override
            public void optimizerStep(StepView step, TrainingProgress progress, TrainingControl control) {
                control.averageWeights(0.5);
            }
        };

        loop(trainer, control, averaging, witness).run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 10.0 3.125"); // 1, 1.5, 2.25, 3.125
        assertThat(store.read(CheckpointName.after(3)).snapshot().weights())
                .containsEntry("w", Tensor.ofFloats(new long[] {1}, new float[] {12}));
        assertThat(TrainingLoop.evaluatedWeights(
                        store.read(CheckpointName.after(3)).snapshot()))
                .hasEntrySatisfying(
                        "w", average -> assertThat(average.floats()[0]).isBetween(11f, 11.01f));
    }

    /** Asks for checkpoints after these steps, and hears of them whenever they are there. */
    private static class Saver implements Callback {
        final List<String> told = new ArrayList<>();
        private final List<Long> steps;
        private final boolean hearsLater;

        Saver(boolean hearsLater, Long... steps) {
            this.hearsLater = hearsLater;
            this.steps = List.of(steps);
        }

        @Override
        public String name() {
            return "saver";
        }

        @Override
        public boolean mayHearOfCheckpointsLater() {
            return hearsLater;
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            told.add("step " + progress.globalStep());
            if (steps.contains(progress.globalStep())) {
                control.save();
            }
        }

        @Override
        public void checkpointSaved(Checkpoint checkpoint) {
            assertThat(checkpoint.folder()).isNotEmptyDirectory();
            told.add(checkpoint.name() + " on " + Thread.currentThread().getName());
        }
    }

    @Test
    void savesWithinAnEpochAndGoesOnFromThere() throws IOException {
        Witness undisturbed = new Witness();
        loop(trainer, control, new Saver(true, 6L), undisturbed).run(Optional.empty());
        assertThat(store.names()).containsExactly(new CheckpointName(1, 2), CheckpointName.after(3));
        Witness resumed = new Witness();

        loop(new Counter(), new TrainingControl(), resumed).run(Optional.of(store.read(new CheckpointName(1, 2))));

        assertThat(resumed.told).contains("begin 1", "epochEnd 2 26.0 8.0", "epochEnd 3 42.0 12.0");
    }

    @Test
    void savesAtAnEpochsLastStepOnceEverybodyHasHeardOfTheEpoch() throws IOException {
        loop(trainer, control, new Saver(true, 4L)).run(Optional.empty());

        assertThat(store.names()).containsExactly(CheckpointName.after(1), CheckpointName.after(3));
    }

    @Test
    void goesOnWithTheValuesThatWaitForALogAndForTheEpochsEnd() throws IOException {
        Callback adding = atStep(6, (progress, control) -> {
            control.addToLog("noted", Double.NaN);
            control.addToEpoch("peak", 0.1);
            control.save();
        });
        loop(trainer, control, adding).run(Optional.empty());
        List<String> seen = new ArrayList<>();
        Callback logging = new Callback() {
            @Override
            public String name() {
                return "logging";
            }

            @Override
            public int logEverySteps() {
                return 0;
            }

            @Override
            public void log(LogEntry entry, TrainingProgress progress, TrainingControl control) {
                seen.add(entry.step() + " " + entry.values().get("noted"));
            }

            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                seen.add(result.epoch() + " " + result.metrics().get("peak"));
            }
        };

        loop(new Counter(), new TrainingControl(), logging).run(Optional.of(store.read(new CheckpointName(1, 2))));

        assertThat(seen).containsExactly("8 NaN", "2 0.1", "12 null", "3 null");
    }

    @Test
    void writesNothingAgainThatHasNotChanged() throws IOException {
        Saver saver = new Saver(false, 6L);
        Callback stopping = atStep(6, (progress, control) -> control.stop(new StopReason.Terminated("SIGTERM")));
        loop(trainer, control, saver, stopping).run(Optional.empty());
        TrainingControl stopped = new TrainingControl();
        stopped.stop(new StopReason.Terminated("SIGTERM"));
        Checkpoint last = store.read(new CheckpointName(1, 2));

        loop(new Counter(), stopped, saver).run(Optional.of(last));

        assertThat(saver.told).filteredOn(line -> line.startsWith("checkpoint")).hasSize(1);
    }

    /** A value that nobody can write before it is let go. */
    private static List<Object> heldBack(CountDownLatch letGo) {
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                try {
                    assertThat(letGo.await(1, TimeUnit.MINUTES)).isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return "let go";
            }

            @Override
            public int size() {
                return 1;
            }
        };
    }

    @Test
    void trainsOnWhileACheckpointIsWritten() throws IOException {
        CountDownLatch disk = new CountDownLatch(1);
        Saver saver = new Saver(true, 2L);
        Callback releasing = atStep(7, (progress, control) -> disk.countDown());
        CallbackChain chain = new CallbackChain(List.of(saver, releasing));

        new TrainingLoop(trainer, chain, store, control, 3, Map.of("slow", heldBack(disk))).run(Optional.empty());

        String thread = Thread.currentThread().getName();
        assertThat(saver.told).containsSubsequence("step 2", "step 7", "checkpoint-0-2 on " + thread);
        assertThat(saver.told).last().isEqualTo("checkpoint-3 on " + thread);
        assertThat(store.read(new CheckpointName(0, 2)).snapshot().weights())
                .containsEntry("w", Tensor.ofFloats(new long[] {1}, new float[] {2}));
    }

    @Test
    void waitsForTheDiskWhereACallbackDecidesByIt() throws IOException {
        Saver saver = new Saver(false, 2L, 3L);

        loop(trainer, control, saver).run(Optional.empty());

        String thread = Thread.currentThread().getName();
        assertThat(saver.told)
                .startsWith(
                        "step 1",
                        "step 2",
                        "checkpoint-0-2 on " + thread,
                        "step 3",
                        "checkpoint-0-3 on " + thread,
                        "step 4");
    }

    @Test
    void rollsBackToAnEpochWhoseCheckpointIsStillBeingWritten() throws IOException {
        CountDownLatch disk = new CountDownLatch(1);
        Saver saver = new Saver(true, 4L);
        Witness witness = new Witness() {
            @Override
            public boolean mayHearOfCheckpointsLater() {
                return true;
            }
        };
        Callback hasty = atStep(6, (progress, control) -> {
            control.rollBack("worse");
            disk.countDown();
        });
        CallbackChain chain = new CallbackChain(List.of(saver, hasty, witness));

        new TrainingLoop(trainer, chain, store, control, 3, Map.of("slow", heldBack(disk)), () -> OptionalLong.of(1))
                .run(Optional.empty());

        assertThat(witness.told).contains("epochEnd 1 10.0 4.0", "epochEnd 2 26.0 6.0");
    }

    @Test
    void saysThatTheDiskDidNotTakeACheckpointAndTrainsOn() throws IOException {
        List<String> failed = new ArrayList<>();
        Callback breaking = new Saver(true, 2L, 3L) {
            @Override
            public void checkpointFailed(CheckpointName name, IOException cause) {
                failed.add(name.toString());
                if (failed.size() == 2) {
                    try {
                        Files.createDirectory(folder);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }

            @Override
            public void stepEnd(TrainingProgress progress, TrainingControl control) {
                super.stepEnd(progress, control);
                try {
                    if (progress.globalStep() == 2) {
                        Files.delete(folder);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };

        StopReason reason = loop(trainer, control, breaking).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.Finished(3));
        assertThat(failed).containsExactly("checkpoint-0-2", "checkpoint-0-3");
        assertThat(store.names()).containsExactly(CheckpointName.after(3));
    }

    @Test
    void beginsWithWhatAnotherTrialHasLearntAndNothingElseOfIt() throws IOException {
        Callback lowering = atStep(5, (progress, control) -> control.scaleLearningRate(0.5));
        loop(trainer, control, lowering, new Saver(true, 8L)).run(Optional.empty());
        Checkpoint other = store.read(CheckpointName.after(2));
        Witness witness = new Witness();

        loop(new Counter(), new TrainingControl(), witness).runFromOther(other);

        // 5 full steps and 3 halves there, 4 full steps here: its learning rate does not count
        assertThat(other.snapshot().weights()).containsEntry("w", Tensor.ofFloats(new long[] {1}, new float[] {6.5f}));
        assertThat(witness.told).startsWith("begin 2", "epochBegin 2", "epochEnd 3 42.0 10.5");
    }

    @Test
    void saysThatNoEpochIsLeftAfterAnotherTrialsCheckpoint() throws IOException {
        loop(trainer, control).run(Optional.empty());
        Checkpoint last = store.read(CheckpointName.after(3));

        assertThatThrownBy(() -> loop(new Counter(), new TrainingControl()).runFromOther(last))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageEndingWith("is of epoch 3, this trial has 3 epochs: none is left to train");
    }

    @Test
    void staysEndedWhereItIsKilledBetweenItsEndAndTheProcesss() throws IOException {
        Witness stopper = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                control.stop(new StopReason.EarlyStopped("enough"));
            }
        };
        loop(trainer, control, stopper).run(Optional.empty());
        Witness resumed = new Witness();

        StopReason reason = loop(new Counter(), new TrainingControl(), resumed)
                .run(Optional.of(store.read(CheckpointName.after(1))));

        assertThat(reason).isEqualTo(new StopReason.EarlyStopped("enough"));
        assertThat(resumed.told).containsExactly("begin 1", "end enough");
    }

    @Test
    void rollsBackToWhatWasTakenOverAlsoAfterItWasKilled() throws IOException {
        Checkpoint other = CheckpointStore.open(folder.resolve("other"))
                .save(
                        CheckpointName.after(1),
                        new dev.sluice.trainer.checkpoint.TrainingSnapshot(
                                Map.of("w", Tensor.ofFloats(new long[] {1}, new float[] {70})), Map.of(), Map.of()));
        assertThatThrownBy(() -> loop(trainer, control, new Roller(true)).runFromOther(other))
                .hasMessage("killed");
        Witness resumed = new Witness();

        loop(new Counter(), new TrainingControl(), new Roller(false), resumed)
                .run(Optional.of(store.read(new CheckpointName(1, 2))));

        assertThat(resumed.told).contains("epochEnd 2 26.0 71.0"); // back to 70 after the third step, and one more
    }

    /** Saves within the epoch after the first, and is killed a step later, or rolls back. */
    private record Roller(boolean isKilled) implements Callback {
        @Override
        public String name() {
            return "roller";
        }

        @Override
        public boolean mayRollBack() {
            return true;
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            if (progress.globalStep() == 6) {
                control.save();
            } else if (progress.globalStep() == 7) {
                if (isKilled) {
                    throw new OutOfMemoryError("killed"); // past the chain's guard
                }
                control.rollBack("there");
            }
        }
    }
}
