package dev.sluice.tracker.outbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The writing end of a journal. A file has one writer at a time; readers may follow it meanwhile. Opening cuts off what
 * a killed writer left half written. Thread-safe; interrupting a thread that appends does no harm.
 */
public final class JournalWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(JournalWriter.class.getName());

    private final Path path;
    private final Durability durability;
    /* Not a FileChannel: that is closed for everybody when a thread is interrupted while it writes. */
    private final RandomAccessFile file;
    private long end;
    private long lastMark;
    private boolean dirty;
    private boolean closed;

    private JournalWriter(Path path, RandomAccessFile file, Durability durability, JournalReader.Tally held) {
        this.path = path;
        this.file = file;
        this.durability = durability;
        this.end = held.end();
        this.lastMark = held.lastMark().orElse(JournalEntry.NO_MARK);
    }

    /** Opens with {@link Durability#PROCESS}. */
    public static JournalWriter open(Path file) throws IOException {
        return open(file, Durability.PROCESS);
    }

    /**
     * Opens a journal for appending; creates it, and its folder, where there is none. Takes time in proportion to its
     * length.
     *
     * @throws JournalException if the file is something else or of another format
     */
    public static JournalWriter open(Path file, Durability durability) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        try {
            long size = open.length();
            if (size < JournalFormat.FILE_HEADER) {
                open.setLength(0);
                open.write(JournalFormat.fileHeader().array());
                return new JournalWriter(
                        file, open, durability, JournalReader.of(file).tally(0));
            }
            JournalReader.Tally held = JournalReader.of(file).tally(0);
            if (size > held.end()) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "journal={0} cut={1} reason=\"a writer was killed while it wrote the last entry\"",
                        file,
                        String.valueOf(size - held.end()));
                open.setLength(held.end());
            }
            return new JournalWriter(file, open, durability, held);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /**
     * Appends an entry. When this returns, the entry has survived what {@link Durability} says, and readers see it.
     *
     * @return where the entry ends: a reader that has come to this offset has read it
     * @throws IOException if the disk is full or broken; the journal is as before, and a later append may succeed
     */
    public long append(JournalEntry entry) throws IOException {
        byte[] frame = JournalFormat.encode(entry, System.currentTimeMillis());
        synchronized (this) {
            if (closed) {
                throw new JournalException("journal " + path + " is closed");
            }
            if (dirty) {
                file.setLength(end);
                dirty = false;
            }
            dirty = true;
            file.seek(end);
            file.write(frame);
            if (durability == Durability.MACHINE) {
                file.getFD().sync();
            }
            dirty = false;
            end += frame.length;
            if (entry.mark() != JournalEntry.NO_MARK) {
                lastMark = entry.mark();
            }
            return end;
        }
    }

    /** The mark of the last entry that has one. */
    public synchronized OptionalLong lastMark() {
        return lastMark == JournalEntry.NO_MARK ? OptionalLong.empty() : OptionalLong.of(lastMark);
    }

    /** The length of the journal in bytes. */
    public synchronized long size() {
        return end;
    }

    public Path path() {
        return path;
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            if (dirty) {
                file.setLength(end);
            }
            file.close();
        }
    }
}
