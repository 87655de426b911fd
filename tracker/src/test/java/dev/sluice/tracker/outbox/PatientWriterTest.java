package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A journal at its limit stands for a disk that is full. */
class PatientWriterTest {
    private static final int SEGMENT = 4096;

    @TempDir
    private Path folder;

    private JournalWriter journal() throws IOException {
        return JournalWriter.open(
                folder.resolve("a.journal"),
                JournalSettings.defaults().withSegmentBytes(SEGMENT).withLimit(2L * SEGMENT, Duration.ZERO));
    }

    private List<JournalEntry> held() throws IOException {
        return JournalReader.of(folder.resolve("a.journal")).read(0, 100_000).stream()
                .map(Numbered::value)
                .toList();
    }

    private static Metrics metrics(int step) {
        return new Metrics(step, Map.of("loss", 1.0 * step), RunFolder.START, step);
    }

    @Test
    void whatTheDiskDoesNotTakeIsWrittenInItsOrderWhenItDoes() throws IOException {
        int step = 0;
        try (PatientWriter writer = new PatientWriter(journal())) {
            while (writer.heldRows() == 0) {
                writer.record(metrics(step++));
            }
            for (int i = 0; i < 10; i++) {
                writer.record(metrics(step++));
            }
            assertThat(writer.heldRows()).isEqualTo(11);
            assertThat(held()).hasSize(step - 11);
            int written = held().size();
            JournalSegments.deleteBefore(folder.resolve("a.journal"), Long.MAX_VALUE, false);
            int gone = written - held().size();
            Awaitility.await().pollDelay(Duration.ofMillis(150)).until(() -> true);
            writer.record(metrics(step++));

            assertThat(writer.heldRows()).isZero();
            assertThat(writer.lostRows()).isZero();
            assertThat(held())
                    .extracting(JournalEntry::mark)
                    .containsExactlyElementsOf(
                            LongStream.range(gone, step).boxed().toList());
        }
    }

    @Test
    void aDiskThatHasRoomAgainIsFoundByWhoRecordsWithoutAPause() throws IOException {
        try (PatientWriter writer = new PatientWriter(journal())) {
            int step = 0;
            while (writer.heldRows() == 0) {
                writer.record(metrics(step++));
            }
            JournalSegments.deleteBefore(folder.resolve("a.journal"), Long.MAX_VALUE, false);
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (writer.heldRows() > 0 && System.nanoTime() - deadline < 0) {
                writer.record(metrics(step++));
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }

            assertThat(writer.heldRows()).isZero();
            assertThat(writer.lostRows()).isZero();
        }
    }

    @Test
    void aRecordThatNoJournalTakesHoldsUpNothing() throws IOException {
        try (PatientWriter writer = new PatientWriter(journal())) {
            writer.record(new Tags(Map.of("x", "y".repeat(JournalFormat.MAX_PAYLOAD))));
            writer.record(metrics(1));

            assertThat(writer.lostRows()).isEqualTo(1);
            assertThat(held()).containsExactly(metrics(1));
        }
    }

    @Test
    void textsTakeNoMoreMemoryThanIsSetAsideForThem() throws IOException {
        JournalEntry tags = new Tags(Map.of("x", "y".repeat(1 << 20)));
        try (PatientWriter writer = new PatientWriter(journal())) {
            while (writer.heldRows() == 0) {
                writer.record(metrics(0));
            }
            long before = writer.heldRows();
            for (int i = 0; i < 20; i++) {
                writer.record(tags);
            }
            writer.record(new JournalEntry.RunEnded(RunStatus.FINISHED, RunFolder.START));

            assertThat(writer.heldRows() - before).isBetween(14L, 17L);
            assertThat(writer.lostRows()).isBetween(4L, 5L);
        }
    }

    static List<JournalEntry> littleAndLarge() {
        return List.of(
                new Metrics(0, Map.of(), RunFolder.START),
                new Metrics(0, Map.of("m".repeat(60_000), 0.5), RunFolder.START),
                new Tags(Map.of()));
    }

    /** Of each some 20 MB are held: more than 170,000 records of 100 bytes, and some 330 of 60,000. */
    @ParameterizedTest
    @MethodSource("littleAndLarge")
    void noRecordIsTooShortOrTooLongToBeBounded(JournalEntry entry) throws IOException {
        int most = entry.toString().length() > 1000 ? 350 : 210_000;
        try (PatientWriter writer = new PatientWriter(journal())) {
            while (writer.heldRecords() == 0) {
                writer.record(metrics(0));
            }
            for (int i = 0; i < most; i++) {
                writer.record(entry);
            }

            assertThat(writer.heldRecords()).isBetween(most / 2, most - 1);
        }
    }
}
