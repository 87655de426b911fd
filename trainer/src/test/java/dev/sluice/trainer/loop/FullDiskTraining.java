package dev.sluice.trainer.loop;

import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.Mode;
import dev.sluice.trainer.callback.ModelCheckpoint;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A training of six epochs whose weights are large in the third and the fourth: for a process that may write little. */
final class FullDiskTraining implements ModelTrainer {
    static final int SMALL = 100;
    static final int LARGE = 100_000;

    private int epoch;

    private FullDiskTraining() {}

    /** Lets training wait for the disk: an epoch here takes no time, and the next one must know of a failure. */
    private static final class Waiting implements Callback {
        @Override
        public String name() {
            return "waiting";
        }

        @Override
        public void checkpointSaved(Checkpoint checkpoint) {}
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
        try (PatientWriter journal = new PatientWriter(JournalWriter.open(folder.resolve("attempt-1.journal")))) {
            ModelCheckpoint keeper = new ModelCheckpoint(store, journal, folder, "val_accuracy", Mode.MAX, 10, 0, 1, 1);
            try (CallbackChain chain =
                    CallbackChain.of(List.of(CallbackLink.lasting(keeper), CallbackLink.of(new Waiting())))) {
                StopReason reason = new TrainingLoop(
                                new FullDiskTraining(), chain, store, new TrainingControl(), 6, Map.of(), keeper::best)
                        .run(Optional.empty());
                System.out.println(reason.reason() + "; best " + keeper.best().orElse(-1));
            }
        }
    }

    @Override
    public int batchesPerEpoch() {
        return 1;
    }

    @Override
    public void beginEpoch(int number) {
        epoch = number;
    }

    @Override
    public void step(int batch, long globalStep, StepGate gate) {
        gate.pass(0.1);
    }

    @Override
    public double stepLoss() {
        return 0;
    }

    @Override
    public int stepSamples() {
        return 1;
    }

    @Override
    public double gradientNorm() {
        return 0;
    }

    @Override
    public LossTotal lossTotal() {
        return LossTotal.NONE;
    }

    @Override
    public double deviceMemoryMiB() {
        return 0;
    }

    @Override
    public void averageWeights(double decay) {}

    @Override
    public Map<String, Tensor> averagedWeights() {
        return Map.of();
    }

    @Override
    public void restoreAveragedWeights(Map<String, Tensor> average) {}

    @Override
    public void exchangeAverage() {}

    @Override
    public Map<String, Double> endEpoch() {
        return Map.of();
    }

    /** The third epoch is the best, the second the best of those that can be written. */
    @Override
    public Map<String, Double> evaluate(Split split) {
        return Map.of("accuracy", List.of(0.5, 0.8, 0.9, 0.6, 0.7, 0.75).get(epoch - 1));
    }

    @Override
    public Map<String, Tensor> weights() {
        int length = epoch == 3 || epoch == 4 ? LARGE : SMALL;
        return Map.of("w", Tensor.ofFloats(new long[] {length}, new float[length]));
    }

    @Override
    public Map<String, Tensor> optimizerState() {
        return Map.of();
    }

    @Override
    public Map<String, Object> epochState() {
        return Map.of();
    }

    @Override
    public void restoreWeights(Map<String, Tensor> weights) {}

    @Override
    public void restoreOptimizer(Map<String, Tensor> state) {}

    @Override
    public void restoreEpoch(Map<String, Object> state) {}

    @Override
    public void close() {}
}
