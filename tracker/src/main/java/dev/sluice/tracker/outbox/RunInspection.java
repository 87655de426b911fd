package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run folder holds and how far it is shipped, as its files say: for a person who looks, beside a shipper at work or
 * without one.
 *
 * @param folder the run folder
 * @param opened the run's first entry; empty where it was never opened
 * @param ended the run's last end, shipped or not; empty where it goes on
 * @param progress how far it is shipped
 * @param entries entries that the journals hold, shipped ones too unless they were deleted
 * @param points metric points in them
 * @param bytes bytes of its journals' files
 * @param damagedBytes bytes between intact entries that belong to none
 * @param quarantined rows that were set aside
 */
public record RunInspection(
        Path folder,
        Optional<JournalEntry.RunOpened> opened,
        Optional<JournalEntry.RunEnded> ended,
        RunProgress progress,
        long entries,
        long points,
        long bytes,
        long damagedBytes,
        long quarantined) {
    /** The run folders at and below a folder, in the order of their names. */
    public static List<Path> find(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(JournalSegments::journal)
                    .filter(file -> RunJournals.name(file).equals(RunJournals.SERVICE))
                    .flatMap(file -> Stream.ofNullable(file.getParent()))
                    .distinct()
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What the local paths of the artifacts of a run folder are relative to, as the service and the library lay it out. */
    public static Path artifactFolder(Path folder) {
        Path parent = folder.getParent();
        return parent != null && RunJournals.name(folder).equals("journal") ? parent : folder;
    }

    /** Reads all of a run folder. */
    public static RunInspection of(Path folder) throws IOException {
        FollowedRun run = new FollowedRun(folder.toAbsolutePath(), artifactFolder(folder.toAbsolutePath()));
        Optional<JournalEntry.RunOpened> opened = Optional.empty();
        Optional<JournalEntry.RunEnded> ended = Optional.empty();
        long entries = 0;
        long points = 0;
        long bytes = 0;
        long damaged = 0;
        for (Path journal : RunJournals.list(folder)) {
            JournalReader reader = JournalReader.of(journal);
            JournalReader.Tally tally = reader.tally(0);
            entries += tally.entries();
            points += tally.points();
            damaged += tally.damagedBytes();
            for (JournalSegments.Segment segment : JournalSegments.list(journal)) {
                bytes += segment.file().toFile().length();
            }
            if (RunJournals.name(journal).equals(RunJournals.SERVICE)) {
                for (JournalEntry entry : lifecycle(reader)) {
                    if (entry instanceof JournalEntry.RunOpened begin) {
                        opened = opened.or(() -> Optional.of(begin));
                        ended = Optional.empty();
                    } else if (entry instanceof JournalEntry.RunEnded end) {
                        ended = Optional.of(end);
                    }
                }
            }
        }
        return new RunInspection(
                folder, opened, ended, run.progress(), entries, points, bytes, damaged, quarantined(folder));
    }

    private static List<JournalEntry> lifecycle(JournalReader reader) throws IOException {
        List<JournalEntry> found = new ArrayList<>();
        List<Numbered<JournalEntry>> chunk = reader.read(0);
        while (!chunk.isEmpty()) {
            chunk.stream()
                    .map(Numbered::value)
                    .filter(entry -> entry instanceof JournalEntry.RunOpened || entry instanceof JournalEntry.RunEnded)
                    .forEach(found::add);
            chunk = reader.read(chunk.getLast().end());
        }
        return found;
    }

    private static long quarantined(Path folder) throws IOException {
        Path file = folder.resolve(RunJournals.QUARANTINE);
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        }
    }

    /**
     * Forgets how far a run folder is shipped, so that the next shipper ships all that its journals hold, to whatever
     * server; what was known stays beside it. No shipper may be at work on it.
     */
    public static void forgetProgress(Path folder) throws IOException {
        Path cursor = folder.resolve(RunJournals.CURSOR);
        if (Files.exists(cursor)) {
            Files.move(
                    cursor,
                    folder.resolve(RunJournals.CURSOR + ".before"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
