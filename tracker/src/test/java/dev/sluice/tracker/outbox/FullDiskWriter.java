package dev.sluice.tracker.outbox;

import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A process that records on a file system of its own, fills it, goes on, makes room, and goes on. It ends well if what
 * it says it lost, and nothing else, is missing from the journal. Argument: where the file system is.
 */
final class FullDiskWriter {
    private static final int MORE_THAN_THE_MEMORY_HOLDS = 100_050;

    private FullDiskWriter() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path disk = Path.of(args[0]);
        Path journal = disk.resolve("a.journal");
        Path filler = disk.resolve("filler");
        long step = 0;
        long firstLost;
        long lost;
        try (PatientWriter writer = new PatientWriter(
                JournalWriter.open(journal, JournalSettings.defaults().withSegmentBytes(1 << 20)))) {
            for (int i = 0; i < 1000; i++) {
                writer.record(metrics(step++));
            }
            fill(filler);
            while (writer.heldRows() == 0) {
                writer.record(metrics(step++));
            }
            System.out.println("full");
            long held = step - 1;
            for (int i = 0; i < MORE_THAN_THE_MEMORY_HOLDS; i++) {
                writer.record(metrics(step++));
            }
            lost = writer.lostRows();
            firstLost = step - lost;
            check(lost > 0 && writer.heldRows() == step - held - lost, "lost " + lost + ", held " + writer.heldRows());
            check(read(journal).size() == held, "the journal is not as it was before the disk was full");
            Files.delete(filler);
            while (writer.heldRows() > 0) {
                Thread.sleep(20);
                writer.record(metrics(step++));
            }
            // What was recorded until the next attempt had no room in memory either.
            lost = writer.lostRows();
        }
        List<Long> expected = LongStream.concat(
                        LongStream.range(0, firstLost), LongStream.range(firstLost + lost, step))
                .boxed()
                .toList();
        check(read(journal).equals(expected), "the journal holds other records than it should");
        check(JournalReader.of(journal).tally(0).damagedBytes() == 0, "the journal is damaged");
        System.out.println("done");
    }

    private static Metrics metrics(long step) {
        return new Metrics(step, Map.of("loss", 1.0 * step), RunFolder.START, step);
    }

    private static void fill(Path filler) throws IOException {
        byte[] piece = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException e) {
            check(Files.size(filler) > 0, "nothing could be written: " + e);
        }
    }

    private static List<Long> read(Path journal) throws IOException {
        JournalReader reader = JournalReader.of(journal);
        List<Long> marks = new ArrayList<>();
        List<Numbered<JournalEntry>> next = reader.read(0);
        while (!next.isEmpty()) {
            next.forEach(numbered -> marks.add(numbered.value().mark()));
            next = reader.read(next.getLast().end());
        }
        return marks;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
