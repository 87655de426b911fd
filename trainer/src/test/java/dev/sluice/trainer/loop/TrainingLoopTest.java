package dev.sluice.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
    /** Learns one number: each step adds one to it. */
    private static final class Counter implements ModelTrainer {
        private float weight;
        private float epochSum;
        private int failAt = -1;

        @Override
        public int batchesPerEpoch() {
            return 4;
        }

        @Override
        public void beginEpoch(int epoch) {
            epochSum = 0;
        }

        @Override
        public void step(int batch, long globalStep) {
            if (globalStep == failAt) {
                throw new IllegalStateException("no memory");
            }
            weight++;
            epochSum += globalStep;
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
            return Map.of("sum", (double) epochSum);
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
    void isolatesACallbackThatThrowsAtEveryEvent() throws IOException {
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
        assertThat(chain.failures()).containsExactly(Map.entry("broken", 12 + 3 + 1));
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
        assertThat(store.steps()).containsExactly(1L);
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

        assertThat(store.read(2).snapshot().state().get("callbacks"))
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

        loop(new Counter(), new TrainingControl(), witness).run(Optional.of(store.read(1)));

        assertThat(witness.told).contains("begin 1", "epochEnd 2 26.0 8.0", "epochEnd 3 42.0 12.0");
    }

    @Test
    void savesNothingOnceTheLeaseIsLost() throws IOException {
        control.save();
        Witness loser = new Witness() {
            @Override
            public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
                control.stop(new StopReason.ToldToStop("slow"));
                control.stop(new StopReason.LeaseLost("expired"));
            }
        };

        StopReason reason = loop(trainer, control, loser).run(Optional.empty());

        assertThat(reason).isEqualTo(new StopReason.LeaseLost("expired"));
        assertThat(store.steps()).isEmpty();
    }

    @Test
    void tellsCallbacksWhenTrainingBreaks() {
        trainer.failAt = 6;
        Witness witness = new Witness();

        assertThatThrownBy(() -> loop(trainer, control, witness).run(Optional.empty()))
                .hasMessage("no memory");
        assertThat(witness.told).endsWith("failed no memory at 5");
    }
}
