package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalReader;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.PatientWriter;
import dev.sluice.trainer.json.JsonText;
import dev.sluice.trainer.protocol.ReportReply;
import dev.sluice.trainer.protocol.Signal;
import dev.sluice.trainer.protocol.TrialChannel;
import dev.sluice.trainer.protocol.TrialReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherCallbacksTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

    /** A line to a service that answers what it was told to. */
    private static final class ScriptedChannel implements TrialChannel {
        private final List<TrialReport> reports = new ArrayList<>();
        private final ReportReply reply;
        private final boolean lost;

        ScriptedChannel(ReportReply reply, boolean lost) {
            this.reply = reply;
            this.lost = lost;
        }

        @Override
        public ReportReply report(TrialReport report) {
            reports.add(report);
            return reply;
        }

        @Override
        public boolean lost() {
            return lost;
        }

        @Override
        public void close() {}
    }

    @Nested
    class Reporter extends CallbackContract {
        @Override
        Callback create() {
            return new TrialReporter(new ScriptedChannel(ReportReply.PROCEED, false), 0);
        }

        private static TrainingControl controlAfter(TrialChannel channel) {
            TrainingControl control = new TrainingControl();
            new TrialReporter(channel, 0)
                    .epochEnd(new EpochResult(1, Map.of("m", 1.0), AT), CallbackContract.after(1), control);
            return control;
        }

        @Test
        void bringsTheVerdictHome() {
            TrainingControl control = controlAfter(new ScriptedChannel(new ReportReply(Signal.STOP, "slow"), false));

            assertThat(control.stopReason()).contains(new StopReason.ToldToStop("slow"));
        }

        @Test
        void knowsALostLeaseFromAVerdict() {
            TrainingControl control = controlAfter(new ScriptedChannel(new ReportReply(Signal.STOP, "gone"), true));

            assertThat(control.stopReason()).contains(new StopReason.LeaseLost("gone"));
        }

        @Test
        void asksForACheckpointWhenTold() {
            TrainingControl control = controlAfter(new ScriptedChannel(new ReportReply(Signal.CHECKPOINT, ""), false));

            assertThat(control.takeSave()).isTrue();
            assertThat(control.stopReason()).isEmpty();
        }

        @Test
        void leavesOutStepsThatAnEarlierAttemptReported() {
            ScriptedChannel channel = new ScriptedChannel(ReportReply.PROCEED, false);
            TrialReporter reporter = new TrialReporter(channel, 2);
            for (int epoch = 1; epoch <= 4; epoch++) {
                reporter.epochEnd(
                        new EpochResult(epoch, Map.of("m", 1.0), AT),
                        CallbackContract.after(epoch),
                        new TrainingControl());
            }

            assertThat(channel.reports).extracting(TrialReport::seq).containsExactly(1L, 2L);
            assertThat(channel.reports)
                    .extracting(report -> report.points().get(0).step())
                    .containsExactly(3L, 4L);
        }
    }

    @Nested
    class Logger extends CallbackContract {
        @TempDir
        Path folder;

        private JournalWriter journal;

        @BeforeEach
        void open() throws IOException {
            journal = JournalWriter.open(folder.resolve("attempt-1.journal"));
        }

        @AfterEach
        void close() throws IOException {
            journal.close();
        }

        @Override
        Callback create() {
            return new RunLogger(new PatientWriter(journal));
        }

        @Test
        void appendsEachEpochWithItsTime() throws IOException {
            create().epochEnd(
                            new EpochResult(3, Map.of("m", 0.5), AT), CallbackContract.after(3), new TrainingControl());

            assertThat(JournalReader.of(folder.resolve("attempt-1.journal")).read(0, 9))
                    .singleElement()
                    .satisfies(numbered ->
                            assertThat(numbered.value()).isEqualTo(new JournalEntry.Metrics(3, Map.of("m", 0.5), AT)));
        }
    }

    @Nested
    class JsonLines extends CallbackContract {
        @TempDir
        Path folder;

        @Override
        Callback create() {
            return new JsonLinesLog(
                    "json-lines", folder.resolve("deep/log.jsonl"), Map.of("run_name", "digits/3"), 0, Secrets.none());
        }

        @Test
        void writesOneObjectALine() throws IOException {
            Callback log = create();
            log.epochEnd(new EpochResult(1, Map.of("m", 0.5), AT), CallbackContract.after(1), new TrainingControl());
            log.epochEnd(
                    new EpochResult(2, Map.of("m", Double.NaN), AT), CallbackContract.after(2), new TrainingControl());

            List<String> lines = Files.readAllLines(folder.resolve("deep/log.jsonl"));

            assertThat(lines).hasSize(2);
            assertThat(JsonText.readObject(lines.get(1)))
                    .containsEntry("step", 20L)
                    .containsEntry("epoch", 2L)
                    .containsEntry("m", "NaN")
                    .containsEntry("timestamp", "2026-01-01T00:00:00Z")
                    .containsEntry("run_name", "digits/3");
        }
    }
}
