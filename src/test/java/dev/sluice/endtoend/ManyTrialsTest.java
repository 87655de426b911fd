package dev.sluice.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.endtoend.harness.Build;
import dev.sluice.endtoend.harness.Processes;
import dev.sluice.endtoend.harness.Service;
import dev.sluice.endtoend.harness.SweepFile;
import dev.sluice.endtoend.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What many trials of the built-in trainer, one after another, leave on the machine and in the service: nothing. */
class ManyTrialsTest {
    private static final int TRIALS = Build.isLong() ? 200 : 8;
    private static final int CONNECTIONS = 12; // that come and go; a trial's two logs and its journal would be 24 more

    @Test
    void leaveNoProcessNoFileHandleAndNoTemporaryFileBehind() throws IOException {
        Path temporary = Build.folder("many-trials-temporary");
        try (var service = Service.named("many-trials").withoutMlflow().start()) {
            run(service, 2, temporary); // what the service opens once and keeps
            int files = service.openFiles();

            run(service, TRIALS, temporary);

            Waiting.until(
                    "the trials' processes to be gone",
                    Waiting.SOON,
                    () -> Processes.carrying(service.data().resolve("trials").toString()),
                    List::isEmpty);
            Waiting.until("files to be closed", Waiting.SOON, service::openFiles, open -> open <= files + CONNECTIONS);
            assertThat(temporary).isEmptyDirectory();
        }
    }

    private static void run(Service service, int trials, Path temporary) throws IOException {
        Files.createDirectories(temporary);
        var sweep = service.submit(SweepFile.example("digits.yaml")
                .set("name", "many-" + trials)
                .set("budget.trials", trials)
                .set("parameters.epochs.value", 2)
                .set("trial.trainer.callbacks", List.of(Map.of("type", "json-lines"), Map.of("type", "tensorboard")))
                .set("trial.env", Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary))
                .remove("pruning")
                .remove("promotion")
                .map());
        assertThat(sweep.awaitEnd().path("state").asText()).isEqualTo("COMPLETED");
        assertThat(sweep.trials())
                .hasSize(trials)
                .allSatisfy(trial -> assertThat(trial.path("state").asText()).isEqualTo("COMPLETE"));
    }
}
