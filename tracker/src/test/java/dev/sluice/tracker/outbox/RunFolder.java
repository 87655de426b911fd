package dev.sluice.tracker.outbox;

import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry.Artifact;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Params;
import dev.sluice.tracker.outbox.JournalEntry.RunEnded;
import dev.sluice.tracker.outbox.JournalEntry.RunOpened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** A trial's folder with its run folder, as the service and a trainer would fill them. */
final class RunFolder implements AutoCloseable {
    static final Instant START = Instant.ofEpochMilli(1_795_357_989_163L);

    final Path trial;
    final Path folder;
    final String key;
    private final JournalWriter service;
    private final JournalWriter attempt;

    RunFolder(Path root, String key) throws IOException {
        this.key = key;
        this.trial = Files.createDirectories(root.resolve(key.replace('/', '-')));
        this.folder = trial.resolve("journal");
        this.service = JournalWriter.open(RunJournals.service(folder));
        this.attempt = JournalWriter.open(RunJournals.attempt(folder, 1));
    }

    RunFolder open(String experiment, Optional<String> parent) throws IOException {
        append(new RunOpened(key, "run " + key, experiment, START, parent, Map.of("dataset", "digits")));
        return this;
    }

    void append(JournalEntry entry) throws IOException {
        service.append(entry);
    }

    void params(Map<String, String> params) throws IOException {
        service.append(new Params(params));
    }

    /** Appends points of {@code loss} for the steps [from, to), one an entry. */
    void metrics(int from, int to) throws IOException {
        for (int step = from; step < to; step++) {
            attempt.append(new Metrics(
                    step, Map.of("loss", step % 100 == 7 ? Double.NaN : 1.0 / (step + 1)), START.plusMillis(step)));
        }
    }

    Artifact artifact(String path, String content) throws IOException {
        Path file = trial.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Artifact artifact = Artifact.of(trial, file, path);
        attempt.append(artifact);
        return artifact;
    }

    void end(RunStatus status) throws IOException {
        service.append(new RunEnded(status, START.plusSeconds(3600)));
    }

    @Override
    public void close() throws IOException {
        service.close();
        attempt.close();
    }
}
