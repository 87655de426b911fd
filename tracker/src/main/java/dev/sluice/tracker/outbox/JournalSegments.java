package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that a journal consists of. The first bears the journal's name; each later one that name and, in twenty
 * digits, its base: the offset at which it begins. Offsets count on from file to file as if there were one, so that one
 * of them means the same whatever was deleted before it.
 */
final class JournalSegments {
    private static final Pattern BASE = Pattern.compile("(.+)\\.([0-9]{20})");

    private JournalSegments() {}

    /**
     * One file.
     *
     * @param base where it begins; 0 for the first
     */
    record Segment(Path file, long base) {
        boolean isFirst() {
            return base == 0;
        }

        /** The offset of its first entry. */
        long start() {
            return isFirst() ? JournalFormat.FILE_HEADER : base;
        }

        int headerLength() {
            return isFirst() ? JournalFormat.FILE_HEADER : JournalFormat.SEGMENT_HEADER;
        }

        /** The place in the file of an offset. */
        long position(long offset) {
            return isFirst() ? offset : offset - base + JournalFormat.SEGMENT_HEADER;
        }

        /** The offset of a place in the file. */
        long offset(long position) {
            return isFirst() ? position : position + base - JournalFormat.SEGMENT_HEADER;
        }
    }

    /** The segment of that journal that begins at an offset. */
    static Segment segment(Path journal, long base) {
        return base == 0
                ? new Segment(journal, 0)
                : new Segment(
                        journal.resolveSibling(journal.getFileName() + "." + String.format(Locale.ROOT, "%020d", base)),
                        base);
    }

    /** The segment that a file name means, of whatever journal: as a file beside it. */
    static Optional<Segment> parse(Path file) {
        String name = String.valueOf(file.getFileName());
        Matcher later = BASE.matcher(name);
        if (!later.matches()) {
            return Optional.of(new Segment(file, 0));
        }
        long base = Long.parseLong(later.group(2));
        return base == 0 ? Optional.empty() : Optional.of(new Segment(file, base));
    }

    /** The journal that a segment belongs to. */
    static Path journal(Path segment) {
        Matcher later = BASE.matcher(String.valueOf(segment.getFileName()));
        return later.matches() ? segment.resolveSibling(later.group(1)) : segment;
    }

    /** The segments that are there, in their order. */
    static List<Segment> list(Path journal) throws IOException {
        Path absolute = journal.toAbsolutePath();
        String name = String.valueOf(absolute.getFileName());
        List<Segment> segments = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                absolute.getParent() == null ? absolute : absolute.getParent(),
                file -> String.valueOf(file.getFileName()).startsWith(name))) {
            for (Path file : files) {
                if (String.valueOf(journal(file).getFileName()).equals(name)) {
                    parse(file).ifPresent(segments::add);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        segments.sort(Comparator.comparingLong(Segment::base));
        return segments;
    }

    /**
     * Deletes the segments that lie wholly before an offset; the last one stays, since its writer goes on with it.
     *
     * @param keepFirst leaves the first one too
     * @return how many were deleted
     */
    static int deleteBefore(Path journal, long offset, boolean keepFirst) throws IOException {
        List<Segment> segments = list(journal);
        int deleted = 0;
        for (int i = 0; i + 1 < segments.size() && segments.get(i + 1).base() <= offset; i++) {
            if (!keepFirst || !segments.get(i).isFirst()) {
                Files.deleteIfExists(segments.get(i).file());
                deleted++;
            }
        }
        return deleted;
    }
}
