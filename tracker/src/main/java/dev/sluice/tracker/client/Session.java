package dev.sluice.tracker.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of one tracker's runs. Its lock, which ends with the process, tells whether somebody ships them; a folder
 * whose lock is free is taken over. Thread-safe.
 */
final class Session implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Path folder;
    private final FileChannel lock;

    private Session(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** A new one below that folder. */
    static Session begin(Path root) throws IOException {
        Path folder = root.resolve(
                NAME.format(Instant.now()) + "-" + UUID.randomUUID().toString().substring(0, 8));
        Files.createDirectories(folder);
        return lock(folder, true).orElseThrow(() -> new IOException(folder + " was taken the moment it was made"));
    }

    /** Those below that folder which nobody ships any more. */
    static List<Session> takeOver(Path root) throws IOException {
        List<Session> free = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path folder : folders) {
                if (Files.exists(folder.resolve(LOCK))) {
                    lock(folder, false).ifPresent(free::add);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        free.sort(Comparator.comparing(session -> session.folder.toString()));
        return free;
    }

    private static Optional<Session> lock(Path folder, boolean create) throws IOException {
        FileChannel channel;
        try {
            channel = create
                    ? FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    : FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
        } catch (NoSuchFileException e) {
            // Its owner has just put it away.
            return Optional.empty();
        }
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return Optional.of(new Session(folder, channel));
            }
        } catch (OverlappingFileLockException e) {
            // Another tracker of this very process holds it.
        }
        channel.close();
        return Optional.empty();
    }

    /** The folders of its runs. */
    List<Path> runs() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isDirectory(journals(file)))
                    .sorted()
                    .toList();
        }
    }

    /** The folder of a new run. */
    Path newRun(String key) {
        return folder.resolve(key);
    }

    /** Where the journals of a run lie, below its folder. */
    static Path journals(Path run) {
        return run.resolve("journal");
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Gives the folder free, and puts it away where it is empty. */
    @Override
    public void close() throws IOException {
        if (runs().isEmpty()) {
            Files.deleteIfExists(folder.resolve(LOCK));
            delete(folder);
        }
        lock.close();
    }
}
