package dev.sluice.tracker.artifact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The artifacts of one run or model. Files go through as streams, whatever their length. A file is visible under its
 * path only when it is there in whole; storing it again replaces it. Every call may be repeated. Thread-safe.
 *
 * <p>Calls throw {@link dev.sluice.tracker.TrackingException} where the store fails, and {@link IOException} where the
 * local disk does.
 */
public interface ArtifactStore {
    /**
     * Stores a file and makes sure that as many bytes arrived as were sent.
     *
     * @param path a file's path, not the root
     * @return length and hash of the bytes that were sent
     */
    FileDigest put(Path file, ArtifactPath path) throws IOException;

    /**
     * Stores a file, and goes on with an upload of it that an earlier try, or an earlier process, has noted, where the store
     * takes large files in parts; elsewhere a broken upload begins anew.
     *
     * @param note where it is noted how far the upload came, until it is complete
     * @return length and hash of the bytes that were sent
     */
    default FileDigest put(Path file, ArtifactPath path, UploadNote note) throws IOException {
        return put(file, path);
    }

    /** Tells the store that nobody will go on with what is noted, and deletes the note. */
    default void abandon(UploadNote note) throws IOException {
        note.delete();
    }

    /** What lies directly in a folder, by path; empty where there is no such folder. */
    List<ArtifactInfo> list(ArtifactPath folder);

    /**
     * Fetches a file; the target appears, or is replaced, when all bytes are there.
     *
     * @return length and hash of the bytes that were fetched
     * @throws dev.sluice.tracker.TrackingException of kind MISSING if there is no such file
     */
    FileDigest get(ArtifactPath path, Path target) throws IOException;

    /**
     * Reads a file back without keeping it: the way to prove an upload.
     *
     * @throws dev.sluice.tracker.TrackingException of kind MISSING if there is no such file
     */
    FileDigest digest(ArtifactPath path);

    /** Deletes a file, or a folder with all it holds; nothing happens where there is none. */
    void delete(ArtifactPath path);

    /**
     * Stores all files of a folder, those in folders within it too, in the order of their names.
     *
     * @return what was stored, by path from the store's root
     */
    default Map<ArtifactPath, FileDigest> putFolder(Path folder, ArtifactPath into) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Map<ArtifactPath, FileDigest> stored = new LinkedHashMap<>();
        for (Path file : files) {
            ArtifactPath path = into.resolve(folder.relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/"));
            stored.put(path, put(file, path));
        }
        return stored;
    }
}
