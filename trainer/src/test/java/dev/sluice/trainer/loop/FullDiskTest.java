package dev.sluice.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.Numbered;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.checkpoint.CheckpointStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that the system lets write files of 64 KiB at most: longer ones fail in the middle, as on a full disk. */
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void trainsOnAndKeepsTheBestThatCouldBeWritten() throws Exception {
        String said = train();

        assertThat(said).contains("trained for all 6 epochs; best 2", "state=not-saved");
        assertThat(folder.resolve("checkpoints"))
                .isDirectoryNotContaining(path -> path.getFileName().toString().startsWith("."));
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"));
        assertThat(store.names()).containsExactly(CheckpointName.after(2), CheckpointName.after(6));
        assertThat(store.read(CheckpointName.after(2)).snapshot().weights().get("w"))
                .satisfies(w -> assertThat(w.floats()).hasSize(FullDiskTraining.SMALL));
    }

    @Test
    void countsWhatCouldNotBeWrittenAndNotesWhatWas() throws Exception {
        train();

        List<JournalEntry> entries = JournalReader.of(folder.resolve("attempt-1.journal")).read(0, 100).stream()
                .map(Numbered::value)
                .toList();
        // The third epoch was the best so far, the fourth the next try.
        assertThat(entries)
                .contains(new JournalEntry.Tags(Map.of(
                        "sluice.checkpoint.failures", "2",
                        "sluice.checkpoint.best", "checkpoints/checkpoint-2",
                        "sluice.checkpoint.last", "checkpoints/checkpoint-6")));
        assertThat(entries)
                .filteredOn(JournalEntry.Artifact.class::isInstance)
                .extracting(entry -> ((JournalEntry.Artifact) entry).localPath())
                .contains(
                        "checkpoints/checkpoint-2/model.safetensors", "checkpoints/checkpoint-6/optimizer.safetensors");
    }

    private String train() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 128; exec \"$@\"", // blocks of 512 bytes
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDiskTraining.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
