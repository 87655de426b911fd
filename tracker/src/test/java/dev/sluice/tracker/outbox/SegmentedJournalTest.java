package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.outbox.JournalEntry.Tags;
import dev.sluice.tracker.outbox.JournalSegments.Segment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A journal that goes on in a new file every few kilobytes. */
class SegmentedJournalTest extends JournalContract {
    private static final int SEGMENT = 4096;

    @Override
    JournalSettings settings() {
        return JournalSettings.defaults().withSegmentBytes(SEGMENT);
    }

    private List<Segment> segments() throws IOException {
        return JournalSegments.list(file());
    }

    private static List<JournalEntry> metrics(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(step -> (JournalEntry) metrics(step))
                .toList();
    }

    @Test
    void offsetsCountOnFromFileToFile() throws IOException {
        append(0, 200);
        List<Numbered<JournalEntry>> all = JournalReader.of(file()).read(0, 1000);

        assertThat(segments()).hasSizeGreaterThan(4);
        assertThat(all).extracting(Numbered::value).isEqualTo(metrics(0, 200));
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).offset()).isEqualTo(all.get(i - 1).end());
            assertThat(JournalReader.of(file()).read(all.get(i).offset(), 1).getFirst())
                    .isEqualTo(all.get(i));
        }
        assertThat(JournalReader.of(file()).tally(0))
                .isEqualTo(new JournalReader.Tally(all.getLast().end(), 200, 200, OptionalLong.of(199), 0));
        assertThat(RunJournals.lengths(folder))
                .containsExactly(Map.entry(file(), all.getLast().end()));
    }

    @Test
    void aJournalInOneFileGoesOnInSeveral() throws IOException {
        try (JournalWriter old = JournalWriter.open(file())) {
            for (int step = 0; step < 100; step++) {
                old.append(metrics(step));
            }
        }
        assertThat(segments()).hasSize(1);
        append(100, 200);

        assertThat(segments()).hasSizeGreaterThan(2);
        assertThat(read(file())).isEqualTo(metrics(0, 200));
    }

    @Test
    void shippedFilesAreDeletedAndWhatIsBehindThemStays() throws IOException {
        append(0, 200);
        List<Numbered<JournalEntry>> all = JournalReader.of(file()).read(0, 1000);
        int from = 120;
        JournalSegments.deleteBefore(file(), all.get(from).offset(), false);

        List<Numbered<JournalEntry>> left = JournalReader.of(file()).read(0, 1000);
        assertThat(left).isEqualTo(all.subList(200 - left.size(), 200));
        assertThat(left).hasSizeBetween(200 - from, 200 - from + 40);
        assertThat(JournalReader.of(file()).tally(0).damagedBytes()).isZero();
        assertThat(JournalReader.of(file()).read(all.get(from).offset(), 1).getFirst())
                .isEqualTo(all.get(from));
        append(200, 250);
        assertThat(JournalReader.of(file()).read(all.getLast().end(), 100))
                .extracting(Numbered::value)
                .isEqualTo(metrics(200, 250));
    }

    @Test
    void theFirstFileIsKeptWhereThatIsAsked() throws IOException {
        append(0, 200);
        JournalSegments.deleteBefore(file(), Long.MAX_VALUE, true);

        assertThat(segments()).hasSize(2).first().matches(Segment::isFirst);
        assertThat(read(file())).startsWith(metrics(0)).endsWith(metrics(199));
        assertThat(JournalReader.of(file()).tally(0).damagedBytes()).isZero();
    }

    @Test
    void theLastMarkOutlivesTheFileOfItsEntry() throws IOException {
        append(0, 10);
        try (JournalWriter writer = open()) {
            for (int i = 0; i < 200; i++) {
                writer.append(new Tags(Map.of("a", "b")));
            }
        }
        JournalSegments.deleteBefore(file(), Long.MAX_VALUE, false);

        assertThat(segments()).hasSize(1);
        assertThat(JournalReader.of(file()).lastMark()).isEqualTo(OptionalLong.of(9));
        try (JournalWriter writer = open()) {
            assertThat(writer.lastMark()).isEqualTo(OptionalLong.of(9));
        }
    }

    @Test
    void aKillAtEveryByteOfTheLastFileIsSurvived() throws IOException {
        append(0, 60);
        Segment last = segments().getLast();
        byte[] whole = Files.readAllBytes(last.file());
        List<JournalEntry> before = metrics(0, (int) JournalReader.of(file()).read(0, 100).stream()
                .filter(entry -> entry.offset() < last.base())
                .count());
        assertThat(last.isFirst()).isFalse();
        for (int length = 0; length < Math.min(whole.length, 300); length++) {
            Files.write(last.file(), Arrays.copyOf(whole, length));
            List<JournalEntry> held = read(file());
            assertThat(held).as("cut to %d bytes", length).startsWith(before.toArray(new JournalEntry[0]));
            try (JournalWriter writer = open()) {
                assertThat(writer.lastMark()).isEqualTo(OptionalLong.of(held.size() - 1));
                writer.append(metrics(99));
            }

            List<JournalEntry> expected = new ArrayList<>(held);
            expected.add(metrics(99));
            assertThat(read(file())).as("cut to %d bytes", length).isEqualTo(expected);
            assertThat(segments().getLast()).isEqualTo(last);
        }
    }

    @Test
    void damageAnywhereCostsOnlyWhatItHit() throws IOException {
        append(0, 120);
        List<Numbered<JournalEntry>> all = JournalReader.of(file()).read(0, 1000);
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 60; round++) {
            Segment hit = segments().get(random.nextInt(segments().size() - 1));
            byte[] whole = Files.readAllBytes(hit.file());
            byte[] damaged = whole.clone();
            int at = random.nextInt(hit.headerLength(), whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(hit.file(), damaged);
            Numbered<JournalEntry> victim = all.stream()
                    .filter(entry -> entry.offset() <= hit.offset(at) && hit.offset(at) < entry.end())
                    .findFirst()
                    .orElseThrow();

            assertThat(read(file()))
                    .as("bit flipped at %d of %s", at, hit)
                    .hasSize(119)
                    .doesNotContain(victim.value());
            assertThat(JournalReader.of(file()).tally(0).damagedBytes()).isEqualTo(victim.end() - victim.offset());
            Files.write(hit.file(), whole);
        }
    }

    @Test
    void atItsLimitItWaitsForRoomAndFailsWhenThereIsNone() throws Exception {
        JournalSettings limited = settings().withLimit(3L * SEGMENT, Duration.ofMillis(200));
        try (JournalWriter writer = JournalWriter.open(file(), limited)) {
            assertThatThrownBy(() -> {
                        while (true) {
                            writer.append(metrics(0));
                        }
                    })
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("its limit is");
        }
        assertThat(held()).isLessThanOrEqualTo(3L * SEGMENT);
        int entries = read(file()).size();
        try (JournalWriter writer =
                JournalWriter.open(file(), settings().withLimit(3L * SEGMENT, Duration.ofMinutes(1)))) {
            CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return writer.append(metrics(1));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            await().pollDelay(Duration.ofMillis(100)).until(() -> !waiting.isDone());
            JournalSegments.deleteBefore(
                    file(), JournalReader.of(file()).tally(0).end(), false);

            await().atMost(Duration.ofSeconds(20)).until(waiting::isDone);
            assertThat(read(file())).hasSizeLessThan(entries).endsWith(metrics(1));
        }
    }

    private long held() throws IOException {
        long held = 0;
        for (Segment segment : segments()) {
            held += Files.size(segment.file());
        }
        return held;
    }

    @Test
    void theEnvironmentNamesTheDurability() {
        assertThat(JournalSettings.of(Map.of())).isEqualTo(JournalSettings.defaults());
        assertThat(JournalSettings.of(Map.of("SLUICE_JOURNAL_DURABILITY", "Second"))
                        .durability())
                .isEqualTo(Durability.SECOND);
        assertThatThrownBy(() -> JournalSettings.of(Map.of("SLUICE_JOURNAL_DURABILITY", "always")))
                .hasMessage("SLUICE_JOURNAL_DURABILITY must be process, second or machine, was 'always'");
    }

    @Test
    void threadsThatWaitForTheDiskAllGetTheirEntriesIn() throws Exception {
        for (Durability durability : Durability.values()) {
            Path file = folder.resolve(durability + ".journal");
            List<Thread> threads = new ArrayList<>();
            try (JournalWriter writer = JournalWriter.open(file, settings().withDurability(durability))) {
                for (int thread = 0; thread < 4; thread++) {
                    threads.add(Thread.ofPlatform().start(() -> {
                        try {
                            for (int i = 0; i < 50; i++) {
                                writer.append(metrics(i));
                            }
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }));
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }

            assertThat(read(file)).as("%s", durability).hasSize(200);
        }
    }
}
