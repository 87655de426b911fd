package dev.sluice.tracker.registry;

import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import java.io.IOException;

/**
 * A look at a model's files as the server holds them, before they become a version. It is asked again whenever a publication
 * is gone on with, so that no alias moves on the word of an earlier try.
 */
@FunctionalInterface
public interface ModelProof {
    /** Takes every model. */
    ModelProof NONE = (files, folder) -> {};

    /**
     * Returns if the model may become a version.
     *
     * @param files where the model lies
     * @param folder the model's folder in there
     * @throws ModelRejectedException if it may not
     * @throws IOException if the local disk fails, or what looks at the model
     * @throws dev.sluice.tracker.TrackingException if the server does not hand the files out
     */
    void examine(ArtifactStore files, ArtifactPath folder) throws IOException;
}
