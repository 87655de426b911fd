package dev.sluice.tracker.client;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.PatientWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A run that is being recorded. What a call is given is on disk when it returns, some microseconds later, and no call
 * waits for the server or fails because of it. A full disk holds nobody up either: what it does not take is held in
 * memory for a while. Thread-safe.
 */
public final class Run implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Run.class.getName());

    private final String key;
    private final Path folder;
    private final PatientWriter journal;
    private final CompletableFuture<RunId> opened;
    private final Consumer<Run> ended;
    private final AtomicInteger files = new AtomicInteger();
    private boolean over;

    Run(String key, Path folder, PatientWriter journal, CompletableFuture<RunId> opened, Consumer<Run> ended) {
        this.key = key;
        this.folder = folder;
        this.journal = journal;
        this.opened = opened;
        this.ended = ended;
    }

    /** What makes the run findable in MLflow: its tag {@code sluice.key}. */
    public String key() {
        return key;
    }

    /** The id that MLflow gave it; empty until it did. */
    public Optional<RunId> id() {
        return Optional.ofNullable(opened.getNow(null));
    }

    /** Waits for the id; empty if MLflow has not given it by then. */
    public Optional<RunId> awaitId(Duration limit) throws InterruptedException {
        try {
            return Optional.of(opened.get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the id of a run cannot fail, it can only be late", e);
        }
    }

    /** Records a parameter. It is written once: another value for the same name is set aside. */
    public Run param(String name, Object value) {
        return params(Map.of(name, value));
    }

    /** Records parameters, in their order; each value as {@link String#valueOf} gives it, of any length. */
    public Run params(Map<String, ?> values) {
        Map<String, String> texts = new LinkedHashMap<>();
        values.forEach((name, value) -> texts.put(name, String.valueOf(value)));
        return record(new JournalEntry.Params(texts));
    }

    /**
     * Records a value of a metric, with the time at which it is called.
     *
     * @param value NaN and infinities are taken
     */
    public Run metric(String name, long step, double value) {
        return metrics(step, Map.of(name, value));
    }

    /** Records values of metrics at one step. */
    public Run metrics(long step, Map<String, Double> values) {
        return record(new JournalEntry.Metrics(step, values, Instant.now()));
    }

    /** Sets a tag; the last value counts. */
    public Run tag(String name, String value) {
        return record(new JournalEntry.Tags(Map.of(name, value)));
    }

    /** The run's description, in Markdown. */
    public Run note(String markdown) {
        return tag("mlflow.note.content", markdown);
    }

    /**
     * Records a file, or a folder with all it holds, under its own name. It is copied: what happens to it afterwards
     * does not matter.
     *
     * @throws IllegalArgumentException if there is no such file
     */
    public Run artifact(Path file) {
        return artifact(file, "");
    }

    /**
     * Records a file or folder.
     *
     * @param into the folder of the run's artifacts to put it in, such as {@code checkpoints/3}; empty for their root
     */
    public Run artifact(Path file, String into) {
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("artifact " + file + " does not exist");
        }
        String name = String.valueOf(file.toAbsolutePath().normalize().getFileName());
        String path = into.isEmpty() ? name : into + "/" + name;
        try {
            if (Files.isDirectory(file)) {
                try (Stream<Path> all = Files.walk(file)) {
                    for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                        String below = file.relativize(each)
                                .toString()
                                .replace(file.getFileSystem().getSeparator(), "/");
                        keep(each, path + "/" + below);
                    }
                }
            } else {
                keep(file, path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.WARNING, "run=" + key + " artifact=" + path + " state=not-recorded", e);
        }
        return this;
    }

    private void keep(Path file, String path) throws IOException {
        Path copy = folder.resolve("files").resolve(String.valueOf(files.incrementAndGet()));
        Files.createDirectories(folder.resolve("files"));
        Files.copy(file, copy);
        record(JournalEntry.Artifact.of(folder, copy, path));
    }

    private synchronized Run record(JournalEntry entry) {
        if (over) {
            throw new IllegalStateException("run " + key + " has ended");
        }
        journal.record(entry);
        return this;
    }

    /** Ends the run as {@link RunStatus#FAILED}. */
    public void fail(String reason) {
        end(RunStatus.FAILED, reason);
    }

    /** Ends the run as {@link RunStatus#KILLED}: it was given up, which is nobody's fault. */
    public void kill(String reason) {
        end(RunStatus.KILLED, reason);
    }

    /** Ends the run as {@link RunStatus#FINISHED}, unless it has ended. */
    @Override
    public void close() {
        end(RunStatus.FINISHED, "");
    }

    private void end(RunStatus status, String reason) {
        synchronized (this) {
            if (over) {
                return;
            }
            if (!reason.isEmpty()) {
                journal.record(new JournalEntry.Tags(Map.of("sluice.reason", reason)));
            }
            journal.record(new JournalEntry.RunEnded(status, Instant.now()));
            over = true;
            try {
                journal.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "run=" + key + " journal not closed", e);
            }
        }
        ended.accept(this);
    }
}
