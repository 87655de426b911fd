package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** A process that appends until it is killed, and prints the mark of every entry after the append returned. */
final class AppendForEver {
    private AppendForEver() {}

    public static void main(String[] args) throws IOException {
        JournalWriter writer = JournalWriter.open(
                Path.of(args[0]), JournalSettings.defaults().withSegmentBytes(Long.parseLong(args[1])));
        for (long mark = 0; ; mark++) {
            writer.append(new JournalEntry.Metrics(mark, Map.of("loss", 0.5, "accuracy", 0.25), Instant.now(), mark));
            System.out.printf("%09d%n", mark);
        }
    }
}
