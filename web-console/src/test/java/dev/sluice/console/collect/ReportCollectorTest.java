package dev.sluice.console.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.search.trial.Measurement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports from what a program prints, read while it is written. */
final class ReportCollectorTest {
    private static final Future<?> NEVER = new CompletableFuture<>();

    private static final String OUTPUT = """
            loading data…
            {"step": 1, "loss": 0.5}
            {"step": 2, "loss": NaN, "äöü ☃": 1e-3}
            {"note": "no step"}
            {"step": 3, "loss": -Infinity, "nested": {"x": 1}, "text": "NaN"}
            """;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("stdout.log");
    }

    @Test
    void aJsonObjectWithAStepAndNumbersIsAReport() throws IOException {
        write(OUTPUT);
        assertThat(points(ReportCollector.ofStdout(file, Long.MIN_VALUE).rest()))
                .containsExactly(
                        new Measurement(1, Map.of("loss", 0.5)),
                        new Measurement(2, Map.of("loss", Double.NaN, "äöü ☃", 1e-3)),
                        new Measurement(3, Map.of("loss", Double.NEGATIVE_INFINITY, "text", Double.NaN)));
    }

    @Test
    void nothingIsLostOrDoubledWhereverTheWriterPauses() throws IOException {
        byte[] all = OUTPUT.getBytes(StandardCharsets.UTF_8);
        write(OUTPUT);
        var wanted = ReportCollector.ofStdout(file, Long.MIN_VALUE).rest();
        for (int cut = 0; cut <= all.length; cut++) {
            Files.write(file, Arrays.copyOf(all, cut));
            try (var collector = ReportCollector.ofStdout(file, Long.MIN_VALUE)) {
                var reports = new ArrayList<>(collector.next(NEVER));
                Files.write(file, Arrays.copyOfRange(all, cut, all.length), StandardOpenOption.APPEND);
                reports.addAll(collector.rest());
                assertThat(reports).as("cut at %d", cut).isEqualTo(wanted);
            }
        }
    }

    @Test
    void whoeverGoesOnReadsOnlyWhatCameAfter() throws IOException {
        write(OUTPUT);
        var all = ReportCollector.ofStdout(file, Long.MIN_VALUE).rest();
        for (int taken = 0; taken < all.size(); taken++) {
            assertThat(ReportCollector.ofStdout(file, all.get(taken).seq()).rest())
                    .isEqualTo(all.subList(taken + 1, all.size()));
        }
    }

    @Test
    void numbersOfPrintedReportsRiseBelowThoseOfRest() throws IOException {
        write(OUTPUT);
        var all = ReportCollector.ofStdout(file, Long.MIN_VALUE).rest();
        assertThat(all).extracting(ReportCollector.Collected::seq).isSorted().allMatch(seq -> seq < 0);
    }

    @Test
    void anUnfinishedLineIsHeldBackUntilTheEnd() throws IOException {
        write("{\"step\": 1, \"loss\": 0.5}");
        try (var collector = ReportCollector.ofStdout(file, Long.MIN_VALUE)) {
            assertThat(collector.next(NEVER)).isEmpty();
            assertThat(collector.rest()).hasSize(1);
        }
    }

    @Test
    void whatIsNoReportIsPassedOver() throws IOException {
        write("""
                {"step": 1}
                {"step": -1, "a": 1}
                {"step": 1.5, "a": 1}
                {"step": "1", "a": 1}
                {"step": 1e300, "a": 1}
                {"step": 1, "a": true}
                {"step": 1, "a": 1} {"step": 2, "a": 2}
                {"step": 1, "a": 1}, and so on}
                {"step": 1, "a": 1
                [{"step": 1, "a": 1}]
                {{{{
                """);
        Files.writeString(file, "{\"a\":".repeat(5000) + "1" + "}".repeat(5000) + "\n", StandardOpenOption.APPEND);
        Files.write(file, new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}', '\n', 0, '\n'}, StandardOpenOption.APPEND);
        assertThat(ReportCollector.ofStdout(file, Long.MIN_VALUE).rest()).isEmpty();
    }

    @Test
    void carriageReturnsAndBlanksAroundALineDoNotMatter() throws IOException {
        write("  {\"step\": 1.0, \"a\": 1}  \r\n");
        assertThat(ReportCollector.ofStdout(file, Long.MIN_VALUE).rest()).hasSize(1);
    }

    @Test
    void aLineTooLongToBeAReportCostsNoMemoryAndHidesNoOther() throws IOException {
        write("{\"step\": 1, \"a\": 1, \"b\": \"" + "x".repeat(3 << 20) + "\"}\n{\"step\": 2, \"a\": 2}\n");
        assertThat(points(ReportCollector.ofStdout(file, Long.MIN_VALUE).rest()))
                .containsExactly(Measurement.of(2, "a", 2));
    }

    @Test
    void muchOutputIsReadInPiecesAndWhole() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 400_000; i++) {
            lines.append("{\"step\": ").append(i).append(", \"loss\": 0.12345}\n");
        }
        write(lines.toString());
        try (var collector = ReportCollector.ofStdout(file, Long.MIN_VALUE)) {
            int first = collector.next(NEVER).size();
            assertThat(first).isLessThan(400_000);
            assertThat(first + collector.rest().size()).isEqualTo(400_000);
        }
    }

    @Test
    void aFileThatIsNotThereHoldsNothing() {
        assertThat(ReportCollector.ofStdout(file, Long.MIN_VALUE).rest()).isEmpty();
    }

    @Test
    void anOwnTrainersReportsKeepTheirNumbers() throws IOException {
        write("""
                {"seq":0,"points":[{"step":1,"values":{"loss":0.5}}]}
                {"seq":1,"points":[{"step":2,"values":{"loss":"NaN"}},{"step":3,"values":{}}]}
                {"seq":2,"points":[{"step":4,"values":{"loss":0.3}}]}
                {"seq":3,"points":[{"step":5,"val""");
        assertThat(ReportCollector.ofReports(file, 0).rest())
                .containsExactly(
                        new ReportCollector.Collected(1, List.of(Measurement.of(2, "loss", Double.NaN))),
                        new ReportCollector.Collected(2, List.of(Measurement.of(4, "loss", 0.3))));
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private static List<Measurement> points(List<ReportCollector.Collected> reports) {
        return reports.stream().flatMap(r -> r.points().stream()).toList();
    }
}
