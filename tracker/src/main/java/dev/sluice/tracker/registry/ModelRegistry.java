package dev.sluice.tracker.registry;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.artifact.ArtifactStore;
import java.util.Optional;

/**
 * The tracking server's models. Every call blocks, is bounded in time, and may be repeated: the outcome is that of one
 * call. Nothing is retried inside. Calls throw {@link dev.sluice.tracker.TrackingException}. Thread-safe.
 */
public interface ModelRegistry {
    /** The logged model with the request's key: found, or created without files. */
    LoggedModel loggedModel(LoggedModelRequest request);

    /** Where the model's files go. */
    ArtifactStore artifacts(LoggedModel model);

    /** Declares the model's files complete. */
    void markReady(LoggedModelId model);

    /** Declares that the model's files will never be complete. */
    void markFailed(LoggedModelId model);

    /** Makes the model an output of the run at a step. */
    void linkToRun(RunId run, LoggedModelId model, long step);

    /** Creates the registered model if there is none of that name. */
    void ensureRegistered(String name, String description);

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
