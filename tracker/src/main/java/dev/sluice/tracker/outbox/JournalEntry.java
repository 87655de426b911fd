package dev.sluice.tracker.outbox;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.artifact.FileDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One fact of a run as its journal holds it. Times are kept to the millisecond, maps in their order.
 *
 * <p>{@link #mark} is free for the writer: the service notes the position of the study event that an entry stems from,
 * and finds after a restart, by {@link JournalWriter#lastMark}, up to which event it had written.
 */
public sealed interface JournalEntry {
    /** The mark of an entry that has none. */
    long NO_MARK = -1;

    /** The writer's own number for this entry, {@value #NO_MARK} if it has none. */
    long mark();

    /** The same entry with that mark. */
    JournalEntry withMark(long mark);

    /** How many rows (points, parameters, tags, data sets) the entry holds; 1 for the other kinds. */
    default int rows() {
        return switch (this) {
            case Params params -> params.values().size();
            case Metrics metrics -> metrics.values().size();
            case Tags tags -> tags.values().size();
            case Inputs inputs -> inputs.datasets().size();
            case RunOpened opened -> 1;
            case Artifact artifact -> 1;
            case RunEnded ended -> 1;
        };
    }

    /**
     * The run begins; the first entry of {@value RunJournals#SERVICE}. Once more, with the same key, after a {@link
     * RunEnded}: the run goes on.
     *
     * @param key unique within the experiment; stored as the tag {@code sluice.key}
     * @param experiment name of the experiment
     * @param parentKey the key of the run below which this one is shown
     */
    record RunOpened(
            String key,
            String name,
            String experiment,
            Instant startTime,
            Optional<String> parentKey,
            Map<String, String> tags,
            long mark)
            implements JournalEntry {
        public RunOpened {
            requireText(key, "key");
            requireText(name, "name");
            requireText(experiment, "experiment");
            startTime = startTime.truncatedTo(ChronoUnit.MILLIS);
            tags = copy(tags, "tag");
        }

        public RunOpened(
                String key,
                String name,
                String experiment,
                Instant startTime,
                Optional<String> parentKey,
                Map<String, String> tags) {
            this(key, name, experiment, startTime, parentKey, tags, NO_MARK);
        }

        @Override
        public RunOpened withMark(long mark) {
            return new RunOpened(key, name, experiment, startTime, parentKey, tags, mark);
        }
    }

    /** Parameters. A parameter is written once: another value for the same name is refused by the server. */
    record Params(Map<String, String> values, long mark) implements JournalEntry {
        public Params {
            values = copy(values, "parameter");
        }

        public Params(Map<String, String> values) {
            this(values, NO_MARK);
        }

        @Override
        public Params withMark(long mark) {
            return new Params(values, mark);
        }
    }

    /**
     * Values of metrics at one step.
     *
     * @param values by metric key; NaN and infinities are kept
     * @param at when they were recorded: what the server shows, whenever they are shipped
     */
    record Metrics(long step, Map<String, Double> values, Instant at, long mark) implements JournalEntry {
        public Metrics {
            values = copy(values, "metric");
            at = at.truncatedTo(ChronoUnit.MILLIS);
        }

        public Metrics(long step, Map<String, Double> values, Instant at) {
            this(step, values, at, NO_MARK);
        }

        @Override
        public Metrics withMark(long mark) {
            return new Metrics(step, values, at, mark);
        }
    }

    /** Tags; the last value of a name counts. */
    record Tags(Map<String, String> values, long mark) implements JournalEntry {
        public Tags {
            values = copy(values, "tag");
        }

        public Tags(Map<String, String> values) {
            this(values, NO_MARK);
        }

        @Override
        public Tags withMark(long mark) {
            return new Tags(values, mark);
        }
    }

    /** Data sets that the run has read. */
    record Inputs(List<Dataset> datasets, long mark) implements JournalEntry {
        public Inputs {
            datasets = List.copyOf(datasets);
        }

        public Inputs(List<Dataset> datasets) {
            this(datasets, NO_MARK);
        }

        @Override
        public Inputs withMark(long mark) {
            return new Inputs(datasets, mark);
        }
    }

    /**
     * A file to be uploaded. Its bytes stay where they are: the file must not change after this was written. A file
     * that is gone when its turn comes is skipped with a note.
     *
     * @param artifactPath where it goes below the run's artifacts, such as {@code checkpoints/checkpoint-3/model.onnx}
     * @param localPath the file, relative to the folder that the run's artifacts lie in, without {@code ..}
     * @param sha256 64 hexadecimal digits, lower case
     */
    record Artifact(String artifactPath, String localPath, long sizeBytes, String sha256, long mark)
            implements JournalEntry {
        public Artifact {
            requireText(artifactPath, "artifactPath");
            requireText(localPath, "localPath");
            if (sizeBytes < 0) {
                throw new IllegalArgumentException("sizeBytes must be >= 0, was " + sizeBytes);
            }
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("sha256 must be 64 lower-case hexadecimal digits, was " + sha256);
            }
        }

        public Artifact(String artifactPath, String localPath, long sizeBytes, String sha256) {
            this(artifactPath, localPath, sizeBytes, sha256, NO_MARK);
        }

        /**
         * The entry for a file as it is now. Reads the file.
         *
         * @param folder the folder that the run's artifacts lie in
         * @param file a file below it
         */
        public static Artifact of(Path folder, Path file, String artifactPath) throws IOException {
            Path relative = folder.toAbsolutePath()
                    .normalize()
                    .relativize(file.toAbsolutePath().normalize());
            if (relative.startsWith("..")) {
                throw new IllegalArgumentException("file " + file + " does not lie below " + folder);
            }
            FileDigest digest = FileDigest.of(file);
            return new Artifact(artifactPath, relative.toString(), digest.sizeBytes(), digest.sha256());
        }

        @Override
        public Artifact withMark(long mark) {
            return new Artifact(artifactPath, localPath, sizeBytes, sha256, mark);
        }
    }

    /** The run is over and nobody writes to its journals any more, unless another {@link RunOpened} follows. */
    record RunEnded(RunStatus status, Instant at, long mark) implements JournalEntry {
        public RunEnded {
            if (!status.isEnded()) {
                throw new IllegalArgumentException("status of an ended run must be an end, was " + status);
            }
            at = at.truncatedTo(ChronoUnit.MILLIS);
        }

        public RunEnded(RunStatus status, Instant at) {
            this(status, at, NO_MARK);
        }

        @Override
        public RunEnded withMark(long mark) {
            return new RunEnded(status, at, mark);
        }
    }

    private static void requireText(String text, String field) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(field + " must not be blank");
        }
    }

    private static <V> Map<String, V> copy(Map<String, V> values, String what) {
        Map<String, V> copy = LinkedHashMap.newLinkedHashMap(values.size());
        values.forEach((name, value) -> {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("name of a " + what + " must not be empty");
            }
            copy.put(name, Objects.requireNonNull(value, () -> what + " " + name + " has no value"));
        });
        return Collections.unmodifiableMap(copy);
    }
}
