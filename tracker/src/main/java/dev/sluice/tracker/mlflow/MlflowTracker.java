package dev.sluice.tracker.mlflow;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.registry.ModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** An MLflow server as tracker. Tried against MLflow 3.17. Thread-safe. */
public final class MlflowTracker implements Tracker, RunArtifacts, AutoCloseable {
    private static final String PARENT_TAG = "mlflow.parentRunId";
    private static final String CONTEXT_TAG = "mlflow.data.context";
    private static final String ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS";
    private static final int HISTORY_PAGE = 20_000;
    private static final int RUNS_PAGE = 200;
    private static final int BYTES_OF_A_ROW = 100;

    private final MlflowConnection connection;
    private final MlflowModelRegistry models;

    private MlflowTracker(MlflowConnection connection) {
        this.connection = connection;
        this.models = new MlflowModelRegistry(connection);
    }

    /** A tracker on that server, which need not be up yet. */
    public static MlflowTracker on(MlflowServer server) {
        return new MlflowTracker(new MlflowConnection(server));
    }

    public MlflowServer server() {
        return connection.server();
    }

    /** The same server's models. */
    public ModelRegistry models() {
        return models;
    }

    @Override
    public void probe() {
        connection.probe();
    }

    @Override
    public Experiment experiment(String name) {
        Optional<JsonNode> found = findExperiment(name);
        if (found.isEmpty()) {
            try {
                connection.create(
                        "experiments/create", MlflowConnection.object().put("name", name));
            } catch (TrackingException e) {
                // Somebody else was faster; or it was us, and the answer to our first call was lost.
                if (!e.errorCode().equals(ALREADY_EXISTS)) {
                    throw e;
                }
            }
            found = findExperiment(name);
        }
        JsonNode experiment = found.orElseThrow(
                () -> TrackingException.missing("experiment " + name + " was created and is not there"));
        String id = experiment.path("experiment_id").asText();
        if (isDeleted(experiment)) {
            connection.post("experiments/restore", MlflowConnection.object().put("experiment_id", id));
        }
        return new Experiment(
                new ExperimentId(id), name, experiment.path("artifact_location").asText());
    }

    private Optional<JsonNode> findExperiment(String name) {
        try {
            return Optional.of(connection
                    .ask(MlflowConnection.query("experiments/get-by-name", Map.of("experiment_name", name)))
                    .path("experiment"));
        } catch (TrackingException e) {
            if (e.kind() == TrackingException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isDeleted(JsonNode node) {
        return node.path("lifecycle_stage").asText().equals("deleted");
    }

    /**
     * Why artifacts of this experiment cannot be stored, and what to do instead; empty if they can. To be asked when an
     * experiment is chosen, so that it is not found out at the first upload.
     */
    public Optional<String> artifactRefusal(Experiment experiment) {
        return MlflowConnection.ArtifactSchemes.refusal(experiment.artifactLocation());
    }

    @Override
    public RunId openRun(RunRequest request) {
        if (!request.fresh()) {
            List<Run> held = runs(request.experiment(), request.key());
            Optional<Run> oldest = held.stream().filter(run -> !run.deleted()).findFirst();
            if (oldest.isPresent()) {
                return oldest.get().id();
            }
            if (!held.isEmpty()) {
                throw TrackingException.refused("run " + held.getFirst().id() + " with key " + request.key()
                        + " was deleted in MLflow: restore it there, or record under another key");
            }
        }
        ObjectNode body = MlflowConnection.object()
                .put("experiment_id", request.experiment().value())
                .put("start_time", request.startTime().toEpochMilli())
                .put("run_name", request.name());
        Map<String, String> tags = new LinkedHashMap<>(request.tags());
        tags.put(RunRequest.KEY_TAG, request.key());
        request.parent().ifPresent(parent -> tags.put(PARENT_TAG, parent.value()));
        // MLflow refuses a tag that contradicts the name.
        tags.remove("mlflow.runName");
        addTexts(body.putArray("tags"), tags, TrackingText::tag);
        JsonNode info = connection.create("runs/create", body).path("run").path("info");
        if (info.path("run_id").asText().isEmpty()) {
            throw TrackingException.unreadable("POST runs/create", info.toString(), null);
        }
        return new RunId(info.path("run_id").asText());
    }

    @Override
    public Optional<RunId> findRun(ExperimentId experiment, String key) {
        return runs(experiment, key).stream()
                .filter(run -> !run.deleted())
                .findFirst()
                .map(Run::id);
    }

    @Override
    public int deleteTwins(ExperimentId experiment, String key, RunId keep) {
        List<Run> twins = runs(experiment, key).stream()
                .filter(run -> !run.deleted() && !run.id().equals(keep))
                .toList();
        for (Run twin : twins) {
            connection.post(
                    "runs/delete",
                    MlflowConnection.object().put("run_id", twin.id().value()));
        }
        return twins.size();
    }

    @Override
    public List<Run> runs(ExperimentId experiment, String tag, String value) {
        ObjectNode body = MlflowConnection.object()
                .put("filter", "tags.`" + TrackingText.legalKey(tag) + "` = " + MlflowModelRegistry.quoted(value))
                .put("max_results", RUNS_PAGE)
                .put("run_view_type", "ALL");
        body.putArray("experiment_ids").add(experiment.value());
        List<Run> runs = new ArrayList<>();
        String next;
        do {
            JsonNode page = connection.post("runs/search", body);
            page.path("runs").forEach(run -> runs.add(run(run)));
            next = page.path("next_page_token").asText("");
            body.put("page_token", next);
        } while (!next.isEmpty());
        return runs;
    }

    /** All runs with that key, deleted ones too, the oldest first. */
    private List<Run> runs(ExperimentId experiment, String key) {
        List<Run> runs = runs(experiment, RunRequest.KEY_TAG, key);
        runs.sort(Comparator.comparing(Run::startTime)
                .thenComparing(run -> run.id().value()));
        return runs;
    }

    @Override
    public void logParams(RunId run, Map<String, String> params) {
        inParts(List.copyOf(params.entrySet()), TrackingText.MAX_PARAMS, part -> {
            ObjectNode body = MlflowConnection.object().put("run_id", run.value());
            ArrayNode rows = body.putArray("params");
            for (Map.Entry<String, String> param : part) {
                rows.addObject()
                        .put("key", TrackingText.legalKey(param.getKey()))
                        .put("value", TrackingText.param(param.getValue()));
            }
            connection.post("runs/log-batch", body);
        });
    }

    @Override
    public void logMetrics(RunId run, List<MetricPoint> points) {
        logMetrics(connection, run, points, Map.of());
    }

    /** @param more fields of each row besides */
    static void logMetrics(MlflowConnection connection, RunId run, List<MetricPoint> points, Map<String, String> more) {
        inParts(
                points,
                TrackingText.MAX_METRICS,
                part -> connection.logMetrics(metricsJson(run, part, more), part.size()));
    }

    /** A request of metrics in UTF-8, written without a tree: most of what we ever send to the server is this. */
    static byte[] metricsJson(RunId run, List<MetricPoint> points, Map<String, String> more) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(100 + BYTES_OF_A_ROW * points.size());
        Map<String, String> legalKeys = new HashMap<>();
        try (JsonGenerator json = MlflowConnection.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("run_id", run.value());
            json.writeArrayFieldStart("metrics");
            for (MetricPoint point : points) {
                json.writeStartObject();
                json.writeStringField("key", legalKeys.computeIfAbsent(point.key(), TrackingText::legalKey));
                // Numbers that are not finite become strings, "NaN": bare ones MLflow reads as 0.0 without a word.
                json.writeNumberField("value", point.value());
                json.writeNumberField("timestamp", point.timestampMillis());
                json.writeNumberField("step", point.step());
                for (Map.Entry<String, String> field : more.entrySet()) {
                    json.writeStringField(field.getKey(), field.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void setTags(RunId run, Map<String, String> tags) {
        inParts(List.copyOf(tags.entrySet()), TrackingText.MAX_TAGS, part -> {
            ObjectNode body = MlflowConnection.object().put("run_id", run.value());
            ArrayNode rows = body.putArray("tags");
            for (Map.Entry<String, String> tag : part) {
                rows.addObject()
                        .put("key", TrackingText.legalKey(tag.getKey()))
                        .put("value", TrackingText.tag(tag.getValue()));
            }
            connection.post("runs/log-batch", body);
        });
    }

    @Override
    public void logInputs(RunId run, List<Dataset> datasets) {
        if (datasets.isEmpty()) {
            return;
        }
        ObjectNode body = MlflowConnection.object().put("run_id", run.value());
        ArrayNode rows = body.putArray("datasets");
        for (Dataset dataset : datasets) {
            ObjectNode row = rows.addObject();
            ArrayNode tags = row.putArray("tags");
            if (!dataset.context().isEmpty()) {
                tags.addObject().put("key", CONTEXT_TAG).put("value", dataset.context());
            }
            ObjectNode shown = row.putObject("dataset")
                    .put("name", dataset.name())
                    .put("digest", dataset.digest())
                    .put("source_type", dataset.sourceType())
                    .put("source", dataset.source());
            dataset.schema().ifPresent(schema -> shown.put("schema", schema));
            dataset.profile().ifPresent(profile -> shown.put("profile", profile));
        }
        connection.post("runs/log-inputs", body);
    }

    private static <T> void inParts(List<T> rows, int size, Consumer<List<T>> send) {
        for (int from = 0; from < rows.size(); from += size) {
            send.accept(rows.subList(from, Math.min(rows.size(), from + size)));
        }
    }

    static void addTexts(ArrayNode rows, Map<String, String> texts, UnaryOperator<String> withinLimit) {
        texts.forEach((key, value) ->
                rows.addObject().put("key", TrackingText.legalKey(key)).put("value", withinLimit.apply(value)));
    }

    @Override
    public void endRun(RunId run, RunStatus status, Instant at) {
        connection.post(
                "runs/update",
                MlflowConnection.object()
                        .put("run_id", run.value())
                        .put("status", status.name())
                        .put("end_time", at.toEpochMilli()));
    }

    @Override
    public void reopenRun(RunId run) {
        connection.post(
                "runs/update",
                MlflowConnection.object().put("run_id", run.value()).put("status", RunStatus.RUNNING.name()));
    }

    @Override
    public Optional<Run> run(RunId run) {
        try {
            return Optional.of(run(connection
                    .ask(MlflowConnection.query("runs/get", Map.of("run_id", run.value())))
                    .path("run")));
        } catch (TrackingException e) {
            if (e.kind() == TrackingException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Run run(JsonNode json) {
        JsonNode info = json.path("info");
        JsonNode data = json.path("data");
        Map<String, Double> metrics = new LinkedHashMap<>();
        data.path("metrics").forEach(metric -> metrics.put(metric.path("key").asText(), value(metric)));
        long end = info.path("end_time").asLong();
        RunStatus status = RunStatus.RUNNING;
        for (RunStatus candidate : RunStatus.values()) {
            status = candidate.name().equals(info.path("status").asText()) ? candidate : status;
        }
        return new Run(
                new RunId(info.path("run_id").asText()),
                new ExperimentId(info.path("experiment_id").asText()),
                info.path("run_name").asText(),
                status,
                Instant.ofEpochMilli(info.path("start_time").asLong()),
                end == 0 || !status.isEnded() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(end)),
                isDeleted(info),
                info.path("artifact_uri").asText(),
                MlflowModelRegistry.texts(data.path("params")),
                MlflowModelRegistry.texts(data.path("tags")),
                metrics,
                datasets(json.path("inputs").path("dataset_inputs")));
    }

    private static List<Dataset> datasets(JsonNode inputs) {
        List<Dataset> datasets = new ArrayList<>();
        for (JsonNode input : inputs) {
            JsonNode dataset = input.path("dataset");
            datasets.add(new Dataset(
                    dataset.path("name").asText(),
                    dataset.path("digest").asText(),
                    dataset.path("source_type").asText(),
                    dataset.path("source").asText(),
                    Optional.ofNullable(dataset.get("schema")).map(JsonNode::asText),
                    Optional.ofNullable(dataset.get("profile")).map(JsonNode::asText),
                    MlflowModelRegistry.texts(input.path("tags")).getOrDefault(CONTEXT_TAG, "")));
        }
        return datasets;
    }

    /** The value of a metric, which is a string where it is not finite. */
    private static double value(JsonNode metric) {
        JsonNode value = metric.path("value");
        return value.isTextual() ? Double.parseDouble(value.textValue()) : value.asDouble();
    }

    @Override
    public List<MetricPoint> metricHistory(RunId run, String metric) {
        List<MetricPoint> points = new ArrayList<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("run_id", run.value());
        parameters.put("metric_key", TrackingText.legalKey(metric));
        parameters.put("max_results", String.valueOf(HISTORY_PAGE));
        String next;
        do {
            JsonNode page = connection.get(MlflowConnection.query("metrics/get-history", parameters));
            for (JsonNode point : page.path("metrics")) {
                points.add(new MetricPoint(
                        metric,
                        value(point),
                        point.path("timestamp").asLong(),
                        point.path("step").asLong()));
            }
            next = page.path("next_page_token").asText("");
            parameters.put("page_token", next);
        } while (!next.isEmpty());
        return points;
    }

    @Override
    public ArtifactStore artifacts(RunId run) {
        Run held = run(run).orElseThrow(() -> TrackingException.missing("no run " + run));
        return connection.artifacts(held.artifactUri());
    }

    @Override
    public void close() {
        connection.close();
    }
}
