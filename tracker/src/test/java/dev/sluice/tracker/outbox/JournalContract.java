package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry.Artifact;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Params;
import dev.sluice.tracker.outbox.JournalEntry.RunEnded;
import dev.sluice.tracker.outbox.JournalEntry.RunOpened;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every journal does, in one file or in many: what was appended is read back, whatever happens to its tail. */
abstract class JournalContract {
    static final Instant AT = Instant.ofEpochMilli(1_795_357_989_163L);

    @TempDir
    Path folder;

    abstract JournalSettings settings();

    final JournalWriter open() throws IOException {
        return JournalWriter.open(file(), settings());
    }

    final Path file() {
        return folder.resolve("service.journal");
    }

    static Metrics metrics(long step) {
        return new Metrics(
                step, Map.of("validation_loss_of_the_first_fold", 1.0 / (step + 1)), AT.plusSeconds(step), step);
    }

    static List<JournalEntry> read(Path file) throws IOException {
        return JournalReader.of(file).read(0, 100_000).stream()
                .map(Numbered::value)
                .toList();
    }

    final void append(int from, int to) throws IOException {
        try (JournalWriter writer = open()) {
            for (int step = from; step < to; step++) {
                writer.append(metrics(step));
            }
        }
    }

    @Test
    void givesBackEveryKindOfEntryAsItWasAppended() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("val_loss", 0.1);
        values.put("nan", Double.NaN);
        values.put("up", Double.POSITIVE_INFINITY);
        values.put("down", Double.NEGATIVE_INFINITY);
        values.put("tiny", Double.MIN_VALUE);
        values.put("minus zero", -0.0);
        List<JournalEntry> entries = List.of(
                new RunOpened("s/1", "trial 1", "digits", AT, Optional.of("s"), Map.of("mlflow.user", "ü€😀"), 7),
                new RunOpened("s", "sweep", "digits", AT, Optional.empty(), Map.of()),
                new Params(Map.of("lr", "0.1", "empty", "")),
                new Metrics(Long.MAX_VALUE, values, AT, 8),
                new Metrics(-3, Map.of("x", 1e300), AT),
                new Tags(Map.of("a\n\"b", "c\u0000d")),
                new JournalEntry.Inputs(
                        List.of(
                                new Dataset("a", "1", "local", "{}", Optional.of("[]"), Optional.of("{}"), "training"),
                                new Dataset("b", "2", "code", "{}", Optional.empty(), Optional.empty(), "")),
                        3),
                new Artifact("checkpoints/a b", "x/y", 12, "0".repeat(64)),
                new RunEnded(RunStatus.KILLED, AT, 9));
        try (JournalWriter writer = open()) {
            for (JournalEntry entry : entries) {
                writer.append(entry);
            }
        }

        assertThat(read(file())).isEqualTo(entries);
    }

    @Test
    void keepsTheOrderOfParametersAndMetrics() throws IOException {
        Map<String, String> params = new LinkedHashMap<>();
        IntStream.range(0, 40).forEach(i -> params.put("p" + (39 - i), "" + i));
        try (JournalWriter writer = open()) {
            writer.append(new Params(params));
        }

        Params back = (Params) read(file()).getFirst();

        assertThat(back.values().keySet()).containsExactlyElementsOf(params.keySet());
    }

    @Test
    void readsOnFromTheEndOfTheLastEntryRead() throws IOException {
        append(0, 10);
        List<Numbered<JournalEntry>> first = JournalReader.of(file()).read(0, 4);
        List<Numbered<JournalEntry>> rest =
                JournalReader.of(file()).read(first.getLast().end(), 100);

        assertThat(first).hasSize(4);
        assertThat(rest).extracting(entry -> entry.value().mark()).containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(rest.getFirst().offset()).isEqualTo(first.getLast().end());
    }

    @Test
    void anAbsentFileIsEmpty() throws IOException {
        assertThat(JournalReader.of(file()).read(0, 1)).isEmpty();
        assertThat(JournalReader.of(file()).lastMark()).isEmpty();
    }

    @Test
    void appendAnswersWhereTheEntryEnds() throws IOException {
        try (JournalWriter writer = open()) {
            long end = writer.append(metrics(0));

            assertThat(end).isEqualTo(Files.size(file()));
            assertThat(JournalReader.of(file()).read(0, 1).getFirst().end()).isEqualTo(end);
        }
    }

    @Test
    void aTornTailAtEveryLengthIsToleratedByTheReaderAndCutByTheWriter() throws IOException {
        append(0, 3);
        byte[] whole = Files.readAllBytes(file());
        long second = JournalReader.of(file()).read(0, 3).get(1).end();
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            List<JournalEntry> before = read(file());
            try (JournalWriter writer = open()) {
                writer.append(metrics(99));
            }

            List<JournalEntry> expected = new ArrayList<>(before);
            expected.add(metrics(99));
            assertThat(read(file())).as("cut to %d bytes", length).isEqualTo(expected);
            assertThat(before).as("cut to %d bytes", length).hasSize(length >= second ? 2 : before.size());
        }
    }

    @Test
    void zeroesAtTheEndAreATornTail() throws IOException {
        append(0, 2);
        Files.write(file(), new byte[5000], StandardOpenOption.APPEND);

        assertThat(read(file())).hasSize(2);
        append(2, 3);
        assertThat(read(file())).containsExactly(metrics(0), metrics(1), metrics(2));
    }

    @Test
    void damageInTheMiddleCostsOnlyTheEntryThatItHit() throws IOException {
        append(0, 20);
        List<Numbered<JournalEntry>> all = JournalReader.of(file()).read(0, 100);
        byte[] whole = Files.readAllBytes(file());
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 200; round++) {
            int hit = random.nextInt(0, 19);
            Numbered<JournalEntry> victim = all.get(hit);
            byte[] damaged = whole.clone();
            int at = (int) random.nextLong(victim.offset(), victim.end());
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file(), damaged);

            assertThat(read(file())).as("bit flipped at %d", at).hasSize(19).doesNotContain(victim.value());
            assertThat(JournalReader.of(file()).tally(0).damagedBytes())
                    .as("bit flipped at %d", at)
                    .isEqualTo(victim.end() - victim.offset());
        }
    }

    @Test
    void refusesAFileThatIsNoJournalAndLeavesItAlone() throws IOException {
        Files.writeString(file(), "these are my notes, do not overwrite them");

        assertThatThrownBy(() -> open()).isInstanceOf(JournalException.class).hasMessageContaining("not a journal");
        assertThat(file()).hasContent("these are my notes, do not overwrite them");
    }

    @Test
    void refusesANewerFormatByItsNumber() throws IOException {
        append(0, 1);
        try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
            raw.seek(8);
            raw.writeInt(2);
        }

        assertThatThrownBy(() -> JournalReader.of(file()).read(0, 1))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void findsTheLastMarkAgain() throws IOException {
        try (JournalWriter writer = open()) {
            assertThat(writer.lastMark()).isEmpty();
            writer.append(new Tags(Map.of("a", "b"), 41));
            writer.append(new Tags(Map.of("a", "c")));
            assertThat(writer.lastMark()).isEqualTo(OptionalLong.of(41));
        }
        try (JournalWriter writer = open()) {
            assertThat(writer.lastMark()).isEqualTo(OptionalLong.of(41));
        }
        assertThat(JournalReader.of(file()).lastMark()).isEqualTo(OptionalLong.of(41));
    }

    @Test
    void countsPointsWithoutReadingThem() throws IOException {
        try (JournalWriter writer = open()) {
            writer.append(new Params(Map.of("a", "b")));
            writer.append(new Metrics(1, Map.of("x", 1.0, "y", 2.0), AT));
            writer.append(new Metrics(2, Map.of("x", 1.0), AT));
        }

        JournalReader.Tally tally = JournalReader.of(file()).tally(0);

        assertThat(tally.entries()).isEqualTo(3);
        assertThat(tally.points()).isEqualTo(3);
        assertThat(tally.end()).isEqualTo(Files.size(file()));
    }

    @Test
    void anEntryLongerThanTheLimitIsRefusedAndTheJournalGoesOn() throws IOException {
        try (JournalWriter writer = open()) {
            Tags huge = new Tags(Map.of("x", "y".repeat(JournalFormat.MAX_PAYLOAD)));
            assertThatThrownBy(() -> writer.append(huge)).isInstanceOf(JournalException.class);
            writer.append(metrics(1));
        }

        assertThat(read(file())).containsExactly(metrics(1));
    }

    @Test
    void anEntryLongerThanTheReadersWindowIsRead() throws IOException {
        Tags large = new Tags(Map.of("x", "y".repeat(3_000_000)));
        try (JournalWriter writer = open()) {
            writer.append(metrics(0));
            writer.append(large);
            writer.append(metrics(1));
        }

        assertThat(read(file())).containsExactly(metrics(0), large, metrics(1));
    }

    @Test
    void manyThreadsAppendWhileAReaderFollows() throws Exception {
        int threads = 4;
        int each = 2_000;
        CountDownLatch running = new CountDownLatch(threads);
        List<Numbered<JournalEntry>> seen = new ArrayList<>();
        try (JournalWriter writer = open()) {
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * each;
                Thread.ofPlatform().start(() -> {
                    try {
                        for (int i = 0; i < each; i++) {
                            writer.append(metrics(first + i));
                        }
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    } finally {
                        running.countDown();
                    }
                });
            }
            JournalReader reader = JournalReader.of(file());
            long offset = 0;
            boolean last = false;
            while (!last) {
                last = running.await(1, TimeUnit.MILLISECONDS);
                List<Numbered<JournalEntry>> next = reader.read(offset, Integer.MAX_VALUE);
                seen.addAll(next);
                offset = next.isEmpty() ? offset : next.getLast().end();
            }
        }

        assertThat(seen).extracting(entry -> entry.value().mark()).doesNotHaveDuplicates();
        assertThat(seen).hasSize(threads * each);
        assertThat(JournalReader.of(file()).tally(0).damagedBytes()).isZero();
    }

    @Test
    void anInterruptedThreadStillAppends() throws IOException {
        try (JournalWriter writer = open()) {
            Thread.currentThread().interrupt();
            writer.append(metrics(0));
            assertThat(Thread.interrupted()).isTrue();
            writer.append(metrics(1));
        }

        assertThat(read(file())).hasSize(2);
    }

    @Test
    void aKilledProcessLosesNothingThatAppendReturnedFrom() throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendForEver.class.getName(),
                        file().toString(),
                        String.valueOf(settings().segmentBytes()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long acknowledged = 0;
        try (var lines = writer.inputReader()) {
            while (acknowledged < 500) {
                acknowledged = Long.parseLong(lines.readLine());
            }
            // Not Process.destroyForcibly, which drops what the process had printed.
            writer.toHandle().destroyForcibly();
            writer.waitFor();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // A line cut by the kill proves nothing.
                acknowledged = line.length() == 9 ? Long.parseLong(line) : acknowledged;
            }
        }

        List<JournalEntry> held = read(file());
        assertThat(held).hasSizeGreaterThan((int) acknowledged);
        try (JournalWriter again = open()) {
            assertThat(again.lastMark()).isEqualTo(OptionalLong.of(held.size() - 1));
        }
    }

    @Test
    void aFullDiskIsReported() throws IOException {
        // /dev/full takes the open and refuses the write.
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full on this system");
        Path link = Files.createSymbolicLink(folder.resolve("full.journal"), full);

        assertThatThrownBy(() -> JournalWriter.open(link)).isInstanceOf(IOException.class);
    }

    @Test
    void describesAFileByItsPlaceSizeAndHash() throws IOException {
        Path file = folder.resolve("checkpoints/c 1/weights");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "abc");

        assertThat(Artifact.of(folder, file, "checkpoints/c 1/weights"))
                .isEqualTo(new Artifact(
                        "checkpoints/c 1/weights",
                        "checkpoints/c 1/weights",
                        3,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        assertThatThrownBy(() -> Artifact.of(folder.resolve("checkpoints"), folder.resolve("x"), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not lie below");
    }

    @Test
    void listsTheServicesJournalFirstAndAttemptsByNumber() throws IOException {
        for (String name : List.of("attempt-10.journal", "attempt-2.journal", "service.journal", "run.json")) {
            Files.writeString(folder.resolve(name), "");
        }

        assertThat(RunJournals.list(folder))
                .extracting(RunJournals::name)
                .containsExactly("service.journal", "attempt-2.journal", "attempt-10.journal");
    }
}
