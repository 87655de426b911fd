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
import java.util.List;
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

    private TrialSpec module(int attempt, String module, Optional<Path> resumeFrom, long epochs) {
        return service.spec(
                attempt,
                Map.of("epochs", epochs, "learning_rate", 0.01, "batch_size", 16L),
                resumeFrom,
                Map.of(
                        "trainer",
                        Map.of(
                                "task",
                                "torchscript",
                                "model",
                                "module",
                                "repeats",
                                2L,
                                "callbacks",
                                List.of(Map.of("type", "weight-average")),
                                "options",
                                Map.of("data", "bars", "module", module))),
                Optional.of(folder.resolve("sets")));
    }

    @Test
    void trainsSomebodysModuleAndPackagesItAlone() throws Exception {
        Path fixtures = Path.of("src/test/resources/dev/sluice/trainer/torchscript");
        SampleData.idxBars(folder.resolve("sets"), "bars", 60, 20, false);
        for (String name : List.of("bars.pt", "exams.pt")) {
            Files.copy(fixtures.resolve(name), folder.resolve("sets").resolve(name));
        }

        assertThat(service.run(module(1, "bars.pt", Optional.empty(), 2)))
                .as(service.log())
                .isEqualTo(0);
        Path checkpoint = service.checkpoints().getLast();
        assertThat(service.run(module(2, "bars.pt", Optional.of(checkpoint), 3)))
                .as(service.log())
                .isEqualTo(0);

        assertThat(service.reports.getLast().points().getFirst().step()).isEqualTo(3);
        assertThat(service.reports.getLast().points().getFirst().values()).containsKey("val_accuracy_std");
        assertThat(folder.resolve("model/data/model.pth")).exists();
        assertThat(folder.resolve("model/model.onnx")).doesNotExist();
        assertThat(folder.resolve("model/sluice/sample.json")).doesNotExist();
        assertThat(folder.resolve("model/MLmodel"))
                .content()
                .contains("loader_module: mlflow.pytorch", "\"shape\":[-1,1,12,12]")
                .doesNotContain("onnx");
        assertThat(service.run(module(3, "exams.pt", Optional.empty(), 2))).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log())
                .contains("invalid trial: module \"exams.pt\" does not take rows of shape [1, 12, 12]");
        Files.copy(
                fixtures.resolve("exams.pt"),
                folder.resolve("sets/bars.pt"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(service.run(module(4, "bars.pt", Optional.of(checkpoint), 3)))
                .isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log()).contains("the module bars.pt has changed since the checkpoint");
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
