package dev.sluice.tracker.memory;

import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.Run;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.LocalArtifactStore;
import dev.sluice.tracker.artifact.RunArtifacts;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A tracker that keeps everything in memory, and artifacts in a folder, and behaves as an MLflow server does: for tests
 * and for programs that want no server. Thread-safe.
 */
public final class InMemoryTracker implements Tracker, RunArtifacts {
    private static final Comparator<MetricPoint> AS_THE_SERVER_ORDERS = Comparator.comparingLong(
                    MetricPoint::timestampMillis)
            .thenComparingLong(MetricPoint::step)
            .thenComparingDouble(MetricPoint::value);
    private static final Comparator<MetricPoint> LATEST = Comparator.comparingLong(MetricPoint::step)
            .thenComparingLong(MetricPoint::timestampMillis)
            .thenComparingDouble(MetricPoint::value);

    private final Path artifactFolder;
    private final Map<String, Experiment> experiments = new LinkedHashMap<>();
    private final Map<RunId, HeldRun> runs = new LinkedHashMap<>();

    /** A tracker without experiments, whose artifacts go below that folder. */
    public InMemoryTracker(Path artifactFolder) {
        this.artifactFolder = artifactFolder.toAbsolutePath();
    }

    private static final class HeldRun {
        private final RunId id;
        private final RunRequest request;
        private final Map<String, String> params = new LinkedHashMap<>();
        private final Map<String, String> tags = new LinkedHashMap<>();
        private final Map<String, SequencedSet<MetricPoint>> metrics = new LinkedHashMap<>();
        private final List<Dataset> datasets = new ArrayList<>();
        private RunStatus status = RunStatus.RUNNING;
        private @Nullable Instant end;
        private boolean deleted;

        HeldRun(RunId id, RunRequest request) {
            this.id = id;
            this.request = request;
        }
    }

    @Override
    public synchronized Experiment experiment(String name) {
        return experiments.computeIfAbsent(
                name,
                absent -> new Experiment(
                        new ExperimentId(String.valueOf(experiments.size() + 1)),
                        name,
                        artifactFolder
                                .resolve(String.valueOf(experiments.size() + 1))
                                .toString()));
    }

    @Override
    public synchronized RunId openRun(RunRequest request) {
        if (!request.fresh()) {
            List<HeldRun> held = withKey(request.experiment(), request.key());
            Optional<HeldRun> living = held.stream().filter(run -> !run.deleted).findFirst();
            if (living.isPresent()) {
                return living.get().id;
            }
            if (!held.isEmpty()) {
                throw TrackingException.refused("run " + held.getFirst().id + " with key " + request.key()
                        + " was deleted: restore it, or record under another key");
            }
        }
        if (experiments.values().stream()
                .noneMatch(experiment -> experiment.id().equals(request.experiment()))) {
            throw TrackingException.missing("no experiment " + request.experiment());
        }
        RunId id = new RunId("run-" + (runs.size() + 1));
        HeldRun run = new HeldRun(id, request);
        runs.put(id, run);
        put(run.tags, request.tags());
        run.tags.put(RunRequest.KEY_TAG, request.key());
        run.tags.put("mlflow.runName", request.name());
        request.parent().ifPresent(parent -> run.tags.put("mlflow.parentRunId", parent.value()));
        return id;
    }

    private List<HeldRun> withKey(ExperimentId experiment, String key) {
        return runs.values().stream()
                .filter(run -> run.request.experiment().equals(experiment)
                        && run.request.key().equals(key))
                .sorted(Comparator.comparing(run -> run.request.startTime()))
                .toList();
    }

    @Override
    public synchronized Optional<RunId> findRun(ExperimentId experiment, String key) {
        return withKey(experiment, key).stream()
                .filter(run -> !run.deleted)
                .findFirst()
                .map(run -> run.id);
    }

    @Override
    public synchronized List<Run> runs(ExperimentId experiment, String tag, String value) {
        return runs.values().stream()
                .filter(run -> run.request.experiment().equals(experiment)
                        && value.equals(run.tags.get(TrackingText.legalKey(tag))))
                .map(this::shown)
                .toList();
    }

    @Override
    public synchronized int deleteTwins(ExperimentId experiment, String key, RunId keep) {
        int deleted = 0;
        for (HeldRun run : withKey(experiment, key)) {
            if (!run.deleted && !run.id.equals(keep)) {
                run.deleted = true;
                deleted++;
            }
        }
        return deleted;
    }

    /** Puts a run into the bin, as a person may do in the server's pages. */
    public synchronized void deleteRun(RunId run) {
        held(run).deleted = true;
    }

    @Override
    public synchronized void logParams(RunId run, Map<String, String> params) {
        HeldRun held = writable(run);
        List<Map.Entry<String, String>> rows = List.copyOf(params.entrySet());
        for (int from = 0; from < rows.size(); from += TrackingText.MAX_PARAMS) {
            Map<String, String> part = new LinkedHashMap<>();
            rows.subList(from, Math.min(rows.size(), from + TrackingText.MAX_PARAMS))
                    .forEach(row -> part.put(TrackingText.legalKey(row.getKey()), TrackingText.param(row.getValue())));
            part.forEach((key, value) -> {
                String before = held.params.get(key);
                if (before != null && !before.equals(value)) {
                    throw TrackingException.answered(
                            "log params",
                            400,
                            "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"param " + key
                                    + " has another value already\"}",
                            Optional.empty(),
                            null);
                }
            });
            held.params.putAll(part);
        }
    }

    @Override
    public synchronized void logMetrics(RunId run, List<MetricPoint> points) {
        HeldRun held = writable(run);
        for (MetricPoint point : points) {
            double value =
                    Double.isInfinite(point.value()) ? Math.copySign(Double.MAX_VALUE, point.value()) : point.value();
            held.metrics
                    .computeIfAbsent(TrackingText.legalKey(point.key()), first -> new LinkedHashSet<>())
                    .add(new MetricPoint(point.key(), value, point.timestampMillis(), point.step()));
        }
    }

    @Override
    public synchronized void setTags(RunId run, Map<String, String> tags) {
        put(writable(run).tags, tags);
    }

    @Override
    public synchronized void logInputs(RunId run, List<Dataset> datasets) {
        HeldRun held = writable(run);
        for (Dataset dataset : datasets) {
            if (held.datasets.stream().noneMatch(dataset::isOneWith)) {
                held.datasets.add(dataset);
            }
        }
    }

    private static void put(Map<String, String> held, Map<String, String> tags) {
        tags.forEach((key, value) -> held.put(TrackingText.legalKey(key), TrackingText.tag(value)));
    }

    @Override
    public synchronized void endRun(RunId run, RunStatus status, Instant at) {
        HeldRun held = writable(run);
        held.status = status;
        held.end = at;
    }

    @Override
    public synchronized void reopenRun(RunId run) {
        writable(run).status = RunStatus.RUNNING;
    }

    private HeldRun held(RunId run) {
        HeldRun held = runs.get(run);
        if (held == null) {
            throw TrackingException.missing("no run " + run);
        }
        return held;
    }

    private HeldRun writable(RunId run) {
        HeldRun held = held(run);
        if (held.deleted) {
            throw TrackingException.answered(
                    "write",
                    400,
                    "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"The run " + run
                            + " must be in the 'active' state. Current state is deleted.\"}",
                    Optional.empty(),
                    null);
        }
        return held;
    }

    @Override
    public synchronized Optional<Run> run(RunId run) {
        return Optional.ofNullable(runs.get(run)).map(this::shown);
    }

    private Run shown(HeldRun held) {
        Map<String, Double> latest = new LinkedHashMap<>();
        held.metrics.forEach((key, points) ->
                latest.put(key, points.stream().max(LATEST).orElseThrow().value()));
        return new Run(
                held.id,
                held.request.experiment(),
                held.request.name(),
                held.status,
                held.request.startTime(),
                held.status.isEnded() ? Optional.ofNullable(held.end) : Optional.empty(),
                held.deleted,
                artifactRoot(held).toString(),
                held.params,
                held.tags,
                latest,
                List.copyOf(held.datasets));
    }

    @Override
    public synchronized List<MetricPoint> metricHistory(RunId run, String metric) {
        SequencedSet<MetricPoint> points = held(run).metrics.get(TrackingText.legalKey(metric));
        List<MetricPoint> sorted = new ArrayList<>(points == null ? List.of() : points);
        sorted.sort(AS_THE_SERVER_ORDERS);
        return sorted;
    }

    @Override
    public void probe() {
        // It is here.
    }

    @Override
    public synchronized ArtifactStore artifacts(RunId run) {
        return new LocalArtifactStore(artifactRoot(held(run)));
    }

    private Path artifactRoot(HeldRun run) {
        return artifactFolder
                .resolve(run.request.experiment().value())
                .resolve(run.id.value())
                .resolve("artifacts");
    }
}
