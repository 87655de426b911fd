package dev.sluice.tracker.outbox;

import dev.sluice.tracker.outbox.JournalSegments.Segment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * The names of the files in a run folder: {@value #SERVICE}, whose first entry opens the run and whose last ends it,
 * one {@code attempt-N.journal} a launched attempt, {@value #SYSTEM}, {@value #CURSOR}, {@value #QUARANTINE} and {@value
 * #UPLOAD}, which the shipper keeps.
 */
public final class RunJournals {
    /** The journal of the process that owns the run. */
    public static final String SERVICE = "service.journal";
    /** The journal of who watches the machine that the run is on, while it runs. */
    public static final String SYSTEM = "system.journal";
    /** What the shipper knows of the run: its id and how far it has shipped. */
    public static final String CURSOR = "run.json";
    /** What could not be shipped and why, one JSON object a line. */
    public static final String QUARANTINE = "quarantine.jsonl";

    /** How far the upload of the large artifact came that is under way; readable by its owner alone. */
    public static final String UPLOAD = "upload.json";

    private static final String SUFFIX = ".journal";

    private RunJournals() {}

    /**
     * The journal of an attempt.
     *
     * @param attempt counted from 1, or from whatever the writer counts from; >= 0
     */
    public static Path attempt(Path folder, int attempt) {
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt must be >= 0, was " + attempt);
        }
        return folder.resolve("attempt-" + attempt + SUFFIX);
    }

    /** The journal of the process that owns the run. */
    public static Path service(Path folder) {
        return folder.resolve(SERVICE);
    }

    /** The journal of who watches the machine that the run is on. */
    public static Path system(Path folder) {
        return folder.resolve(SYSTEM);
    }

    /** The journals that are there, that of the service first, the others in the order of their numbers. */
    static List<Path> list(Path folder) throws IOException {
        return List.copyOf(lengths(folder).keySet());
    }

    /**
     * The journals that are there, that of the service first, the others in the order of their numbers, with the offset
     * at which each ends, or would if the last entry were whole.
     */
    static SequencedMap<Path, Long> lengths(Path folder) throws IOException {
        Map<Path, Segment> last = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX + "*")) {
            for (Path file : files) {
                Path journal = JournalSegments.journal(file);
                if (name(journal).endsWith(SUFFIX)) {
                    JournalSegments.parse(file)
                            .ifPresent(segment -> last.merge(
                                    journal, segment, (one, other) -> one.base() > other.base() ? one : other));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new LinkedHashMap<>();
        }
        List<Path> journals = new ArrayList<>(last.keySet());
        journals.sort(Comparator.comparing((Path file) -> !name(file).equals(SERVICE))
                .thenComparingInt(file -> name(file).length())
                .thenComparing(RunJournals::name));
        SequencedMap<Path, Long> lengths = new LinkedHashMap<>();
        for (Path journal : journals) {
            Segment segment = Objects.requireNonNull(last.get(journal));
            lengths.put(journal, segment.offset(segment.file().toFile().length()));
        }
        return lengths;
    }

    static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
