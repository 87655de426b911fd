package dev.sluice.tracker.artifact;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the upload of one large file notes how far it came, so that a later try, or a later process, goes on with it. What
 * is noted lets its reader write to that upload for as long as the store allows (an hour, mostly): it is no more public
 * than the file itself. Used by one upload at a time.
 */
public interface UploadNote {
    /** Forgets: what breaks off begins anew. */
    UploadNote NONE = new UploadNote() {
        @Override
        public Optional<byte[]> read() {
            return Optional.empty();
        }

        @Override
        public void write(byte[] note) {}

        @Override
        public void delete() {}

        @Override
        public boolean keeps() {
            return false;
        }
    };

    /** What was written last, if it was not deleted since. */
    Optional<byte[]> read() throws IOException;

    /** Replaces what is noted as a whole. */
    void write(byte[] note) throws IOException;

    /** Nothing is to be gone on with. */
    void delete() throws IOException;

    /** Whether what is written can be read by a later try. */
    boolean keeps();

    /**
     * Deletes what those who were killed while they wrote a note have left in a folder; nobody writes one there meanwhile.
     */
    static void tidy(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ".upload-*.part")) {
            for (Path part : left) {
                Files.deleteIfExists(part);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Nobody has written there.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** A note in a file that its owner alone can read. */
    static UploadNote in(Path file) {
        return new UploadNote() {
            @Override
            public Optional<byte[]> read() throws IOException {
                try {
                    return Optional.of(Files.readAllBytes(file));
                } catch (NoSuchFileException e) {
                    return Optional.empty();
                }
            }

            @Override
            public void write(byte[] note) throws IOException {
                Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
                Path part = Files.createTempFile(folder, ".upload-", ".part");
                try {
                    Files.write(part, note);
                    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(part);
                }
            }

            @Override
            public void delete() throws IOException {
                Files.deleteIfExists(file);
            }

            @Override
            public boolean keeps() {
                return true;
            }
        };
    }
}
