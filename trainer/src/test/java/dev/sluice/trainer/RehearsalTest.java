package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.protocol.TrialResult;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
    @TempDir
    Path folder;

    @Test
    void goesThroughAWholeTrial() throws IOException {
        TrialResult result = Rehearsal.train(folder);

        assertThat(result.end()).isEqualTo(TrialResult.End.TRAINED);
        assertThat(folder.resolve("model/model.onnx")).isRegularFile();
        assertThat(folder.resolve("reports.jsonl")).isNotEmptyFile();
    }
}
