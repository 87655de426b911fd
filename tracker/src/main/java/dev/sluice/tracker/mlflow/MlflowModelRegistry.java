package dev.sluice.tracker.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.registry.LoggedModel;
import dev.sluice.tracker.registry.LoggedModelId;
import dev.sluice.tracker.registry.LoggedModelRequest;
import dev.sluice.tracker.registry.ModelAlias;
import dev.sluice.tracker.registry.ModelRegistry;
import dev.sluice.tracker.registry.ModelVersion;
import dev.sluice.tracker.registry.VersionRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The logged and registered models of an MLflow 3 server. Thread-safe. */
final class MlflowModelRegistry implements ModelRegistry {
    private static final String ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS";
    private static final String SOURCE = "models:/";
    private static final String READY = "LOGGED_MODEL_READY";

    private final MlflowConnection connection;

    MlflowModelRegistry(MlflowConnection connection) {
        this.connection = connection;
    }

    /** A text as it stands in a search filter. */
    static String quoted(String text) {
        if (text.indexOf('\'') < 0) {
            return "'" + text + "'";
        }
        if (text.indexOf('"') < 0) {
            return "\"" + text + "\"";
        }
        throw new IllegalArgumentException("key must not hold both kinds of quotes, was " + text);
    }

    static Map<String, String> texts(JsonNode rows) {
        Map<String, String> texts = new LinkedHashMap<>();
        rows.forEach(
                row -> texts.put(row.path("key").asText(), row.path("value").asText()));
        return texts;
    }

    private static Map<String, String> withKey(Map<String, String> tags, String key) {
        Map<String, String> all = new LinkedHashMap<>(tags);
        all.put(RunRequest.KEY_TAG, key);
        return all;
    }

    @Override
    public boolean hasLoggedModels() {
        return connection.abilities().loggedModels();
    }

    @Override
    public LoggedModel loggedModel(LoggedModelRequest request) {
        ObjectNode search = MlflowConnection.object()
                .put("filter", "tags.`" + RunRequest.KEY_TAG + "` = " + quoted(request.key()))
                .put("max_results", 10);
        search.putArray("experiment_ids").add(request.experiment().value());
        JsonNode held = connection.post("logged-models/search", search).path("models");
        if (!held.isEmpty()) {
            return loggedModel(held.get(0));
        }
        ObjectNode body = MlflowConnection.object()
                .put("experiment_id", request.experiment().value())
                .put("name", request.name())
                .put("source_run_id", request.sourceRun().value());
        if (!request.modelType().isEmpty()) {
            body.put("model_type", request.modelType());
        }
        MlflowTracker.addTexts(body.putArray("params"), request.params(), TrackingText::param);
        MlflowTracker.addTexts(body.putArray("tags"), withKey(request.tags(), request.key()), TrackingText::tag);
        return loggedModel(connection.create("logged-models", body).path("model"));
    }

    private static LoggedModel loggedModel(JsonNode model) {
        JsonNode info = model.path("info");
        if (info.path("model_id").asText().isEmpty()) {
            throw TrackingException.unreadable("logged-models", model.toString(), null);
        }
        return new LoggedModel(
                new LoggedModelId(info.path("model_id").asText()),
                info.path("name").asText(),
                info.path("artifact_uri").asText(),
                info.path("status").asText().equals(READY));
    }

    @Override
    public ArtifactStore artifacts(LoggedModel model) {
        return connection.artifacts(model.artifactUri());
    }

    @Override
    public ArtifactStore artifacts(RunId run) {
        return connection.artifacts(connection
                .ask(MlflowConnection.query("runs/get", Map.of("run_id", run.value())))
                .path("run")
                .path("info")
                .path("artifact_uri")
                .asText());
    }

    @Override
    public void markReady(LoggedModelId model) {
        status(model, READY);
    }

    @Override
    public void markFailed(LoggedModelId model) {
        status(model, "LOGGED_MODEL_UPLOAD_FAILED");
    }

    private void status(LoggedModelId model, String status) {
        connection.patch(
                "logged-models/" + model,
                MlflowConnection.object().put("model_id", model.value()).put("status", status));
    }

    @Override
    public void linkToRun(RunId run, LoggedModelId model, long step) {
        if (isLinked(run, model)) {
            return;
        }
        ObjectNode body = MlflowConnection.object().put("run_id", run.value());
        body.putArray("models").addObject().put("model_id", model.value()).put("step", step);
        try {
            connection.create("runs/outputs", body);
        } catch (TrackingException e) {
            // The link is unique in the server's database: a second one fails, whoever made the first.
            if (e.kind() != TrackingException.Kind.REFUSED || !isLinked(run, model)) {
                throw e;
            }
        }
    }

    private boolean isLinked(RunId run, LoggedModelId model) {
        JsonNode outputs = connection
                .get(MlflowConnection.query("runs/get", Map.of("run_id", run.value())))
                .path("run")
                .path("outputs")
                .path("model_outputs");
        return StreamSupport.stream(outputs.spliterator(), false)
                .anyMatch(output -> output.path("model_id").asText().equals(model.value()));
    }

    @Override
    public void logMetrics(LoggedModelId model, RunId run, List<MetricPoint> points) {
        MlflowTracker.logMetrics(connection, run, points, Map.of("model_id", model.value()));
    }

    @Override
    public void ensureRegistered(String name, String description) {
        try {
            connection.create(
                    "registered-models/create",
                    MlflowConnection.object().put("name", name).put("description", description));
        } catch (TrackingException e) {
            if (!e.errorCode().equals(ALREADY_EXISTS)) {
                throw e;
            }
        }
    }

    @Override
    public Optional<ModelVersion> findVersion(String name, String key) {
        JsonNode held = connection
                .get(MlflowConnection.query(
                        "model-versions/search",
                        Map.of(
                                "filter",
                                "name=" + quoted(name) + " and tags.`" + RunRequest.KEY_TAG + "`=" + quoted(key))))
                .path("model_versions");
        return held.isEmpty() ? Optional.empty() : Optional.of(version(held.get(0)));
    }

    @Override
    public ModelVersion version(VersionRequest request) {
        Optional<ModelVersion> held = findVersion(request.name(), request.key());
        if (held.isPresent()) {
            return held.get();
        }
        ObjectNode body = MlflowConnection.object()
                .put("name", request.name())
                .put("source", request.source())
                .put("run_id", request.run().value())
                .put("description", request.description());
        request.model().ifPresent(model -> body.put("model_id", model.value()));
        MlflowTracker.addTexts(body.putArray("tags"), withKey(request.tags(), request.key()), TrackingText::tag);
        return version(connection.create("model-versions/create", body).path("model_version"));
    }

    private static ModelVersion version(JsonNode version) {
        if (version.path("version").asInt() == 0) {
            throw TrackingException.unreadable("model-versions", version.toString(), null);
        }
        return new ModelVersion(
                version.path("name").asText(),
                version.path("version").asInt(),
                version.path("source").asText(),
                Optional.of(version.path("run_id").asText(""))
                        .filter(id -> !id.isEmpty())
                        .map(RunId::new),
                model(version),
                texts(version.path("tags")));
    }

    /** The logged model, which only some answers name by itself, but all in the source. */
    private static Optional<LoggedModelId> model(JsonNode version) {
        String source = version.path("source").asText("");
        String id = version.path("model_id").asText(source.startsWith(SOURCE) ? source.substring(SOURCE.length()) : "");
        return id.startsWith("m-") ? Optional.of(new LoggedModelId(id)) : Optional.empty();
    }

    @Override
    public void setAlias(ModelAlias alias, int version) {
        connection.post(
                "registered-models/alias",
                MlflowConnection.object()
                        .put("name", alias.model())
                        .put("alias", alias.alias())
                        .put("version", String.valueOf(version)));
    }

    @Override
    public void deleteAlias(ModelAlias alias) {
        try {
            connection.delete(
                    "registered-models/alias",
                    MlflowConnection.object().put("name", alias.model()).put("alias", alias.alias()));
        } catch (TrackingException e) {
            if (e.kind() != TrackingException.Kind.MISSING) {
                throw e;
            }
        }
    }

    @Override
    public Optional<ModelVersion> byAlias(ModelAlias alias) {
        try {
            return Optional.of(version(connection
                    .ask(MlflowConnection.query(
                            "registered-models/alias", Map.of("name", alias.model(), "alias", alias.alias())))
                    .path("model_version")));
        } catch (TrackingException e) {
            // An alias that a registered model lacks is a 400 here, a model that is not there a 404.
            if (e.kind() == TrackingException.Kind.MISSING
                    || (e.kind() == TrackingException.Kind.REFUSED
                            && String.valueOf(e.getMessage()).contains("not found"))) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
