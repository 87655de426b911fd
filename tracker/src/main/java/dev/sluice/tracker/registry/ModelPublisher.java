package dev.sluice.tracker.registry;

import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.artifact.UploadNote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Turns a folder into a version of a registered model that Python loads: logged model (where the server has such), files, read back
 * and compared, proved, declared ready, linked to its run and to its metrics, registered, and last the alias. Each step finds what an earlier attempt has left,
 * so publishing is repeated until it succeeds. Thread-safe.
 */
public final class ModelPublisher {
    private static final String MLMODEL = "MLmodel";
    /** The line at which a field that we write ourselves begins. */
    private static final Pattern STAMPED =
            Pattern.compile("([\"']?)(?:artifact_path|run_id|model_id|model_uuid)\\1[ \\t]*:(?:[ \\t].*)?");
    /** A line that belongs to the field above it, whatever that is: indented, empty, a comment or part of a list. */
    private static final Pattern CONTINUATION = Pattern.compile("(?:[ \\t#].*|-(?:[ \\t].*)?)?");

    private final ModelRegistry registry;
    private final ModelProof proof;
    private final UploadNote note;

    public ModelPublisher(ModelRegistry registry) {
        this(registry, ModelProof.NONE);
    }

    /**
     * @param proof what a model must pass before it becomes a version
     */
    public ModelPublisher(ModelRegistry registry, ModelProof proof) {
        this(registry, proof, UploadNote.NONE);
    }

    /**
     * @param proof what a model must pass before it becomes a version
     * @param note where it is noted how far the upload of a large file came; of one publication alone
     */
    public ModelPublisher(ModelRegistry registry, ModelProof proof, UploadNote note) {
        this.registry = registry;
        this.proof = proof;
        this.note = note;
    }

    /**
     * Publishes, or goes on with a publication of the same key.
     *
     * @throws ModelRejectedException if the proof rejects the model; no version is made then, and no alias moved
     * @throws IOException if the folder cannot be read, or the proof cannot be had
     * @throws IllegalArgumentException if the folder is no MLflow model
     * @throws TrackingException if the server does not answer or refuses; or the files read back are not those sent
     */
    public ModelVersion publish(ModelPublication publication) throws IOException {
        Path mlmodel = publication.folder().resolve(MLMODEL);
        if (!Files.isRegularFile(mlmodel)) {
            throw new IllegalArgumentException(
                    "folder " + publication.folder() + " is no MLflow model: it has no file " + MLMODEL);
        }
        ModelVersion version = registry.hasLoggedModels() ? asLoggedModel(publication) : inRun(publication);
        publication
                .alias()
                .ifPresent(alias -> registry.setAlias(new ModelAlias(publication.model(), alias), version.version()));
        return version;
    }

    private ModelVersion asLoggedModel(ModelPublication publication) throws IOException {
        LoggedModel model = registry.loggedModel(new LoggedModelRequest(
                publication.experiment(),
                publication.key(),
                publication.model(),
                publication.run(),
                publication.modelType(),
                publication.params(),
                publication.tags()));
        ArtifactStore artifacts = registry.artifacts(model);
        if (!model.ready()) {
            store(
                    publication,
                    artifacts,
                    ArtifactPath.ROOT,
                    Map.of(
                            "artifact_path", model.artifactUri(),
                            "model_id", model.id().value(),
                            "model_uuid", model.id().value(),
                            "run_id", publication.run().value()));
        }
        try {
            proof.examine(artifacts, ArtifactPath.ROOT);
        } catch (ModelRejectedException e) {
            if (!model.ready()) {
                registry.markFailed(model.id());
            }
            throw e;
        }
        if (!model.ready()) {
            registry.markReady(model.id());
        }
        registry.linkToRun(publication.run(), model.id(), publication.step());
        registry.logMetrics(model.id(), publication.run(), publication.metrics());
        return version(publication, model.id().uri(), Optional.of(model.id()));
    }

    /** Where models are not things of their own, their files lie in their run, in a folder of their key. */
    private ModelVersion inRun(ModelPublication publication) throws IOException {
        Optional<ModelVersion> held = registry.findVersion(publication.model(), publication.key());
        ArtifactStore artifacts = registry.artifacts(publication.run());
        ArtifactPath folder = ArtifactPath.of("models/" + publication.key());
        if (held.isPresent()) {
            proof.examine(artifacts, folder);
            return held.get();
        }
        store(
                publication,
                artifacts,
                folder,
                Map.of(
                        "artifact_path", folder.value(),
                        "run_id", publication.run().value()));
        proof.examine(artifacts, folder);
        return version(publication, "runs:/" + publication.run() + "/" + folder, Optional.empty());
    }

    private ModelVersion version(ModelPublication publication, String source, Optional<LoggedModelId> model) {
        registry.ensureRegistered(publication.model(), "");
        return registry.version(new VersionRequest(
                publication.model(),
                publication.key(),
                source,
                model,
                publication.run(),
                publication.description(),
                publication.tags()));
    }

    private void store(ModelPublication publication, ArtifactStore store, ArtifactPath into, Map<String, String> stamp)
            throws IOException {
        for (Path file : files(publication.folder())) {
            String name = publication
                    .folder()
                    .relativize(file)
                    .toString()
                    .replace(file.getFileSystem().getSeparator(), "/");
            if (!name.equals(MLMODEL)) {
                storeVerified(store, file, into.resolve(name));
            }
        }
        // The file that makes the folder a model comes last.
        Path stamped = Files.createTempFile("sluice-", ".MLmodel");
        try {
            Files.writeString(
                    stamped, stamp(Files.readString(publication.folder().resolve(MLMODEL)), stamp));
            storeVerified(store, stamped, into.resolve(MLMODEL));
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

    private void storeVerified(ArtifactStore store, Path file, ArtifactPath path) throws IOException {
        FileDigest sent;
        try {
            sent = store.put(file, path, note);
        } catch (TrackingException e) {
            if (!e.retryable()) {
                store.abandon(note);
            }
            throw e;
        } catch (IOException e) {
            store.abandon(note);
            throw e;
        }
        FileDigest held = store.digest(path);
        if (!sent.equals(held)) {
            throw TrackingException.unreadable(
                    "read artifact " + path, "sent " + sent + ", but the server holds " + held, null);
        }
    }

    /**
     * The description of the model with what was not known when it was written. The rest stays as it is, to the letter:
     * Python reads it by the rules of an older YAML than those that write it in Java.
     *
     * @param mlmodel YAML whose fields begin in the first column, as MLflow writes it
     */
    static String stamp(String mlmodel, Map<String, String> stamp) {
        StringBuilder stamped = new StringBuilder();
        boolean left = false;
        for (String line : mlmodel.lines().toList()) {
            left = STAMPED.matcher(line).matches()
                    || (left && CONTINUATION.matcher(line).matches());
            if (!left) {
                stamped.append(line).append('\n');
            }
        }
        new TreeMap<>(stamp)
                .forEach((name, value) -> stamped.append(name)
                        .append(": '")
                        .append(value.replace("'", "''"))
                        .append("'\n"));
        return stamped.toString();
    }
}
