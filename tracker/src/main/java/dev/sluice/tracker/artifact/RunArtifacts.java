package dev.sluice.tracker.artifact;

import dev.sluice.tracker.RunId;

/** Knows where the artifacts of runs lie. Thread-safe. */
@FunctionalInterface
public interface RunArtifacts {
    /**
     * The store of a run's artifacts.
     *
     * @throws dev.sluice.tracker.TrackingException of kind MISSING if there is no such run; of kind REFUSED if its
     *     artifacts lie where we cannot reach them, saying what to do instead
     */
    ArtifactStore artifacts(RunId run);
}
