package dev.sluice.console.promote;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.registry.ModelRejectedException;
import dev.sluice.trainer.protocol.ModelCheckCommand;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Whether what comes back from MLflow is the model that was trained: the bytes by their hash, and its answers to the sample
 * that the trainer left beside it. The model runs in a short process of the trainer's, so the service loads no natives. Thread-safe.
 */
@ApplicationScoped
class PredictionCheck {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final List<Integer> ENDED_FROM_OUTSIDE = List.of(130, 143); // by SIGINT, by SIGTERM

    private final Optional<Path> trainer;

    PredictionCheck(@ConfigProperty(name = "sluice.trainer.home") Optional<Path> trainer) {
        this.trainer = trainer.map(Path::toAbsolutePath).filter(Files::isDirectory);
    }

    /**
     * Fetches the model's graph and sample, and compares.
     *
     * @param files where the model lies, and in which folder
     * @param packaged the trial's own model folder
     * @param work a folder for what is fetched; emptied before and deleted afterwards
     * @return what was found, in a sentence
     * @throws ModelRejectedException if the model is another one
     * @throws IOException if the check could not be made
     * @throws IllegalStateException if somebody ended the check: it is to be made again
     */
    String examine(ArtifactStore files, ArtifactPath folder, Path packaged, Path work) throws IOException {
        var graph = packaged.resolve(ModelCheckCommand.GRAPH);
        var sample = packaged.resolve(ModelCheckCommand.SAMPLE);
        if (!Files.isRegularFile(graph) || !Files.isRegularFile(sample)) {
            return "By hash alone: the model has no %s with a %s to run it on."
                    .formatted(ModelCheckCommand.GRAPH, ModelCheckCommand.SAMPLE);
        }
        if (trainer.isEmpty()) {
            return "By hash alone: the trainer, which would run the model, is not installed here (sluice.trainer.home).";
        }
        DataFolder.delete(work);
        Files.createDirectories(work);
        try {
            return run(
                    trainer.get(),
                    fetched(files, folder.resolve(ModelCheckCommand.GRAPH), graph, work.resolve("graph")),
                    fetched(files, folder.resolve(ModelCheckCommand.SAMPLE), sample, work.resolve("sample")),
                    work);
        } finally {
            DataFolder.delete(work);
        }
    }

    private static Path fetched(ArtifactStore files, ArtifactPath path, Path sent, Path target) throws IOException {
        var came = files.get(path, target);
        var local = FileDigest.of(sent);
        if (!came.equals(local)) {
            throw new ModelRejectedException(
                    "The model that came back from MLflow is another one: %s is %s there, and here %s."
                            .formatted(path, came, local));
        }
        return target;
    }

    private static String run(Path trainer, Path graph, Path sample, Path work) throws IOException {
        var answer = work.resolve("answer");
        var builder = new ProcessBuilder(ModelCheckCommand.arguments(
                        Path.of(System.getProperty("java.home")), trainer, graph, sample, LIMIT))
                .directory(work.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(answer.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear(); // it has no use for our secrets
        var process = builder.start();
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the model did not answer its sample within %d s".formatted(LIMIT.toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the model answered its sample");
        } finally {
            process.destroyForcibly();
        }
        var said = Files.readAllLines(answer).stream().findFirst().orElse("");
        int code = process.exitValue();
        if (ENDED_FROM_OUTSIDE.contains(code)) {
            throw new IllegalStateException("the check of the model's predictions was ended by a signal");
        }
        if (code == ModelCheckCommand.EXIT_AGREES) {
            return said;
        }
        if (code == ModelCheckCommand.EXIT_DIFFERS && !said.isEmpty()) {
            throw new ModelRejectedException("The model that came back from MLflow answers otherwise: " + said);
        }
        throw new ModelRejectedException("The model that came back from MLflow could not be run on its sample: "
                + (said.isEmpty() ? "the process ended with " + code : said));
    }
}
