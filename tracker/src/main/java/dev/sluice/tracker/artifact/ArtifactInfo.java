package dev.sluice.tracker.artifact;

/**
 * A file or folder in an artifact store.
 *
 * @param path from the store's root
 * @param sizeBytes 0 for a folder
 */
public record ArtifactInfo(ArtifactPath path, boolean folder, long sizeBytes) {}
