package dev.sluice.tracker.outbox;

import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.outbox.JournalEntry.Artifact;
import dev.sluice.tracker.outbox.JournalEntry.Metrics;
import dev.sluice.tracker.outbox.JournalEntry.Params;
import dev.sluice.tracker.outbox.JournalEntry.RunEnded;
import dev.sluice.tracker.outbox.JournalEntry.RunOpened;
import dev.sluice.tracker.outbox.JournalEntry.Tags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one run of the chaos test records: entry by entry the same, whoever asks and however often. */
final class ChaosRun {
    static final int STEPS = 400;
    static final String LONG = "long ".repeat(1500);

    final String key;
    final Path trial;
    final Path folder;
    final RunStatus end;
    private final String experiment;
    private final Optional<String> parent;

    ChaosRun(Path root, String experiment, int number) {
        this.key = number == 0 ? "sweep" : "sweep/" + number;
        this.trial = root.resolve("run-" + number);
        this.folder = trial.resolve("journal");
        this.experiment = experiment;
        this.parent = number == 0 ? Optional.empty() : Optional.of("sweep");
        this.end =
                List.of(RunStatus.FINISHED, RunStatus.KILLED, RunStatus.FAILED).get(number % 3);
    }

    Map<String, String> params() {
        Map<String, String> params = new LinkedHashMap<>();
        params.put("key", key);
        params.put("rate@0", "0.1");
        params.put("layers", LONG);
        return params;
    }

    /** The journals' entries, marked with their places; every tenth is the service's. */
    List<JournalEntry> entries() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        entries.add(new RunOpened(
                key, "run " + key, experiment, RunFolder.START, parent, Map.of("sluice.sweep", experiment)));
        entries.add(new Params(params()));
        for (int step = 0; step < STEPS; step++) {
            entries.add(new Metrics(step, values(step), RunFolder.START.plusMillis(step)));
            if (step % 100 == 50) {
                entries.add(new Tags(Map.of("phase", String.valueOf(step), "phase." + step, "passed")));
                entries.add(artifact("checkpoints/" + step + "/weights", key + step));
            }
        }
        entries.add(new RunEnded(end, RunFolder.START.plusSeconds(60)));
        for (int i = 0; i < entries.size(); i++) {
            entries.set(i, entries.get(i).withMark(i));
        }
        return entries;
    }

    private static Map<String, Double> values(int step) {
        return Map.of("loss", step % 50 == 7 ? Double.NaN : 1.0 / (step + 1), "acc(%)", (double) step);
    }

    private Artifact artifact(String path, String content) throws IOException {
        Path file = trial.resolve(path);
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }
        return Artifact.of(trial, file, path);
    }

    List<MetricPoint> points(String metric) {
        List<MetricPoint> points = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            points.add(new MetricPoint(
                    metric, values(step).getOrDefault(metric, 0.0), RunFolder.START.toEpochMilli() + step, step));
        }
        return points;
    }
}
