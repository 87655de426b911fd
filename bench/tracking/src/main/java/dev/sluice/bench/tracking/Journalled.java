package dev.sluice.bench.tracking;

import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.Durability;
import dev.sluice.tracker.outbox.JournalEntry;
import dev.sluice.tracker.outbox.JournalSettings;
import dev.sluice.tracker.outbox.JournalWriter;
import dev.sluice.tracker.outbox.RunJournals;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A run that is recorded as our trials are: what opens and ends it in one journal, what training says in another. */
final class Journalled implements AutoCloseable {
    static final int METRICS = 20;

    private final Path folder;
    private final JournalWriter service;
    private final JournalWriter attempt;

    Journalled(Path folder, String experiment, String key, Durability durability) throws IOException {
        this.folder = folder;
        var settings = JournalSettings.defaults().withDurability(durability);
        this.service = JournalWriter.open(RunJournals.service(folder), settings);
        this.attempt = JournalWriter.open(RunJournals.attempt(folder, 1), settings);
        service.append(new JournalEntry.RunOpened(key, key, experiment, Instant.now(), Optional.empty(), Map.of()));
    }

    Path folder() {
        return folder;
    }

    /** What a step of training says. */
    static Map<String, Double> metrics(long step) {
        Map<String, Double> values = LinkedHashMap.newLinkedHashMap(METRICS);
        for (int i = 0; i < METRICS; i++) {
            values.put("metric_" + i, Math.sin(step * 0.01 + i));
        }
        return values;
    }

    void record(long step, Map<String, Double> values) throws IOException {
        attempt.append(new JournalEntry.Metrics(step, values, Instant.now()));
    }

    @Override
    public void close() throws IOException {
        attempt.close();
        service.append(new JournalEntry.RunEnded(RunStatus.FINISHED, Instant.now()));
        service.close();
    }
}
