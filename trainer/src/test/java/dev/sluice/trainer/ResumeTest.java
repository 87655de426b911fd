package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.callback.Callback;
import dev.sluice.trainer.callback.CallbackCatalog;
import dev.sluice.trainer.callback.CallbackChain;
import dev.sluice.trainer.callback.CallbackLink;
import dev.sluice.trainer.callback.CallbackSetting;
import dev.sluice.trainer.callback.Mode;
import dev.sluice.trainer.callback.ModelCheckpoint;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.loop.TrainingLoop;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TrainingPlan;
import dev.sluice.trainer.task.TrainingTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials with every callback that keeps state, broken off at some step: what goes on comes to the same bits. */
class ResumeTest {
    private static final Map<String, Object> CALM = Map.of("epochs", 5, "dropout", 0.25, "learning_rate", 0.003);

    /** Diverges at once: only a guard that rolls back and lowers the rate brings it to learn. */
    private static final Map<String, Object> WILD =
            Map.of("epochs", 6, "optimizer", "sgd", "momentum", 0.9, "learning_rate", 300.0);

    private static final List<Map<String, Object>> DECLARED = List.of(
            Map.of("type", "divergence-guard", "action", "roll-back", "maxRollBacks", 1000, "explosion", 50.0),
            Map.of("type", "gradient-clipping", "maxNorm", 1.0),
            Map.of("type", "gradient-norm", "everySteps", 3),
            Map.of("type", "learning-rate", "everySteps", 4),
            Map.of("type", "loss-alarm", "everySteps", 2, "rising", 3, "action", "roll-back", "maxRollBacks", 99),
            Map.of("type", "weight-average", "decay", 0.9, "everySteps", 2),
            Map.of("type", "reduce-on-plateau", "monitor", "val_loss", "patience", 1, "factor", 0.7),
            Map.of("type", "early-stopping", "patience", 1, "action", "roll-back", "maxRollBacks", 99),
            Map.of("type", "early-stopping", "monitor", "val_loss", "patience", 1, "at", "save", "action", "alert"),
            Map.of("type", "evaluation", "everySteps", 11),
            Map.of("type", "throughput"),
            Map.of("type", "json-lines", "everySteps", 5),
            Map.of("type", "tensorboard", "everySteps", 5));

    @TempDir
    Path folder;

    /** Trains to the end, or breaks at a step; the checkpoints are in {@code name}. */
    private CheckpointStore train(
            String name, Map<String, Object> params, boolean resumes, long breakAt, long terminateAt)
            throws IOException {
        TrainingTask task = TaskCatalog.standard().find("digits");
        TrainingPlan plan = task.plan("mlp", params);
        CheckpointStore store = CheckpointStore.open(folder.resolve(name).resolve("checkpoints"));
        Optional<Checkpoint> from = resumes ? store.newest(CheckpointName.after(99)) : Optional.empty();
        assertThat(from.isPresent()).isEqualTo(resumes);
        CallbackSetting setting = new CallbackSetting(
                folder.resolve(name), "val_accuracy", Mode.MAX, task.epochMetrics(), Map.of("run_name", name));
        try (PatientWriter journal = new PatientWriter(
                        JournalWriter.open(folder.resolve(name).resolve("attempt-" + (resumes ? 2 : 1) + ".journal")));
                DjlModelTrainer trainer = new DjlModelTrainer(plan, 42, 1)) {
            ModelCheckpoint keeper =
                    new ModelCheckpoint(store, journal, folder.resolve(name), "val_accuracy", Mode.MAX, 1, 0, 1, 1);
            List<CallbackLink> links = new ArrayList<>(List.of(CallbackLink.lasting(keeper)));
            links.addAll(CallbackCatalog.standard().create(DECLARED, setting));
            links.add(CallbackLink.lasting(new Breaker(breakAt, terminateAt)));
            try (CallbackChain chain = CallbackChain.of(links)) {
                new TrainingLoop(
                                trainer,
                                chain,
                                store,
                                new TrainingControl(),
                                plan.epochs(),
                                Map.of("seed", 42L),
                                keeper::best)
                        .run(from);
                assertThat(chain.failures()).isEmpty();
            }
        }
        return store;
    }

    /** Asks for checkpoints within epochs, and ends training at a step, in order or not. */
    private record Breaker(long breakAt, long terminateAt) implements Callback {
        private static final long EVERY = 5;

        @Override
        public String name() {
            return "breaker";
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            if (progress.globalStep() % EVERY == 0) {
                control.save();
            }
            if (progress.globalStep() == breakAt) {
                throw new OutOfMemoryError("broken"); // past the chain's guard
            }
            if (progress.globalStep() == terminateAt) {
                control.stop(new StopReason.Terminated("SIGTERM"));
            }
        }
    }

    private void sameBits(CheckpointStore one, CheckpointStore two) throws IOException {
        Checkpoint first = one.newest(CheckpointName.after(99)).orElseThrow();
        Checkpoint second = two.newest(CheckpointName.after(99)).orElseThrow();
        assertThat(second.step()).isEqualTo(first.step());
        assertThat(second.snapshot().weights()).isEqualTo(first.snapshot().weights());
        assertThat(second.snapshot().optimizer()).isEqualTo(first.snapshot().optimizer());
        assertThat(second.snapshot().state()).isEqualTo(first.snapshot().state());
    }

    @Test
    void goesOnWithTheSameBitsWhereverItBroke() throws IOException {
        CheckpointStore undisturbed = train("undisturbed", CALM, false, 0, 0);
        assertThat(undisturbed
                        .newest(CheckpointName.after(5))
                        .orElseThrow()
                        .snapshot()
                        .optimizer()
                        .keySet())
                .anyMatch(name -> name.startsWith("average."));
        for (long step : new long[] {18, 19, 37, 60, 89}) {
            String name = "broken-" + step;
            assertThatThrownBy(() -> train(name, CALM, false, step, 0)).hasMessage("broken");
            sameBits(undisturbed, train(name, CALM, true, 0, 0));
        }
    }

    @Test
    void goesOnWithTheSameBitsFromTheMiddleOfTheFirstEpoch() throws IOException {
        CheckpointStore undisturbed = train("undisturbed", CALM, false, 0, 0);
        train("terminated", CALM, false, 0, 7);

        sameBits(undisturbed, train("terminated", CALM, true, 0, 0));
    }

    @Test
    void goesOnWithTheSameBitsThroughRollBacks() throws IOException {
        CheckpointStore undisturbed = train("undisturbed", WILD, false, 0, 0);
        Map<String, Object> state = undisturbed
                .newest(CheckpointName.after(6))
                .orElseThrow()
                .snapshot()
                .state();
        assertThat((Long) state.getOrDefault("rollBacks", 0L)).isPositive();
        assertThat((Double) state.getOrDefault("learningRateFactor", 1.0)).isLessThan(1);
        for (long step : new long[] {40, 75}) {
            String name = "broken-" + step;
            assertThatThrownBy(() -> train(name, WILD, false, step, 0)).hasMessage("broken");
            sameBits(undisturbed, train(name, WILD, true, 0, 0));
        }
    }
}
