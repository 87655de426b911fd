package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.trainer.data.SampleData;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials on an operator's data sets, as real processes. */
class DataTrialTest {
    @TempDir
    Path folder;

    private TrialService service;

    @BeforeEach
    void start() throws IOException {
        service = new TrialService(folder);
        SampleData.exams(folder.resolve("sets"), "exams.csv", 300);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private TrialSpec spec(int attempt, String data, Optional<Path> resumeFrom, long epochs) {
        return service.spec(
                attempt,
                Map.of("epochs", epochs, "learning_rate", 0.01),
                resumeFrom,
                Map.of(
                        "trainer",
                        Map.of(
                                "task",
                                "tabular-classification",
                                "model",
                                "mlp",
                                "options",
                                Map.of("data", data, "target", "passed", "columns", Map.of("id", "ignore")))),
                Optional.of(folder.resolve("sets")));
    }

    @Test
    void recordsWhatItHasReadAndRefusesToGoOnWithOtherData() throws Exception {
        assertThat(service.run(spec(1, "exams.csv", Optional.empty(), 4)))
                .as(service.log())
                .isEqualTo(TrialCommandLine.EXIT_DONE);

        assertThat(service.journal(1).getFirst())
                .isInstanceOfSatisfying(
                        JournalEntry.Inputs.class,
                        inputs -> assertThat(inputs.datasets())
                                .extracting(
                                        Dataset::name,
                                        set -> set.profile().orElseThrow().contains("\"fingerprint\":\"sha256:"))
                                .containsExactly(
                                        org.assertj.core.groups.Tuple.tuple("exams.csv/training", true),
                                        org.assertj.core.groups.Tuple.tuple("exams.csv/validation", true),
                                        org.assertj.core.groups.Tuple.tuple("exams.csv/test", true)));
        assertThat(folder.resolve("model/sluice/preparation.json")).content().contains("\"hours\"", "\"Rome, old\"");

        assertThat(service.journal(1))
                .filteredOn(JournalEntry.Artifact.class::isInstance)
                .extracting(entry -> ((JournalEntry.Artifact) entry).artifactPath())
                .contains(
                        "report/confusion.csv",
                        "report/curves.json",
                        "report/calibration.json",
                        "report/samples.json",
                        "report/report.svg");
        Path checkpoint = service.checkpoints().getLast();
        Files.writeString(
                folder.resolve("sets/exams.csv"),
                Files.readString(folder.resolve("sets/exams.csv")).replace("Lima", "Lyon"));
        assertThat(service.run(spec(2, "exams.csv", Optional.of(checkpoint), 8)))
                .isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log()).contains("the data set exams.csv has changed since the checkpoint");
    }

    @Test
    void endsAsInvalidWhereTheDataSetIsNotThere() throws Exception {
        int code = service.run(spec(1, "exam.csv", Optional.empty(), 4));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log())
                .contains(
                        "invalid trial: data \"exam.csv\" is no data set of this service (did you mean \"exams.csv\"?)");
    }
}
