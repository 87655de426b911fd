package dev.sluice.console.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialFolderTest {
    @TempDir
    Path path;

    @Test
    void ordersCheckpointsAsTrainingWentThoseWithinAnEpochToo() throws IOException {
        var folder = new TrialFolder(path);
        for (var name :
                List.of("checkpoint-10", "checkpoint-9-120", "checkpoint-9", "checkpoint-9-30", ".tmp-checkpoint-11")) {
            Files.createDirectories(folder.checkpoints().resolve(name));
        }

        assertThat(folder.savedCheckpoints())
                .extracting(saved -> saved.path().getFileName().toString())
                .containsExactly("checkpoint-9", "checkpoint-9-30", "checkpoint-9-120", "checkpoint-10");
        assertThat(folder.newestCheckpoint())
                .hasValueSatisfying(saved -> assertThat(saved.step()).isEqualTo(10));
    }
}
