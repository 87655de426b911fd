package dev.sluice.console.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The folder of one trial: its working directory, shared by its attempts. */
public record TrialFolder(Path path) {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{1,18})(?:-(\\d{1,18}))?");

    /** What a trial process reads first: contract §5. */
    public Path specification(int attempt) {
        return path.resolve("trial-%d.json".formatted(attempt));
    }

    public void delete() {
        DataFolder.delete(path);
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /** An MLflow model folder, once there is an `MLmodel` in it. */
    public Path model() {
        return path.resolve("model");
    }

    public Path attempt(int number) {
        return path.resolve("attempt-" + number);
    }

    public Path stdout(int attempt) {
        return attempt(attempt).resolve("stdout.log");
    }

    public Path stderr(int attempt) {
        return attempt(attempt).resolve("stderr.log");
    }

    /** Every report an own trainer made, written before it was sent. */
    public Path reports(int attempt) {
        return attempt(attempt).resolve("reports.jsonl");
    }

    /**
     * A checkpoint: file or folder, complete since it has its name.
     *
     * @param step  the last step reported before it
     * @param batch how far our trainer had come with the step after that; 0: not begun
     */
    public record Saved(Path path, long step, long batch, long sizeBytes, Instant savedAt) {}

    /** The checkpoints that are complete, as training went. Links are not followed. */
    public List<Saved> savedCheckpoints() {
        if (!Files.isDirectory(checkpoints(), LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        var saved = new ArrayList<Saved>();
        try (var entries = Files.newDirectoryStream(checkpoints())) {
            for (var entry : entries) {
                var name = CHECKPOINT.matcher(entry.getFileName().toString());
                if (name.matches() && !Files.isSymbolicLink(entry)) {
                    saved.add(new Saved(
                            entry,
                            Long.parseLong(name.group(1)),
                            name.group(2) == null ? 0 : Long.parseLong(name.group(2)),
                            sizeBytes(entry),
                            Files.getLastModifiedTime(entry).toInstant()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + checkpoints(), e);
        }
        saved.sort(Comparator.comparingLong(Saved::step).thenComparingLong(Saved::batch));
        return saved;
    }

    public Optional<Saved> newestCheckpoint() {
        var saved = savedCheckpoints();
        return saved.isEmpty() ? Optional.empty() : Optional.of(saved.getLast());
    }

    private static long sizeBytes(Path entry) throws IOException {
        try (var files = Files.walk(entry)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (UncheckedIOException removedMeanwhile) {
            return 0;
        }
    }
}
