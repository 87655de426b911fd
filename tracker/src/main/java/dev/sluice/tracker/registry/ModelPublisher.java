package dev.sluice.tracker.registry;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns a folder into a version of a registered model that Python loads: logged model, files, read back and compared,
 * declared ready, linked to its run, registered, and last the alias. Each step finds what an earlier attempt has left,
 * so publishing is repeated until it succeeds. Thread-safe.
 */
public final class ModelPublisher {
    private static final String MLMODEL = "MLmodel";
    private static final List<String> STAMPED = List.of("artifact_path:", "run_id:", "model_id:", "model_uuid:");

    private final ModelRegistry registry;

    public ModelPublisher(ModelRegistry registry) {
        this.registry = registry;
    }

    /**
     * Publishes, or goes on with a publication of the same key.
     *
     * @throws IOException if the folder cannot be read
     * @throws IllegalArgumentException if the folder is no MLflow model
     * @throws TrackingException if the server does not answer or refuses; or the files read back are not those sent
     */
    public ModelVersion publish(ModelPublication publication) throws IOException {
        Path mlmodel = publication.folder().resolve(MLMODEL);
        if (!Files.isRegularFile(mlmodel)) {
            throw new IllegalArgumentException(
                    "folder " + publication.folder() + " is no MLflow model: it has no file " + MLMODEL);
        }
        LoggedModel model = registry.loggedModel(new LoggedModelRequest(
                publication.experiment(),
                publication.key(),
                publication.model(),
                publication.run(),
                publication.modelType(),
                publication.params(),
                publication.tags()));
        if (!model.ready()) {
            store(publication, model, mlmodel);
            registry.markReady(model.id());
        }
        registry.linkToRun(publication.run(), model.id(), publication.step());
        registry.ensureRegistered(publication.model(), "");
        ModelVersion version = registry.version(new VersionRequest(
                publication.model(),
                publication.key(),
                model.id(),
                publication.run(),
                publication.description(),
                publication.tags()));
        publication
                .alias()
                .ifPresent(alias -> registry.setAlias(new ModelAlias(publication.model(), alias), version.version()));
        return version;
    }

    private void store(ModelPublication publication, LoggedModel model, Path mlmodel) throws IOException {
        ArtifactStore store = registry.artifacts(model);
        for (Path file : files(publication.folder())) {
            String name = publication
                    .folder()
                    .relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            if (!name.equals(MLMODEL)) {
                storeVerified(store, file, ArtifactPath.of(name));
            }
        }
        // The file that makes the folder a model comes last.
        Path stamped = Files.createTempFile("sluice-", ".MLmodel");
        try {
            Files.writeString(stamped, stamp(Files.readString(mlmodel), model, publication.run()));
            storeVerified(store, stamped, ArtifactPath.of(MLMODEL));
        } finally {
            Files.delete(stamped);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw new IOException("folder " + folder + " cannot be read", e);
        }
    }

    private static void storeVerified(ArtifactStore store, Path file, ArtifactPath path) throws IOException {
        FileDigest sent = store.put(file, path);
        FileDigest held = store.digest(path);
        if (!sent.equals(held)) {
            throw TrackingException.unreadable(
                    "read artifact " + path, "sent " + sent + ", but the server holds " + held, null);
        }
    }

    /** The description of the model with the ids that it was not given when it was written. */
    static String stamp(String mlmodel, LoggedModel model, RunId run) {
        String kept = mlmodel.lines()
                .filter(line -> STAMPED.stream().noneMatch(line::startsWith))
                .collect(Collectors.joining("\n"));
        return kept
                + "\nartifact_path: " + model.artifactUri()
                + "\nmodel_id: " + model.id()
                + "\nmodel_uuid: " + model.id()
                + "\nrun_id: " + run
                + "\n";
    }
}
