package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that records runs until they end or it is killed; started again it goes on behind what its journals hold.
 * Arguments: folder, experiment, number of runs, pause after each step in milliseconds.
 */
final class ChaosWriter {
    private ChaosWriter() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path root = Path.of(args[0]);
        int runs = Integer.parseInt(args[2]);
        List<JournalWriter> writers = new ArrayList<>();
        List<List<JournalEntry>> left = new ArrayList<>();
        for (int number = 0; number < runs; number++) {
            ChaosRun run = new ChaosRun(root, args[1], number);
            JournalWriter writer = JournalWriter.open(
                    RunJournals.service(run.folder), JournalSettings.defaults().withSegmentBytes(4096));
            writers.add(writer);
            List<JournalEntry> entries = run.entries();
            left.add(entries.subList((int) writer.lastMark().orElse(-1) + 1, entries.size()));
        }
        System.out.println("ready");
        boolean more = true;
        for (int i = 0; more; i++) {
            more = false;
            for (int number = 0; number < runs; number++) {
                if (i < left.get(number).size()) {
                    writers.get(number).append(left.get(number).get(i));
                    more = true;
                }
            }
            Thread.sleep(Duration.ofMillis(Long.parseLong(args[3])));
        }
        for (JournalWriter writer : writers) {
            writer.close();
        }
        System.out.println("done");
    }
}
