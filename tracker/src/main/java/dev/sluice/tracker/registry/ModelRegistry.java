package dev.sluice.tracker.registry;

import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.artifact.ArtifactStore;
import java.util.List;
import java.util.Optional;

/**
 * The tracking server's models. Every call blocks, is bounded in time, and may be repeated: the outcome is that of one
 * call. Nothing is retried inside. Calls throw {@link dev.sluice.tracker.TrackingException}. Thread-safe.
 */
public interface ModelRegistry {
    /**
     * Whether models are things of their own here; if not, the files of one lie among the artifacts of its run, and
     * the calls that name a logged model are refused.
     */
    boolean hasLoggedModels();

    /** The logged model with the request's key: found, or created without files. */
    LoggedModel loggedModel(LoggedModelRequest request);

    /** Where the model's files go. */
    ArtifactStore artifacts(LoggedModel model);

    /** Where the artifacts of a run go. */
    ArtifactStore artifacts(RunId run);

    /** Declares the model's files complete. */
    void markReady(LoggedModelId model);

    /** Declares that the model's files will never be complete. */
    void markFailed(LoggedModelId model);

    /** Makes the model an output of the run at a step. */
    void linkToRun(RunId run, LoggedModelId model, long step);

    /** Says that these points of a run are the model's; a point that is there already stays one. */
    void logMetrics(LoggedModelId model, RunId run, List<MetricPoint> points);

    /** Creates the registered model if there is none of that name. */
    void ensureRegistered(String name, String description);

    /** The version of a registered model with that key. */
    Optional<ModelVersion> findVersion(String name, String key);

    /**
     * The version with the request's key: found, or created. The server does not ask whether the model's files exist:
     * store them first.
     */
    ModelVersion version(VersionRequest request);

    /** Points the alias to a version, wherever it pointed before. */
    void setAlias(ModelAlias alias, int version);

    /** Removes the alias; nothing happens where there is none. */
    void deleteAlias(ModelAlias alias);

    /** The version that an alias points to. */
    Optional<ModelVersion> byAlias(ModelAlias alias);
}
