package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.checkpoint.Checkpoint;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import dev.sluice.trainer.checkpoint.Compression;
import dev.sluice.trainer.checkpoint.Tensor;
import dev.sluice.trainer.checkpoint.TrainingSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCheckpointTest extends CallbackContract {
    @TempDir
    Path folder;

    private CheckpointStore store;
    private PatientWriter journal;

    @BeforeEach
    void open() throws IOException {
        store = CheckpointStore.open(folder.resolve("checkpoints"));
        journal = new PatientWriter(JournalWriter.open(folder.resolve("attempt-1.journal")));
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
    }

    @Override
    ModelCheckpoint create() {
        return keeper(3, 1, 2);
    }

    private ModelCheckpoint keeper(int every, int keepLast, int keepBest) {
        return new ModelCheckpoint(store, journal, folder, "val_accuracy", Mode.MAX, every, 0, keepLast, keepBest);
    }

    /** Runs epochs with these values, saving when asked, as the loop does. */
    private void run(ModelCheckpoint keeper, double... values) throws IOException {
        keeper.trainBegin(after(0), new TrainingControl());
        for (int i = 0; i < values.length; i++) {
            epoch(keeper, i + 1, values[i]);
        }
    }

    private void epoch(ModelCheckpoint keeper, int epoch, double value) throws IOException {
        TrainingControl control = new TrainingControl();
        keeper.epochEnd(new EpochResult(epoch, Map.of("val_accuracy", value), Instant.EPOCH), after(epoch), control);
        if (control.takeSave()) {
            keeper.checkpointSaved(saved(epoch, keeper));
        }
    }

    private List<Long> steps() throws IOException {
        return store.names().stream().map(CheckpointName::step).toList();
    }

    private Checkpoint saved(long step, ModelCheckpoint keeper) throws IOException {
        return store.save(
                CheckpointName.after(step),
                new TrainingSnapshot(
                        Map.of("w", Tensor.ofFloats(new long[] {1}, new float[] {step})),
                        Map.of(),
                        Map.of("callbacks", Map.of(keeper.name(), keeper.saveState()))));
    }

    @Test
    void keepsTheBestAndTheLast() throws IOException {
        ModelCheckpoint keeper = keeper(1, 1, 1);

        run(keeper, 0.5, 0.9, 0.8, 0.7);

        assertThat(steps()).containsExactly(2L, 4L);
        assertThat(keeper.best()).hasValue(2);
    }

    @Test
    void keepsAsManyAsWereAskedFor() throws IOException {
        run(keeper(1, 2, 2), 0.6, 0.9, 0.8, 0.1, 0.2, 0.3);

        assertThat(steps()).containsExactly(2L, 3L, 5L, 6L);
    }

    @Test
    void keepsTheBestOfEachOfTheNewest() throws IOException {
        ModelCheckpoint keeper = keeper(1, 2, 1);
        run(keeper, 0.5, 0.8, 0.6, 0.7, 0.9);

        // a trial that goes on from 4 may have to go back to 2
        assertThat(steps()).containsExactly(2L, 4L, 5L);

        ModelCheckpoint resumed = keeper(1, 2, 1);
        resumed.restoreState(keeper.saveState());
        resumed.trainBegin(after(5), new TrainingControl());
        assertThat(steps()).containsExactly(2L, 4L, 5L);
        epoch(resumed, 6, 0.1);
        assertThat(steps()).containsExactly(5L, 6L);
    }

    @Test
    void keepsNoBestWhereNoneIsWanted() throws IOException {
        ModelCheckpoint keeper = keeper(1, 2, 0);

        run(keeper, 0.9, 0.5, 0.4, 0.3);

        assertThat(steps()).containsExactly(3L, 4L);
        assertThat(keeper.best()).isEmpty();
    }

    @Test
    void asksForACheckpointEverySoManySteps() {
        ModelCheckpoint keeper = new ModelCheckpoint(store, journal, folder, "val_accuracy", Mode.MAX, 1, 4, 1, 1);
        List<Long> asked = new ArrayList<>();
        TrainingControl control = new TrainingControl();

        for (long step = 1; step <= 9; step++) {
            keeper.stepEnd(new TrainingProgress(0, (int) step, step, 1, 10), control);
            if (control.takeSave()) {
                asked.add(step);
            }
        }

        assertThat(asked).containsExactly(4L, 8L);
    }

    @Test
    void savesTheBestBetweenRegularCheckpoints() throws IOException {
        run(keeper(4, 1, 1), 0.1, 0.9, 0.2, 0.3, 0.4);

        assertThat(steps()).containsExactly(2L, 4L);
    }

    @Test
    void keepsTheEarlierOfEquals() throws IOException {
        ModelCheckpoint keeper = keeper(1, 1, 1);

        run(keeper, 0.9, 0.9);

        assertThat(keeper.best()).hasValue(1);
    }

    @Test
    void clearsAwayWhatAnEarlierAttemptLeft() throws IOException {
        run(keeper(1, 1, 1), 0.5, 0.6, 0.7);

        keeper(1, 1, 1).trainBegin(after(0), new TrainingControl());

        assertThat(steps()).isEmpty();
    }

    @Test
    void forgetsABestThatTheDiskDidNotTakeAndTriesAgainNextTime() throws IOException {
        ModelCheckpoint keeper = keeper(100, 1, 1);
        run(keeper, 0.5);
        TrainingControl control = new TrainingControl();
        keeper.epochEnd(new EpochResult(2, Map.of("val_accuracy", 0.9), Instant.EPOCH), after(2), control);
        assertThat(control.takeSave()).isTrue();

        keeper.checkpointFailed(CheckpointName.after(2), new IOException("No space left on device"));

        assertThat(keeper.best()).hasValue(1);
        assertThat(keeper.failures()).isEqualTo(1);
        keeper.epochEnd(new EpochResult(3, Map.of("val_accuracy", 0.1), Instant.EPOCH), after(3), control);
        assertThat(control.takeSave()).isTrue();
        keeper.checkpointSaved(saved(3, keeper));
        assertThat(steps()).containsExactly(1L, 3L);
        keeper.epochEnd(new EpochResult(4, Map.of("val_accuracy", 0.1), Instant.EPOCH), after(4), control);
        assertThat(control.takeSave()).isFalse();
    }

    @Test
    void takesABestInWhenItsSecondTryWorks() throws IOException {
        ModelCheckpoint keeper = keeper(100, 1, 1);
        run(keeper, 0.5);
        keeper.epochEnd(
                new EpochResult(2, Map.of("val_accuracy", 0.9), Instant.EPOCH), after(2), new TrainingControl());
        keeper.checkpointFailed(CheckpointName.after(2), new IOException("No space left on device"));

        keeper.checkpointSaved(saved(2, keeper));

        assertThat(keeper.best()).hasValue(2);
        assertThat(steps()).containsExactly(1L, 2L); // 1 was the best when 2 was saved
    }

    @Test
    void notesBestAndLastInTheJournalOnce() throws IOException {
        ModelCheckpoint keeper = keeper(1, 1, 1);
        run(keeper, 0.5, 0.9, 0.8);

        keeper.trainEnd(new StopReason.Finished(3), after(3));

        List<JournalEntry> entries = JournalReader.of(folder.resolve("attempt-1.journal")).read(0, 100).stream()
                .map(Numbered::value)
                .toList();
        assertThat(entries)
                .filteredOn(JournalEntry.Artifact.class::isInstance)
                .extracting(entry -> ((JournalEntry.Artifact) entry).localPath())
                .containsExactlyInAnyOrder(
                        "checkpoints/checkpoint-2/model.safetensors",
                        "checkpoints/checkpoint-2/trainer_state.json",
                        "checkpoints/checkpoint-3/model.safetensors",
                        "checkpoints/checkpoint-3/optimizer.safetensors",
                        "checkpoints/checkpoint-3/trainer_state.json");
        assertThat(entries)
                .contains(new JournalEntry.Tags(Map.of(
                        "sluice.checkpoint.best", "checkpoints/checkpoint-2",
                        "sluice.checkpoint.last", "checkpoints/checkpoint-3")));
    }

    @Test
    void notesCompressedFilesByTheirOwnNames() throws IOException {
        store = CheckpointStore.open(folder.resolve("checkpoints"), Compression.ZSTD);
        ModelCheckpoint keeper = keeper(1, 1, 1);
        run(keeper, 0.5);

        keeper.trainEnd(new StopReason.Finished(1), after(1));

        assertThat(JournalReader.of(folder.resolve("attempt-1.journal")).read(0, 100).stream()
                        .map(Numbered::value)
                        .filter(JournalEntry.Artifact.class::isInstance)
                        .map(entry -> ((JournalEntry.Artifact) entry).artifactPath())
                        .toList())
                .containsExactlyInAnyOrder(
                        "checkpoints/checkpoint-1/model.safetensors.zst",
                        "checkpoints/checkpoint-1/optimizer.safetensors.zst",
                        "checkpoints/checkpoint-1/trainer_state.json");
    }
}
