package dev.sluice.console.tracking;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.specification.SizeText;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalChunk;
import dev.sluice.tracker.outbox.JournalException;
import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import io.quarkus.logging.Log;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The journals of attempts that run elsewhere, as far as their workers have handed them over: they lie where a local
 * trial would write its own, and are shipped as those are. Thread-safe.
 */
@Startup // so that a limit that is none is found at the start
@ApplicationScoped
public class ReceivedJournals {
    private static final String LIMIT = "sluice.mlflow.worker-journal-limit";

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final DataFolder data;
    private final JournalSettings settings;
    private final Map<Path, Receiver> open = new ConcurrentHashMap<>();
    private final AtomicLong lookedAtNanos = new AtomicLong(System.nanoTime());

    ReceivedJournals(DataFolder data, @ConfigProperty(name = LIMIT) String limit) {
        this.data = data;
        // Its writer deletes what we have said is here.
        var durable = JournalSettings.of(System.getenv()).withDurability(Durability.MACHINE);
        long least = 2 * durable.segmentBytes();
        var bytes = SizeText.parse(limit);
        if (bytes.isEmpty() || bytes.getAsLong() < least) {
            throw new IllegalArgumentException(
                    "%s must be a size >= %s, such as 1GiB, was \"%s\"".formatted(LIMIT, SizeText.of(least), limit));
        }
        this.settings = durable.withLimit(bytes.getAsLong(), Duration.ZERO);
    }

    /** The setting that bounds what waits of each journal, and its value. */
    public String limit() {
        return "`%s` (%s)".formatted(LIMIT, SizeText.of(settings.limitBytes().orElseThrow()));
    }

    private static final class Receiver {
        private final JournalWriter writer;
        private volatile long usedAtNanos = System.nanoTime();

        Receiver(JournalWriter writer) {
            this.writer = writer;
        }
    }

    /**
     * Takes a piece of an attempt's journal in. When this returns without an offset, all of it is on the disk.
     *
     * @return where the next piece must begin, if this one leaves a gap or is not what was taken in before
     * @throws JournalException if the piece has a mark that does not follow; or, {@linkplain JournalException#isPassing
     *     passing}, if as much waits of this journal as may
     * @throws IOException if the disk does not take it
     */
    public OptionalLong take(UUID trial, int attempt, JournalChunk chunk) throws IOException {
        var journal = RunJournals.attempt(Tracking.runFolder(data.trial(trial)), attempt);
        closeIdle();
        while (true) {
            var receiver = receiver(journal);
            try {
                if (receiver.writer.append(chunk)) {
                    return OptionalLong.empty();
                }
                return OptionalLong.of(receiver.writer.nextChunk());
            } catch (JournalException e) {
                if (isOpen(journal, receiver)) {
                    throw e;
                }
                // It was closed as idle just before.
            } finally {
                receiver.usedAtNanos = System.nanoTime();
            }
        }
    }

    /** Waits for who is just closing it. */
    @SuppressWarnings("ReferenceEquality") // it, not one like it
    private boolean isOpen(Path journal, Receiver receiver) {
        return open.computeIfPresent(journal, (file, held) -> held) == receiver;
    }

    private Receiver receiver(Path journal) throws IOException {
        try {
            return open.computeIfAbsent(journal, file -> {
                try {
                    return new Receiver(JournalWriter.open(file, settings));
                } catch (JournalException e) {
                    throw new UncheckedIOException(new IOException("what is on the disk cannot be gone on with", e));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void closeIdle() {
        long looked = lookedAtNanos.get();
        long now = System.nanoTime();
        if (now - looked >= IDLE_NANOS && lookedAtNanos.compareAndSet(looked, now)) {
            for (var journal : open.keySet()) {
                open.computeIfPresent(
                        journal,
                        (file, receiver) -> now - receiver.usedAtNanos < IDLE_NANOS ? receiver : closed(receiver));
            }
        }
    }

    @PreDestroy
    void close() {
        for (var journal : open.keySet()) {
            open.computeIfPresent(journal, (file, receiver) -> closed(receiver));
        }
    }

    private static @Nullable Receiver closed(Receiver receiver) {
        try {
            receiver.writer.close();
        } catch (IOException e) {
            Log.warnf(e, "event=journal-not-closed journal=%s", receiver.writer.path());
        }
        return null;
    }
}
