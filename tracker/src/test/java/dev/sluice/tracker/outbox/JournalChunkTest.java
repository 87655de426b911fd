package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Params;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A journal that is handed over in pieces: here it becomes what it is there, whatever is sent twice, late or spoilt. */
class JournalChunkTest {
    private static final Instant AT = Instant.ofEpochMilli(1_795_357_989_163L);
    private static final int ENTRIES = 60;

    @TempDir
    Path folder;

    private byte[] journal;
    private List<Numbered<JournalEntry>> entries;

    @BeforeEach
    void write() throws IOException {
        Path file = folder.resolve("there.journal");
        try (JournalWriter writer = JournalWriter.open(file)) {
            writer.append(new Params(Map.of("host", "node-7")));
            writer.append(new Tags(Map.of("team", "vision")));
            for (int step = 0; step < ENTRIES - 2; step++) {
                writer.append(new Metrics(step, Map.of("loss", 1.0 / step, "up", step / 0.0), AT.plusMillis(step)));
            }
        }
        journal = Files.readAllBytes(file);
        entries = JournalReader.of(file).read(0, 1000);
    }

    private JournalWriter receiver(int segmentBytes) throws IOException {
        return JournalWriter.open(
                folder.resolve("here.journal"), JournalSettings.defaults().withSegmentBytes(segmentBytes));
    }

    private JournalChunk piece(long from, long to) throws JournalException {
        return JournalChunk.read(from, Arrays.copyOfRange(journal, (int) from, (int) to));
    }

    private long cut(int entry) {
        return entry == 0 ? 0 : entries.get(entry - 1).end();
    }

    private List<JournalEntry> here() throws IOException {
        return JournalReader.of(folder.resolve("here.journal")).read(0, 1000).stream()
                .map(Numbered::value)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 8 << 20})
    void becomesTheSameWhateverIsSentTwiceOrTooFarOn(int segmentBytes) throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            for (Path old : List.copyOf(JournalSegments.list(folder.resolve("here.journal")).stream()
                    .map(JournalSegments.Segment::file)
                    .toList())) {
                Files.delete(old);
            }
            SplittableRandom random = new SplittableRandom(seed);
            JournalWriter here = receiver(segmentBytes);
            int held = 0;
            while (held < ENTRIES) {
                int from = random.nextInt(ENTRIES);
                int to = random.nextInt(from + 1, Math.min(ENTRIES, from + 12) + 1);
                if (here.append(piece(cut(from), cut(to)))) {
                    assertThat(from).isLessThanOrEqualTo(held);
                    held = Math.max(held, to);
                }
                assertThat(here.nextChunk()).isEqualTo(cut(held));
                if (random.nextInt(8) == 0) {
                    here.close();
                    here = receiver(segmentBytes);
                }
            }
            here.close();
            assertThat(here()).isEqualTo(entries.stream().map(Numbered::value).toList());
        }
    }

    @Test
    void isByteForByteWhatWasWrittenThereButForTheTimeOfReceipt() throws IOException {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        try (JournalWriter here = receiver(8 << 20)) {
            assertThat(here.append(piece(0, cut(7)))).isTrue();
            assertThat(here.append(piece(cut(7), journal.length))).isTrue();
        }
        Instant after = Instant.ofEpochMilli(System.currentTimeMillis());

        List<Numbered<JournalEntry>> held =
                JournalReader.of(folder.resolve("here.journal")).read(0, 1000);
        assertThat(held).extracting(Numbered::writtenAt).allMatch(at -> !at.isBefore(before) && !at.isAfter(after));
        byte[] bytes = Files.readAllBytes(folder.resolve("here.journal"));
        for (Numbered<JournalEntry> entry : entries) {
            int at = (int) entry.offset();
            System.arraycopy(bytes, at + 8, journal, at + 8, 4);
            System.arraycopy(bytes, at + 16, journal, at + 16, 8);
        }
        assertThat(bytes).isEqualTo(journal);
    }

    /** The sender's clock is ten years ahead, or stands at the beginning of time. */
    @ParameterizedTest
    @ValueSource(longs = {2_100_000_000_000L, 0})
    void theClockOfTheSenderSaysNothingOfHowLongItWaits(long senderMillis) throws IOException {
        Path service = RunJournals.attempt(folder.resolve("run"), 1);
        byte[] frame = JournalFormat.encode(new Metrics(1, Map.of("loss", 0.5), AT), senderMillis);
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        try (JournalWriter here = JournalWriter.open(service)) {
            assertThat(here.append(JournalChunk.read(16, frame))).isTrue();
            assertThat(here.append(JournalChunk.read(16, frame)))
                    .as("sent twice")
                    .isTrue();
        }

        RunProgress progress = new FollowedRun(folder.resolve("run"), folder).progress();
        assertThat(progress.pointsWaiting()).isEqualTo(1);
        assertThat(progress.oldestWaiting())
                .hasValueSatisfying(oldest ->
                        assertThat(oldest).isBetween(before, Instant.ofEpochMilli(System.currentTimeMillis())));
    }

    @ParameterizedTest
    @ValueSource(longs = {-2, 6, Long.MIN_VALUE})
    void refusesAMarkThatDoesNotFollowWhatIsHere(long mark) throws IOException {
        try (JournalWriter here = receiver(8 << 20)) {
            here.append(new Tags(Map.of("a", "b"), 7));
            long size = here.size();
            byte[] frame = JournalFormat.encode(new Metrics(0, Map.of("loss", 3.0), AT, mark), 5);

            assertThatThrownBy(() -> here.append(JournalChunk.read(size, frame)))
                    .isInstanceOfSatisfying(
                            JournalException.class,
                            e -> assertThat(e.isPassing()).isFalse())
                    .hasMessageContaining("offset " + size)
                    .hasMessageContaining("mark " + mark)
                    .hasMessageContaining(">= 7");
            assertThat(here.size()).isEqualTo(size);
            assertThat(here.lastMark()).hasValue(7);
        }
    }

    @Test
    void takesMarksThatFollowAndNone() throws IOException {
        try (JournalWriter here = receiver(8 << 20)) {
            for (long mark : new long[] {0, JournalEntry.NO_MARK, 0, 9}) {
                byte[] frame = JournalFormat.encode(new Metrics(0, Map.of("loss", 3.0), AT, mark), 5);
                assertThat(here.append(JournalChunk.read(here.size(), frame))).isTrue();
            }

            assertThat(here.lastMark()).hasValue(9);
        }
    }

    @Test
    void aJournalAtItsLimitTakesNoPieceUntilWhatIsShippedIsDeleted() throws IOException {
        Path file = folder.resolve("here.journal");
        JournalSettings small =
                JournalSettings.defaults().withSegmentBytes(4096).withLimit(2 * 4096, Duration.ofMinutes(1));
        byte[] frame = JournalFormat.encode(new Tags(Map.of("a", "b".repeat(500))), 5);
        try (JournalWriter here = JournalWriter.open(file, small)) {
            long[] taken = {0};
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            here.append(JournalChunk.read(here.size(), frame));
                            taken[0] = here.size();
                        }
                    })
                    .isInstanceOfSatisfying(
                            JournalException.class,
                            e -> assertThat(e.isPassing()).isTrue())
                    .hasMessageContaining("its limit is 8192");
            assertThat(taken[0]).isBetween(8192L - 700, 8192L);
            assertThat(here.append(JournalChunk.read(taken[0] - frame.length, frame)))
                    .as("what is here already needs no room")
                    .isTrue();
            JournalSegments.deleteBefore(file, Long.MAX_VALUE, false);

            assertThat(here.append(JournalChunk.read(taken[0], frame))).isTrue();
        }
    }

    @Test
    void aNewJournalIsOnTheDiskWithTheFoldersThatItLiesIn() throws IOException {
        Path run = folder.resolve("trials/7/journal");
        List<Path> synced = new ArrayList<>();
        JournalSettings machine = JournalSettings.defaults().withDurability(Durability.MACHINE);
        JournalWriter.open(run.resolve("a.journal"), machine, synced::add).close();
        assertThat(synced).startsWith(run, folder.resolve("trials/7"), folder.resolve("trials"), folder);
        synced.clear();

        JournalWriter.open(run.resolve("a.journal"), machine, synced::add).close();
        JournalWriter.open(run.resolve("b.journal"), JournalSettings.defaults(), synced::add)
                .close();

        assertThat(synced).isEmpty();
    }

    @Test
    void refusesAnotherJournalInThePlaceOfWhatItHas() throws IOException {
        Path other = folder.resolve("other.journal");
        try (JournalWriter writer = JournalWriter.open(other)) {
            writer.append(new Metrics(0, Map.of("loss", 3.0), AT));
        }
        byte[] begun = Files.readAllBytes(other);
        try (JournalWriter here = receiver(8 << 20)) {
            here.append(piece(0, cut(5)));

            assertThat(here.append(JournalChunk.read(0, begun))).isFalse();
            assertThat(here.size()).isEqualTo(cut(5));
        }
    }

    @Test
    void takesAJournalOnThatLostItsBeginning() throws IOException {
        try (JournalWriter here = receiver(8 << 20)) {
            here.append(piece(0, cut(5)));
            byte[] frame = Arrays.copyOfRange(journal, (int) cut(9), (int) cut(10));

            assertThat(here.append(JournalChunk.read(here.size(), frame))).isTrue();
        }

        assertThat(here()).hasSize(6).last().isEqualTo(entries.get(9).value());
    }

    @Test
    void anyFlippedBitIsAnError() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            byte[] spoilt = journal.clone();
            int at;
            do {
                at = random.nextInt(spoilt.length);
            } while (at >= 12 && at < JournalFormat.FILE_HEADER); // bytes of the header that mean nothing
            spoilt[at] ^= (byte) (1 << random.nextInt(8));

            assertThatThrownBy(() -> JournalChunk.read(0, spoilt)).isInstanceOf(JournalException.class);
        }
    }

    @Test
    void whatIsCutWithinAnEntryIsAnError() throws IOException {
        List<Long> cuts = new ArrayList<>();
        entries.forEach(entry -> cuts.add(entry.end()));
        for (int length = 0; length < journal.length; length++) {
            byte[] cut = Arrays.copyOf(journal, length);
            if (cuts.contains((long) length)) {
                assertThat(JournalChunk.read(0, cut).end()).isEqualTo(length);
            } else {
                assertThatThrownBy(() -> JournalChunk.read(0, cut)).isInstanceOf(JournalException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"step\":\"one\",\"at\":5,\"values\":{\"loss\":1}}",
                "{\"step\":1.5,\"at\":5,\"values\":{\"loss\":1}}",
                "{\"step\":1,\"values\":{\"loss\":1}}",
                "{\"step\":1,\"at\":5,\"values\":{\"loss\":true}}",
                "{\"step\":1,\"at\":5,\"values\":{\"loss\":\"0x1p3\"}}",
                "{\"step\":1,\"at\":5,\"values\":[1]}",
                "{\"step\":1,\"at\":5,\"values\":{\"\":1}}",
                "[]",
                "{\"step\":1,\"at\":5,\"values\":{\"loss\":1}"
            })
    void whatIsIntactAndNoEntryIsAnError(String json) {
        assertThatThrownBy(() -> JournalChunk.read(16, frame((byte) 3, 1, json)))
                .isInstanceOf(JournalException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void takesWhatOthersWriteInTheirOwnSpelling() throws JournalException {
        JournalChunk chunk = JournalChunk.read(
                16, frame((byte) 3, 2, "{ \"values\": {\"a\": 1e-3, \"b\": \"NaN\"}, \"at\": 7, \"step\": 2 }"));

        assertThat(chunk.entries())
                .extracting(Numbered::value)
                .containsExactly(new Metrics(2, Map.of("a", 1e-3, "b", Double.NaN), Instant.ofEpochMilli(7)));
    }

    @Test
    void rowsThatAreNotThereAreAnError() {
        assertThatThrownBy(() ->
                        JournalChunk.read(16, frame((byte) 3, 5, "{\"step\":1,\"at\":5,\"values\":{\"loss\":1}}")))
                .hasMessageContaining("5 rows, and has 1");
    }

    private static byte[] frame(byte kind, int rows, String json) {
        byte[] payload = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(JournalFormat.FRAME_HEADER + payload.length)
                .putShort(JournalFormat.FRAME_MAGIC)
                .put(kind)
                .put((byte) 0)
                .putInt(payload.length)
                .putInt(0)
                .putInt(rows)
                .putLong(5)
                .putLong(JournalEntry.NO_MARK)
                .put(payload);
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), 0, 8);
        crc.update(frame.array(), 12, frame.capacity() - 12);
        return frame.putInt(8, (int) crc.getValue()).array();
    }
}
