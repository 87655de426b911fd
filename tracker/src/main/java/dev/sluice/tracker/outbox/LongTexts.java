package dev.sluice.tracker.outbox;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.TrackingText;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.RunArtifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of parameters and tags that are longer than MLflow takes: each is kept whole as an artifact, and the value that
 * MLflow holds says where. MLflow itself drops the rest without a word. Thread-safe.
 */
final class LongTexts {
    /** What a text is the value of: decides its limit and its folder. */
    enum Kind {
        PARAM("sluice/params/", TrackingText.MAX_PARAM),
        TAG("sluice/tags/", TrackingText.MAX_TAG);

        private final String folder;
        private final int limit;

        Kind(String folder, int limit) {
            this.folder = folder;
            this.limit = limit;
        }

        boolean isLong(String value) {
            return TrackingText.isLonger(value, limit);
        }

        /** Where the whole value is kept. */
        String path(String name) {
            return folder + TrackingText.legalKey(name) + ".txt";
        }

        /** The value as MLflow holds it. */
        String shown(String name, String value) {
            return TrackingText.cut(value, limit, path(name));
        }

        /** The values as MLflow holds them. */
        Map<String, String> shown(Map<String, String> values) {
            Map<String, String> shown = new LinkedHashMap<>();
            values.forEach((name, value) -> shown.put(name, shown(name, value)));
            return shown;
        }
    }

    private final RunArtifacts artifacts;

    LongTexts(RunArtifacts artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * Uploads the whole value.
     *
     * @throws dev.sluice.tracker.TrackingException if the server does not take it
     */
    void keep(RunId run, Kind kind, String name, String value) {
        ArtifactStore store = artifacts.artifacts(run);
        try {
            Path file = Files.createTempFile("sluice-text-", ".txt");
            try {
                Files.writeString(file, value);
                store.put(file, ArtifactPath.of(kind.path(name)));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the whole value of " + name + " cannot be written for its upload", e);
        }
    }
}
