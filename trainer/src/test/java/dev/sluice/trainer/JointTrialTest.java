package dev.sluice.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.trainer.checkpoint.CheckpointName;
import dev.sluice.trainer.data.SampleData;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialCommandLine;
import dev.sluice.trainer.protocol.TrialReport;
import dev.sluice.trainer.protocol.TrialSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials whose metrics are means over several trainings, as real processes. */
class JointTrialTest {
    @TempDir
    Path folder;

    private TrialService service;

    @BeforeEach
    void start() throws IOException {
        service = new TrialService(folder);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private TrialSpec digits(int attempt, Optional<Path> resumeFrom, long epochs, Map<String, Object> more) {
        Map<String, Object> trainer = new LinkedHashMap<>(Map.of("task", "digits", "model", "mlp"));
        trainer.putAll(more);
        return service.spec(
                attempt,
                Map.of("epochs", epochs, "learning_rate", 0.01),
                resumeFrom,
                Map.of("trainer", trainer, "checkpoints", Map.of("everySteps", 20)),
                Optional.empty());
    }

    private List<Map<String, Double>> journalled(int attempt, String start) throws IOException {
        return service.journal(attempt).stream()
                .filter(JournalEntry.Metrics.class::isInstance)
                .map(entry -> ((JournalEntry.Metrics) entry).values())
                .filter(values -> values.keySet().iterator().next().startsWith(start))
                .toList();
    }

    @Test
    void reportsMeansAndDeviationsAndPackagesTheBestMember() throws Exception {
        int code = service.run(digits(
                1, Optional.empty(), 3, Map.of("repeats", 3L, "callbacks", List.of(Map.of("type", "json-lines")))));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports).hasSize(3);
        List<Map<String, Double>> own = journalled(1, "member-");
        TrialReport.Point last = service.reports.getLast().points().getFirst();
        assertThat(last.step()).isEqualTo(3);
        List<Double> accuracies = own.stream()
                .flatMap(values -> values.entrySet().stream())
                .filter(entry -> entry.getKey().endsWith("/val_accuracy"))
                .map(Map.Entry::getValue)
                .toList();
        assertThat(accuracies).hasSize(9);
        double mean = accuracies.subList(6, 9).stream()
                .mapToDouble(each -> each)
                .average()
                .orElseThrow();
        assertThat(last.values().get("val_accuracy")).isEqualTo(mean);
        assertThat(last.values().get("val_accuracy_std")).isPositive();
        assertThat(own.getLast()).containsKeys("member-1/test_accuracy", "member-3/test_accuracy");
        assertThat(service.json("result.json").get("values"))
                .asString()
                .contains("test_accuracy=", "test_accuracy_std=");
        assertThat(service.journal(1))
                .filteredOn(JournalEntry.Tags.class::isInstance)
                .asString()
                .contains("sluice.member=member-" + (1 + best(accuracies.subList(6, 9))));
        assertThat(folder.resolve("model/MLmodel")).exists();
        assertThat(Files.readAllLines(folder.resolve("member-2/logging.jsonl"))).hasSize(3);
    }

    private static int best(List<Double> values) {
        int best = 0;
        for (int place = 1; place < values.size(); place++) {
            best = values.get(place) > values.get(best) ? place : best;
        }
        return best;
    }

    @Test
    void goesOnWithinAMemberAsIfNothingHadHappened() throws Exception {
        Map<String, Object> folds = Map.of("folds", 3L);
        assertThat(service.run(digits(1, Optional.empty(), 4, folds)))
                .as(service.log())
                .isEqualTo(0);
        Map<Long, Map<String, Double>> undisturbed = new TreeMap<>();
        service.reports.forEach(report -> undisturbed.put(
                report.points().getFirst().step(),
                TrialService.timeless(report.points().getFirst())));
        Object tested = service.json("result.json").get("values");
        service.reports.clear();
        List<Path> before = service.checkpoints();
        for (Path checkpoint : before) { // as a trial that is killed leaves them: none after the second epoch
            try (var files = Files.walk(checkpoint)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        service.verdict = report ->
                report.points().getFirst().step() == 2 ? new ReportReply(Signal.STOP, "enough") : ReportReply.PROCEED;
        Process process = service.launch(digits(2, Optional.empty(), 4, folds));
        org.awaitility.Awaitility.await()
                .pollInterval(java.time.Duration.ofMillis(2))
                .until(() -> service.checkpoints().stream()
                                .anyMatch(path ->
                                        CheckpointName.of(path).orElseThrow().compareTo(new CheckpointName(1, 20)) >= 0)
                        || !process.isAlive());
        process.destroyForcibly();
        assertThat(process.waitFor()).isNotEqualTo(2);
        service.verdict = report -> ReportReply.PROCEED;

        int code = service.run(digits(3, Optional.of(service.checkpoints().getLast()), 4, folds));

        assertThat(code).as(service.log()).isEqualTo(TrialCommandLine.EXIT_DONE);
        assertThat(service.reports)
                .allSatisfy(report -> assertThat(
                                TrialService.timeless(report.points().getFirst()))
                        .isEqualTo(undisturbed.get(report.points().getFirst().step())));
        assertThat(service.reports.getLast().points().getFirst().step()).isEqualTo(4);
        assertThat(service.json("result.json").get("values")).isEqualTo(tested);
        assertThat(service.journal(1).getFirst())
                .isInstanceOfSatisfying(
                        JournalEntry.Inputs.class,
                        inputs -> assertThat(inputs.datasets())
                                .extracting(dev.sluice.tracker.Dataset::name)
                                .hasSize(7)
                                .startsWith("digits/member-1/training")
                                .endsWith("digits/test"));
        assertThat(service.run(digits(4, Optional.of(service.checkpoints().getLast()), 8, Map.of("repeats", 2L))))
                .isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log()).contains("is of 3 members, this trial has 2: repeats and folds must be the same");
    }

    @Test
    void endsAsInvalidWhereThereAreMoreFoldsThanRows() throws Exception {
        SampleData.exams(folder.resolve("sets"), "exams.csv", 30);
        int code = service.run(service.spec(
                1,
                Map.of(),
                Optional.empty(),
                Map.of(
                        "trainer",
                        Map.of(
                                "task",
                                "tabular-classification",
                                "model",
                                "mlp",
                                "folds",
                                90L,
                                "options",
                                Map.of("data", "exams.csv", "target", "passed"))),
                Optional.of(folder.resolve("sets"))));

        assertThat(code).isEqualTo(TrialCommandLine.EXIT_INVALID);
        assertThat(service.log()).contains("folds must be at most the 27 rows that are not for testing, was 90");
    }
}
