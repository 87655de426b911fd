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
import dev.sluice.trainer.callback.EpochResult;
import dev.sluice.trainer.callback.Mode;
import dev.sluice.trainer.callback.ModelCheckpoint;
import dev.sluice.trainer.callback.StopReason;
import dev.sluice.trainer.callback.TrainingControl;
import dev.sluice.trainer.callback.TrainingProgress;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import dev.sluice.trainer.djl.DeviceRows;
import dev.sluice.trainer.djl.DjlModelTrainer;
import dev.sluice.trainer.loop.JointLoop;
import dev.sluice.trainer.loop.Split;
import dev.sluice.trainer.loop.TrainingLoop;
import dev.sluice.trainer.task.Members;
import dev.sluice.trainer.task.TaskCatalog;
import dev.sluice.trainer.task.TaskSetting;
import dev.sluice.trainer.task.TrainingTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials of several members with callbacks that keep state, broken off in any of them: what goes on comes to the same bits. */
class JointResumeTest {
    private static final Map<String, Object> PARAMS =
            Map.of("epochs", 5, "dropout", 0.25, "learning_rate", 0.01, "batch_size", 128, "schedule", "cosine");
    private static final List<Map<String, Object>> DECLARED = List.of(
            Map.of("type", "gradient-clipping", "maxNorm", 0.5),
            Map.of("type", "weight-average", "decay", 0.9),
            Map.of("type", "reduce-on-plateau", "monitor", "val_loss", "patience", 1, "factor", 0.7),
            Map.of("type", "loss-alarm", "everySteps", 2, "rising", 2, "action", "roll-back", "maxRollBacks", 99),
            Map.of("type", "early-stopping", "patience", 1, "action", "roll-back", "maxRollBacks", 99),
            Map.of("type", "early-stopping", "patience", 1, "minDelta", 0.01, "at", "save"));

    @TempDir
    Path folder;

    private final Map<Integer, Map<String, Double>> reported = new TreeMap<>();
    private Optional<Callback> ofSecond = Optional.empty();

    /** Trains to the end, or breaks at a step of all members together; the checkpoints are in {@code name}. */
    private CheckpointStore train(String name, Members counts, boolean resumes, long breakAt) throws IOException {
        TrainingTask task = TaskCatalog.standard().find("digits");
        List<Members.Member> members = counts.plan(task, "mlp", PARAMS, TaskSetting.NONE, 42);
        CheckpointStore store = CheckpointStore.open(folder.resolve(name).resolve("checkpoints"));
        Optional<Checkpoint> from = resumes ? store.newest(CheckpointName.after(99)) : Optional.empty();
        assertThat(from.isPresent()).isEqualTo(resumes);
        List<JointLoop.Member> together = new ArrayList<>();
        try (PatientWriter journal = new PatientWriter(
                        JournalWriter.open(folder.resolve(name).resolve("attempt-" + (resumes ? 2 : 1) + ".journal")));
                DeviceRows rows = DeviceRows.open(1)) {
            for (Members.Member member : members) {
                CallbackSetting setting = new CallbackSetting(
                        folder.resolve(name), "val_accuracy", Mode.MAX, task.epochMetrics(), Map.of());
                List<CallbackLink> links =
                        new ArrayList<>(CallbackCatalog.standard().create(DECLARED, setting));
                if (member.name().equals("member-2")) {
                    ofSecond.map(CallbackLink::lasting).ifPresent(links::add);
                }
                together.add(new JointLoop.Member(
                        member.name(),
                        new DjlModelTrainer(member.plan(), member.seed(), 1, rows),
                        CallbackChain.of(links),
                        new TrainingControl()));
            }
            ModelCheckpoint keeper =
                    new ModelCheckpoint(store, journal, folder.resolve(name), "val_accuracy", Mode.MAX, 1, 5, 1, 1);
            try (CallbackChain chain = CallbackChain.of(
                    List.of(CallbackLink.lasting(keeper), CallbackLink.lasting(new Breaker(breakAt, reported))))) {
                new JointLoop(
                                together,
                                chain,
                                store,
                                new TrainingControl(),
                                members.getFirst().plan().epochs(),
                                Map.of("seed", 42L),
                                keeper::best)
                        .run(from);
                assertThat(chain.failures()).isEmpty();
                together.forEach(
                        member -> assertThat(member.callbacks().failures()).isEmpty());
            } finally {
                together.forEach(member -> {
                    member.callbacks().close();
                    member.trainer().close();
                });
            }
        }
        return store;
    }

    private record Breaker(long breakAt, Map<Integer, Map<String, Double>> reported) implements Callback {
        @Override
        public String name() {
            return "breaker";
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            if (progress.globalStep() == breakAt) {
                throw new OutOfMemoryError("broken"); // past the chain's guard
            }
        }

        @Override
        public void epochEnd(EpochResult result, TrainingProgress progress, TrainingControl control) {
            Map<String, Double> timeless = new TreeMap<>(result.metrics());
            timeless.remove("epoch_seconds");
            assertThat(reported.merge(result.epoch(), timeless, (before, now) -> now))
                    .isEqualTo(timeless);
        }
    }

    private static void sameBits(CheckpointStore one, CheckpointStore two) throws IOException {
        Checkpoint first = one.newest(CheckpointName.after(99)).orElseThrow();
        Checkpoint second = two.newest(CheckpointName.after(99)).orElseThrow();
        assertThat(second.name()).isEqualTo(first.name());
        assertThat(second.snapshot().weights()).isEqualTo(first.snapshot().weights());
        assertThat(second.snapshot().optimizer()).isEqualTo(first.snapshot().optimizer());
        assertThat(timeless(second.snapshot().state()))
                .isEqualTo(timeless(first.snapshot().state()));
    }

    /** Without how long epochs took. */
    private static String timeless(Map<String, Object> state) {
        return state.toString().replaceAll("epoch_seconds=[^,}]+", "").replaceAll("files=\\{[^}]*\\}", "");
    }

    @Test
    void goesOnWithTheSameBitsInTheMiddleOfAnyMember() throws IOException {
        Members counts = new Members(3, 0);
        CheckpointStore undisturbed = train("undisturbed", counts, false, 0);
        Map<Integer, Map<String, Double>> expected = new TreeMap<>(reported);
        assertThat(undisturbed
                        .newest(CheckpointName.after(99))
                        .orElseThrow()
                        .snapshot()
                        .state()
                        .toString())
                .as("what there is to go wrong")
                .contains("rollBacks=1", "ended=");
        // a member has 9 steps in an epoch, an epoch 27; 3: before the first checkpoint
        for (long step : new long[] {6, 9, 12, 24, 31, 53, 79}) {
            String name = "broken-" + step;
            assertThatThrownBy(() -> train(name, counts, false, step)).hasMessage("broken");
            sameBits(undisturbed, train(name, counts, true, 0));
            assertThat(reported).as(name).isEqualTo(expected);
        }
    }

    @Test
    void goesOnWithTheSameBitsOnFolds() throws IOException {
        Members counts = new Members(1, 3);
        CheckpointStore undisturbed = train("undisturbed", counts, false, 0);

        assertThatThrownBy(() -> train("broken", counts, false, 40)).hasMessage("broken");
        sameBits(undisturbed, train("broken", counts, true, 0));
    }

    /** Ends a member within its second epoch. */
    private record Ender(long at) implements Callback {
        @Override
        public String name() {
            return "ender";
        }

        @Override
        public void stepEnd(TrainingProgress progress, TrainingControl control) {
            if (progress.globalStep() == at) {
                control.stop(new StopReason.EarlyStopped("enough"));
            }
        }
    }

    @Test
    void countsWithTheWeightsThatAMemberHadWhenItWasEndedWithinAnEpoch() throws IOException {
        Members counts = new Members(3, 0);
        ofSecond = Optional.of(new Ender(13)); // the 40th of all, after which there is a checkpoint

        CheckpointStore undisturbed = train("undisturbed", counts, false, 0);

        TrainingSnapshot second = JointLoop.part(
                        undisturbed
                                .newest(CheckpointName.after(99))
                                .orElseThrow()
                                .snapshot(),
                        "member-2")
                .orElseThrow();
        assertThat(second.state()).containsEntry("globalStep", 13L).containsEntry("ended", "enough");
        Members.Member member = counts.plan(TaskCatalog.standard().find("digits"), "mlp", PARAMS, TaskSetting.NONE, 42)
                .get(1);
        try (DjlModelTrainer trainer = new DjlModelTrainer(member.plan(), member.seed(), 1)) {
            trainer.restoreWeights(TrainingLoop.evaluatedWeights(second));
            assertThat(JointLoop.metrics(second))
                    .containsEntry(
                            "val_loss", trainer.evaluate(Split.VALIDATION).get("loss"));
        }
        assertThatThrownBy(() -> train("broken", counts, false, 41)).hasMessage("broken");
        sameBits(undisturbed, train("broken", counts, true, 0));
    }

    @Test
    void countsWithAMemberThatWasEndedWithinTheFirstEpoch() throws IOException {
        ofSecond = Optional.of(new Ender(4));

        train("undisturbed", new Members(3, 0), false, 0);

        assertThat(reported)
                .hasSizeGreaterThan(1)
                .allSatisfy(
                        (epoch, metrics) -> assertThat(metrics.get("val_loss")).isFinite());
    }
}
