package dev.sluice.tracker.outbox;

import dev.sluice.tracker.outbox.JournalSegments.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The reading end of a journal. It keeps no file open between calls, and may follow a journal that grows, and of which
 * files are deleted at its beginning: they are stepped over. An entry that is
 * still being written, or was left half written, is not there yet. Damaged bytes with intact entries behind them are
 * stepped over, as is an entry that this version cannot read; a gap between two offsets shows it. Thread-safe.
 */
public final class JournalReader {
    /** Bytes after which a read stops, so that long entries do not fill the memory. */
    private static final long MAX_BYTES = 8L * 1024 * 1024;

    /** Entries that who goes through a journal reads at a time. */
    private static final int CHUNK = 1000;

    private final Path path;

    private JournalReader(Path path) {
        this.path = path;
    }

    /** A reader of that file, which need not exist yet. */
    public static JournalReader of(Path file) {
        return new JournalReader(file);
    }

    public Path path() {
        return path;
    }

    /**
     * The entries from an offset on.
     *
     * @param offset 0 for the first entry, else the end of an entry read before
     * @param max most entries, >= 1; fewer are given where they are long
     * @return empty at the end, or where the file does not exist
     * @throws JournalException if the file is no journal, or of another format
     */
    public List<Numbered<JournalEntry>> read(long offset, int max) throws IOException {
        if (max < 1) {
            throw new IllegalArgumentException("max must be >= 1, was " + max);
        }
        return select(offset, max, header -> true).entries();
    }

    /** The next entries from an offset on, as many as are well held in memory; see {@link #read(long, int)}. */
    public List<Numbered<JournalEntry>> read(long offset) throws IOException {
        return read(offset, CHUNK);
    }

    /**
     * Entries of one kind.
     *
     * @param end how far was looked: from here to look on
     */
    record Selection(List<Numbered<JournalEntry>> entries, long end) {}

    /**
     * What comes next.
     *
     * @param entries up to the first that this version cannot read
     * @param unknown why the first is not read, if there is none before it
     * @param end where that one ends
     * @param points how many metric points it says that it has
     */
    record Next(List<Numbered<JournalEntry>> entries, Optional<String> unknown, long end, long points) {}

    /** The next entries from an offset on; what a newer version wrote is told, not stepped over. */
    Next next(long offset) throws IOException {
        List<Numbered<JournalEntry>> entries = new ArrayList<>();
        List<Next> unknown = new ArrayList<>(1);
        long start = Math.max(offset, JournalFormat.FILE_HEADER);
        walk(start, (position, header, bytes, at) -> {
            long next = position + header.frameLength();
            try {
                entries.add(entry(position, header, bytes, at));
            } catch (JournalException unreadable) {
                if (entries.isEmpty()) {
                    unknown.add(new Next(
                            List.of(),
                            Optional.of("entry at offset " + position + ": " + unreadable.getMessage()),
                            next,
                            header.isMetrics() ? header.rows() : 0));
                }
                return false;
            }
            return entries.size() < CHUNK && next - start < MAX_BYTES;
        });
        return unknown.isEmpty() ? new Next(entries, Optional.empty(), start, 0) : unknown.getFirst();
    }

    private static Numbered<JournalEntry> entry(long position, JournalFormat.Header header, ByteBuffer bytes, int at)
            throws JournalException {
        return new Numbered<>(
                position,
                position + header.frameLength(),
                Instant.ofEpochMilli(header.writtenAtMillis()),
                JournalFormat.decode(header, bytes, at));
    }

    /** The artifacts from an offset on; the JSON of the other entries is not read. */
    Selection artifacts(long offset, int max) throws IOException {
        return select(offset, max, JournalFormat.Header::isArtifact);
    }

    private Selection select(long offset, int max, Predicate<JournalFormat.Header> wanted) throws IOException {
        List<Numbered<JournalEntry>> entries = new ArrayList<>();
        long start = Math.max(offset, JournalFormat.FILE_HEADER);
        long[] end = {start};
        walk(start, (position, header, bytes, at) -> {
            long next = position + header.frameLength();
            end[0] = next;
            if (wanted.test(header)) {
                try {
                    entries.add(entry(position, header, bytes, at));
                } catch (JournalException unreadable) {
                    // Its bytes are intact: a newer Sluice wrote what we do not know. The gap in the offsets tells.
                    return true;
                }
            }
            return entries.size() < max && (entries.isEmpty() || next - start < MAX_BYTES);
        });
        return new Selection(entries, end[0]);
    }

    /** The mark of the last entry that has one. Reads the whole journal. */
    public OptionalLong lastMark() throws IOException {
        OptionalLong held = tally(0).lastMark();
        if (held.isPresent()) {
            return held;
        }
        // What had one is deleted; the files behind it know.
        return JournalSegments.list(path).stream()
                .mapToLong(this::headerMark)
                .filter(mark -> mark != JournalEntry.NO_MARK)
                .max();
    }

    /**
     * What lies behind an offset.
     *
     * @param end where the last intact entry ends: the place to count on from
     * @param entries number of entries
     * @param points number of metric points in them
     * @param damagedBytes bytes between intact entries that belong to none
     */
    public record Tally(long end, long entries, long points, OptionalLong lastMark, long damagedBytes) {}

    /** Counts the entries from an offset on, without reading their JSON. */
    public Tally tally(long offset) throws IOException {
        final class Count implements Visitor {
            private long end = Math.max(offset, JournalFormat.FILE_HEADER);
            private long entries;
            private long points;
            private long damaged;
            private OptionalLong mark = OptionalLong.empty();

            @Override
            public void skip(long offset) {
                end = offset;
            }

            @Override
            public boolean visit(long position, JournalFormat.Header header, ByteBuffer bytes, int at) {
                damaged += position - end;
                end = position + header.frameLength();
                entries++;
                points += header.isMetrics() ? header.rows() : 0;
                if (header.mark() != JournalEntry.NO_MARK) {
                    mark = OptionalLong.of(header.mark());
                }
                return true;
            }
        }
        Count count = new Count();
        walk(count.end, count);
        return new Tally(count.end, count.entries, count.points, count.mark, count.damaged);
    }

    /** When the first entry behind an offset was appended. */
    public Optional<Instant> firstWrittenAt(long offset) throws IOException {
        List<Instant> first = new ArrayList<>(1);
        walk(Math.max(offset, JournalFormat.FILE_HEADER), (position, header, bytes, at) -> {
            first.add(Instant.ofEpochMilli(header.writtenAtMillis()));
            return false;
        });
        return first.stream().findFirst();
    }

    /** Is shown intact frames in their order. */
    private interface Visitor {
        /**
         * @param offset where the frame begins
         * @param at where it lies in the bytes
         * @return whether more is wanted
         */
        boolean visit(long offset, JournalFormat.Header header, ByteBuffer bytes, int at);

        /** What lay before this offset was deleted. */
        @SuppressWarnings("unused") // for those who count
        default void skip(long offset) {}
    }

    private void walk(long start, Visitor visitor) throws IOException {
        Walk walk = new Walk(start, visitor);
        List<Segment> segments = JournalSegments.list(path);
        Segment here = null;
        for (Segment segment : segments) {
            if (here == null || segment.base() <= start) {
                here = segment;
            }
        }
        if (here != null && here.start() > start) {
            visitor.skip(here.start());
            walk.offset = here.start();
        }
        while (here != null && walk.through(here)) {
            long base = here.base();
            Optional<Segment> next = JournalSegments.list(path).stream()
                    .filter(segment -> segment.base() > base)
                    .findFirst();
            if (next.isEmpty()) {
                return;
            }
            // Perhaps this file was completed, and left for the next one, only after we had looked.
            if (!walk.through(here)) {
                return;
            }
            // What this file holds behind its last entry is damaged; what lies between the files was deleted.
            long damaged = Math.max(0, here.offset(here.file().toFile().length()) - walk.offset);
            here = next.get();
            visitor.skip(here.start() - damaged);
            walk.offset = here.start();
        }
    }

    /** A way through the files of a journal. */
    private static final class Walk {
        private final Visitor visitor;
        private long offset;

        Walk(long offset, Visitor visitor) {
            this.offset = offset;
            this.visitor = visitor;
        }

        /** Shows the frames of a file from the offset on; answers whether more is wanted. */
        boolean through(Segment segment) throws IOException {
            try (FileChannel file = FileChannel.open(segment.file())) {
                Window window = new Window(file);
                int header = window.locate(0, segment.headerLength());
                if (header < 0) {
                    return true;
                }
                ByteBuffer bytes = window.bytes().slice(header, segment.headerLength());
                if (segment.isFirst()) {
                    JournalFormat.checkFileHeader(bytes, segment.file());
                } else {
                    JournalFormat.checkSegmentHeader(bytes, segment.file());
                }
                return through(segment, window);
            } catch (NoSuchFileException e) {
                // Not begun yet, or just deleted: it is shipped.
                if (Files.exists(segment.file())) {
                    throw e;
                }
                return true;
            }
        }

        private boolean through(Segment segment, Window window) throws IOException {
            while (true) {
                long position = segment.position(offset);
                int length = frameLength(window, position);
                if (length == 0) {
                    OptionalLong later = intactFrameAfter(window, position);
                    if (later.isEmpty()) {
                        return true;
                    }
                    // The writer appends in order, so what is intact behind this was written after it. Perhaps this one
                    // was completed only after we had looked.
                    window.forget();
                    if (frameLength(window, position) == 0) {
                        offset = segment.offset(later.getAsLong());
                    }
                    continue;
                }
                int at = window.locate(position, length);
                boolean more = visitor.visit(
                        offset, JournalFormat.header(window.bytes(), at).orElseThrow(), window.bytes(), at);
                offset += length;
                if (!more) {
                    return false;
                }
            }
        }
    }

    /** The last mark before a file, as its header says. */
    long headerMark(Segment segment) {
        if (segment.isFirst()) {
            return JournalEntry.NO_MARK;
        }
        try (FileChannel file = FileChannel.open(segment.file())) {
            Window window = new Window(file);
            int header = window.locate(0, segment.headerLength());
            return header < 0
                    ? JournalEntry.NO_MARK
                    : JournalFormat.segmentMark(window.bytes().slice(header, segment.headerLength()));
        } catch (IOException e) {
            return JournalEntry.NO_MARK;
        }
    }

    /** The length of the intact frame at that position, 0 if there is none. */
    private static int frameLength(Window window, long position) throws IOException {
        int at = window.locate(position, JournalFormat.FRAME_HEADER);
        Optional<JournalFormat.Header> header = at < 0 ? Optional.empty() : JournalFormat.header(window.bytes(), at);
        if (header.isEmpty()) {
            return 0;
        }
        int length = header.get().frameLength();
        int whole = window.locate(position, length);
        return whole >= 0 && JournalFormat.isIntact(header.get(), window.bytes(), whole) ? length : 0;
    }

    private static OptionalLong intactFrameAfter(Window window, long damaged) throws IOException {
        long position = damaged + 1;
        for (int at = window.locate(position, JournalFormat.FRAME_HEADER);
                at >= 0;
                at = window.locate(position, JournalFormat.FRAME_HEADER)) {
            if (window.bytes().getShort(at) == JournalFormat.FRAME_MAGIC && frameLength(window, position) > 0) {
                return OptionalLong.of(position);
            }
            position++;
        }
        return OptionalLong.empty();
    }

    /** A piece of the file in memory, moved along as it is asked for. */
    private static final class Window {
        private static final int SIZE = 64 * 1024;

        private final FileChannel file;
        private ByteBuffer bytes = ByteBuffer.allocate(SIZE).limit(0);
        private long start;

        Window(FileChannel file) {
            this.file = file;
        }

        ByteBuffer bytes() {
            return bytes;
        }

        void forget() {
            bytes.limit(0);
        }

        /** Where in {@link #bytes} the file's bytes from a position on lie; -1 if there are fewer than wanted. */
        int locate(long position, int length) throws IOException {
            if (position >= start && position + length <= start + bytes.limit()) {
                return (int) (position - start);
            }
            if (bytes.capacity() < length) {
                bytes = ByteBuffer.allocate(length + SIZE);
            }
            bytes.clear();
            start = position;
            while (bytes.hasRemaining()) {
                int read = file.read(bytes, position + bytes.position());
                if (read <= 0) {
                    break;
                }
            }
            bytes.flip();
            return bytes.limit() >= length ? 0 : -1;
        }
    }
}
