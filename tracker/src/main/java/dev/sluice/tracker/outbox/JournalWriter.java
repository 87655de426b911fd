package dev.sluice.tracker.outbox;

import dev.sluice.tracker.outbox.JournalSegments.Segment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The writing end of a journal. A journal has one writer at a time; readers may follow it meanwhile. Opening cuts off
 * what a killed writer left half written. Thread-safe; interrupting a thread that appends does no harm.
 */
public final class JournalWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JournalWriter.class.getName());
    private static final Duration SYNC_INTERVAL = Duration.ofSeconds(1);
    private static final Duration ROOM_INTERVAL = Duration.ofMillis(10);

    private final Path path;
    private final JournalSettings settings;
    private final FolderSync folders;
    /** Held by the one thread that waits for the disk, for all who appended before it began to. */
    private final Object syncing = new Object();

    private Segment segment;
    /* Not a FileChannel: that is closed for everybody when a thread is interrupted while it writes. */
    /** Stands at the end, unless it is dirty. */
    private RandomAccessFile file;

    private long end;
    private long lastMark;
    private boolean dirty;
    private boolean closed;
    private boolean syncScheduled;
    private volatile long synced;
    /** How much less the files hold than the journal is long, as last seen: what was deleted, less their headers. */
    private long freed;

    private JournalWriter(
            Path path,
            JournalSettings settings,
            FolderSync folders,
            Segment segment,
            RandomAccessFile file,
            long end,
            long lastMark) {
        this.path = path;
        this.settings = settings;
        this.folders = folders;
        this.segment = segment;
        this.file = file;
        this.end = end;
        this.lastMark = lastMark;
        // A writer that was killed may have left what the disk does not have yet.
        this.synced = segment.start();
    }

    /** Asks the disk for the names that a folder holds. */
    interface FolderSync {
        void sync(Path folder) throws IOException;
    }

    /** Opens as {@link JournalSettings#defaults} says. */
    public static JournalWriter open(Path file) throws IOException {
        return open(file, JournalSettings.defaults());
    }

    /**
     * Opens a journal for appending; creates it, and its folder, where there is none. Takes time in proportion to the
     * length of its last file.
     *
     * @throws JournalException if the file is something else or of another format
     */
    public static JournalWriter open(Path file, JournalSettings settings) throws IOException {
        return open(file, settings, JournalWriter::syncFolder);
    }

    static JournalWriter open(Path file, JournalSettings settings, FolderSync folders) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        List<Segment> segments = JournalSegments.list(file);
        Segment last = segments.isEmpty() ? JournalSegments.segment(file, 0) : segments.getLast();
        RandomAccessFile open = new RandomAccessFile(last.file().toFile(), "rw");
        try {
            long size = open.length();
            JournalReader reader = JournalReader.of(file);
            JournalWriter writer;
            if (size < last.headerLength()) {
                // New, or its writer was killed before it had written the header.
                long mark = segments.isEmpty()
                        ? JournalEntry.NO_MARK
                        : reader.lastMark().orElse(JournalEntry.NO_MARK);
                open.setLength(0);
                open.write(header(last, mark));
                if (settings.durability() != Durability.PROCESS) {
                    open.getFD().sync();
                    syncAbove(file, folders);
                }
                writer = new JournalWriter(file, settings, folders, last, open, last.start(), mark);
            } else {
                JournalReader.Tally held = reader.tally(last.start());
                long mark = held.lastMark().orElseGet(() -> reader.headerMark(last));
                long cut = size - last.position(held.end());
                if (cut > 0) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "journal={0} cut={1} reason=\"a writer was killed while it wrote the last entry\"",
                            file,
                            String.valueOf(cut));
                    open.setLength(last.position(held.end()));
                }
                writer = new JournalWriter(file, settings, folders, last, open, held.end(), mark);
            }
            open.seek(writer.segment.position(writer.end));
            writer.setUsed(writer.held());
            return writer;
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    private static byte[] header(Segment segment, long lastMark) {
        return segment.isFirst()
                ? JournalFormat.fileHeader().array()
                : JournalFormat.segmentHeader(segment.base(), lastMark).array();
    }

    /**
     * Appends an entry. When this returns, the entry has survived what {@link Durability} says, and readers see it.
     *
     * @return where the entry ends: a reader that has come to this offset has read it
     * @throws IOException if the disk is full or broken, or the journal at its limit for longer than the patience lasts;
     *     the journal is as before, and a later append may succeed
     */
    public long append(JournalEntry entry) throws IOException {
        byte[] frame = JournalFormat.encode(entry, System.currentTimeMillis());
        if (settings.limitBytes().isPresent()) {
            awaitRoom(frame.length, settings.limitBytes().getAsLong());
        }
        long here;
        synchronized (this) {
            if (closed) {
                throw new JournalException("journal " + path + " is closed");
            }
            cutTail();
            write(frame);
            here = end;
            if (entry.mark() != JournalEntry.NO_MARK) {
                lastMark = entry.mark();
            }
            if (settings.durability() == Durability.SECOND && !syncScheduled) {
                syncScheduled = true;
                Thread.ofVirtual().name("journal-sync").start(this::syncLater);
            }
        }
        if (settings.durability() == Durability.MACHINE) {
            sync(here);
        }
        return here;
    }

    /**
     * Appends what is not there yet of a journal that somebody else writes: its offsets are this journal's. A piece that is
     * there already changes nothing. An entry is written with the time of its receipt: the other clock may be wrong.
     *
     * @return whether all of the piece is there now. Else there is a gap before it, or something else where it begins:
     *     {@link #nextChunk} says where the next piece must begin
     * @throws JournalException if the piece has a mark below the last one here; or, {@linkplain
     *     JournalException#isPassing passing}, if the journal is at its limit, for which nobody waits
     * @throws IOException as of {@link #append(JournalEntry)}
     */
    public boolean append(JournalChunk chunk) throws IOException {
        long here;
        synchronized (this) {
            if (closed) {
                throw new JournalException("journal " + path + " is closed");
            }
            cutTail();
            // A new journal has a header, and asks for one all the same.
            boolean begins = chunk.offset() <= end && (chunk.end() <= end || chunk.mayBeCutAt(end));
            if (!begins || !isHere(chunk)) {
                return false;
            }
            here = chunk.end();
            if (here > end) {
                long mark = markAfter(chunk);
                requireRoom(here - end);
                byte[] rest = chunk.received(end, System.currentTimeMillis());
                write(rest);
                lastMark = mark;
            }
        }
        if (settings.durability() != Durability.PROCESS) {
            sync(here);
        }
        return true;
    }

    /** The mark of the last entry that has one, once the piece is here. */
    private long markAfter(JournalChunk chunk) throws JournalException {
        long last = lastMark;
        for (Numbered<JournalEntry> entry : chunk.entries()) {
            long mark = entry.value().mark();
            if (entry.offset() < end || mark == JournalEntry.NO_MARK) {
                continue;
            }
            if (mark < 0 || mark < last) {
                throw new JournalException("the entry at offset " + entry.offset() + " has the mark " + mark
                        + "; a mark must be " + JournalEntry.NO_MARK + ", for none, or a number >= " + Math.max(0, last)
                        + ", the last one before it");
            }
            last = mark;
        }
        return last;
    }

    /** Nobody waits here: whose piece it is has it still. */
    private void requireRoom(long length) throws IOException {
        if (settings.limitBytes().isEmpty()) {
            return;
        }
        long limit = settings.limitBytes().getAsLong();
        if (used() + length + JournalFormat.SEGMENT_HEADER > limit) {
            long held = held();
            setUsed(held);
            if (held + length + JournalFormat.SEGMENT_HEADER > limit) {
                throw JournalException.full("journal " + path + " holds " + held
                        + " bytes that are not shipped, and its limit is " + limit);
            }
        }
    }

    /** Whether the beginning of a piece, as far as this journal reaches, is what this journal holds there. */
    private boolean isHere(JournalChunk chunk) throws IOException {
        long to = Math.min(chunk.end(), end);
        if (chunk.offset() >= to) {
            return true;
        }
        if (!segment.isFirst() && chunk.offset() < segment.start()) {
            // In a file that may be shipped and deleted: what is sent twice is the newest piece, which is never there.
            return false;
        }
        byte[] held = new byte[Math.toIntExact(to - chunk.offset())];
        dirty = true;
        file.seek(segment.position(chunk.offset()));
        file.readFully(held);
        cutTail();
        return chunk.beginsWith(held);
    }

    /** Cuts off what a failed write has left, and goes back to the end. */
    private void cutTail() throws IOException {
        if (dirty) {
            file.setLength(segment.position(end));
            file.seek(segment.position(end));
            dirty = false;
        }
    }

    private void write(byte[] bytes) throws IOException {
        if (end - segment.start() >= settings.segmentBytes()) {
            beginSegment();
        }
        dirty = true;
        file.write(bytes);
        dirty = false;
        end += bytes.length;
    }

    private void beginSegment() throws IOException {
        Segment next = JournalSegments.segment(path, end);
        RandomAccessFile open = new RandomAccessFile(next.file().toFile(), "rw");
        try {
            open.setLength(0);
            open.write(header(next, lastMark));
            if (settings.durability() != Durability.PROCESS) {
                file.getFD().sync();
                open.getFD().sync();
                folders.sync(Objects.requireNonNull(path.toAbsolutePath().getParent()));
            }
        } catch (IOException e) {
            open.close();
            Files.deleteIfExists(next.file());
            throw e;
        }
        RandomAccessFile before = file;
        file = open;
        segment = next;
        freed -= JournalFormat.SEGMENT_HEADER;
        before.close();
    }

    /**
     * The folder of a new journal, and those that it lies in: it may be as new as the journal, and whoever made it need not
     * have asked the disk for it. What is on the disk costs little to be asked for again.
     */
    private static void syncAbove(Path journal, FolderSync folders) throws IOException {
        for (Path folder = journal.toAbsolutePath().normalize().getParent();
                folder != null;
                folder = folder.getParent()) {
            try {
                folders.sync(folder);
            } catch (AccessDeniedException e) {
                // Whose folder we may not read, in that we have made none.
                return;
            }
        }
    }

    private static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Returns when all up to that offset is on the disk. Of those who wait, one asks the disk for all. */
    private void sync(long offset) throws IOException {
        synchronized (syncing) {
            if (synced >= offset) {
                return;
            }
            RandomAccessFile open;
            Segment into;
            long reached;
            synchronized (this) {
                open = file;
                into = segment;
                reached = end;
                if (closed) {
                    return;
                }
            }
            try {
                open.getFD().sync();
            } catch (IOException e) {
                if (isCurrent(into)) {
                    throw e;
                }
                // It was left for the next file meanwhile, and synchronised then.
            }
            synced = reached;
        }
    }

    private synchronized boolean isCurrent(Segment written) {
        return written.equals(segment);
    }

    private void syncLater() {
        try {
            Thread.sleep(SYNC_INTERVAL);
            long reached;
            synchronized (this) {
                syncScheduled = false;
                reached = end;
            }
            sync(reached);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "journal=" + path + " state=not-synchronised", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the files leave room, which the shipper makes by deleting those that it has shipped. */
    private void awaitRoom(int length, long limit) throws IOException {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        // A new file begins with a header.
        while (used() + length + JournalFormat.SEGMENT_HEADER > limit) {
            long held = held();
            setUsed(held);
            if (held + length + JournalFormat.SEGMENT_HEADER <= limit) {
                return;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw JournalException.full("journal " + path + " holds " + held
                        + " bytes that are not shipped, and its limit is " + limit);
            }
            try {
                Thread.sleep(ROOM_INTERVAL);
            } catch (InterruptedException e) {
                // Who is interrupted shall not wait, and shall not lose what it records either.
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized long used() {
        return end - freed;
    }

    private synchronized void setUsed(long held) {
        freed = end - held;
    }

    /** Bytes of all files of the journal. */
    private long held() throws IOException {
        long held = 0;
        for (Segment each : JournalSegments.list(path)) {
            held += each.file().toFile().length();
        }
        return held;
    }

    /** The mark of the last entry that has one. */
    public synchronized OptionalLong lastMark() {
        return lastMark == JournalEntry.NO_MARK ? OptionalLong.empty() : OptionalLong.of(lastMark);
    }

    /** Where the journal ends: its length in bytes, with what was deleted of it. */
    public synchronized long size() {
        return end;
    }

    /** Where the next piece of a journal that is handed over must begin: {@link #size}, or 0 while nothing is here. */
    public synchronized long nextChunk() {
        return end == JournalFormat.FILE_HEADER ? 0 : end;
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        synchronized (syncing) {
            synchronized (this) {
                if (!closed) {
                    closed = true;
                    try (RandomAccessFile open = file) {
                        if (dirty) {
                            open.setLength(segment.position(end));
                        }
                        if (settings.durability() != Durability.PROCESS) {
                            open.getFD().sync();
                        }
                    }
                }
            }
        }
    }
}
