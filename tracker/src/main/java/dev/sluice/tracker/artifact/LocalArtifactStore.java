package dev.sluice.tracker.artifact;

import dev.sluice.tracker.TrackingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Artifacts in a folder of this machine. Thread-safe. */
public final class LocalArtifactStore implements ArtifactStore {
    private static final String PART_PREFIX = ".sluice-";
    private static final String PART_SUFFIX = ".part";

    private final Path root;

    /** The store in that folder, which need not exist yet. */
    public LocalArtifactStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public FileDigest put(Path file, ArtifactPath path) throws IOException {
        return copy(file, place(path));
    }

    @Override
    public List<ArtifactInfo> list(ArtifactPath folder) {
        try (Stream<Path> files = Files.list(root.resolve(folder.value()))) {
            return files.filter(file -> !isPart(file))
                    .map(file -> info(folder, file))
                    .sorted(Comparator.comparing(info -> info.path().value()))
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw TrackingException.unreachable("list " + folder, e);
        } catch (UncheckedIOException e) {
            throw TrackingException.unreachable("list " + folder, e);
        }
    }

    private static ArtifactInfo info(ArtifactPath folder, Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new ArtifactInfo(
                    folder.resolve(String.valueOf(file.getFileName())),
                    attributes.isDirectory(),
                    attributes.isDirectory() ? 0 : attributes.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public FileDigest get(ArtifactPath path, Path target) throws IOException {
        Path file = place(path);
        if (!Files.isRegularFile(file)) {
            throw TrackingException.missing("no artifact " + path + " in " + root);
        }
        return copy(file, target);
    }

    @Override
    public FileDigest digest(ArtifactPath path) {
        try {
            return FileDigest.of(place(path));
        } catch (NoSuchFileException e) {
            throw TrackingException.missing("no artifact " + path + " in " + root);
        } catch (IOException e) {
            throw TrackingException.unreachable("read " + path, e);
        }
    }

    @Override
    public void delete(ArtifactPath path) {
        try {
            Files.walkFileTree(place(path), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // That is what was wanted.
        } catch (IOException e) {
            throw TrackingException.unreachable("delete " + path, e);
        }
    }

    private Path place(ArtifactPath path) {
        if (path.value().isEmpty()) {
            throw new IllegalArgumentException("artifact path must name a file, was the root");
        }
        return root.resolve(path.value());
    }

    /** Copies by way of a part file beside the target, so that the target is there in whole or not at all. */
    static FileDigest copy(Path file, Path target) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return write(in, target);
        }
    }

    static FileDigest write(InputStream in, Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException("target must be a file, was " + target);
        }
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, PART_PREFIX, PART_SUFFIX);
        try {
            MessageDigest sha256 = FileDigest.newSha256();
            long size = 0;
            byte[] buffer = new byte[64 * 1024];
            try (OutputStream out = Files.newOutputStream(part)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    sha256.update(buffer, 0, read);
                    out.write(buffer, 0, read);
                    size += read;
                }
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return FileDigest.of(size, sha256);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static boolean isPart(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(PART_PREFIX) && name.endsWith(PART_SUFFIX);
    }
}
