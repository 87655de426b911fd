package dev.sluice.console.folder;

import io.smallrye.config.ConfigMapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;

/** The service's data folder. Every path that the service opens is made here, from ids: no client ever sends one. */
@ConfigMapping(prefix = "sluice")
public interface DataFolder {
    /** Database, trial folders, journals and the local MLflow lie here. Relative to the working directory. */
    Path data();

    default Path root() {
        return data().toAbsolutePath().normalize();
    }

    default TrialFolder trial(UUID trial) {
        return new TrialFolder(root().resolve("trials").resolve(trial.toString()));
    }

    /** The run folder of a sweep's parent run. */
    default Path sweepRun(UUID sweep) {
        return root().resolve("sweeps").resolve(sweep.toString());
    }

    /** What lies here only while promotions are under way. */
    default Path promotions() {
        return root().resolve("promotions");
    }

    /** What a promotion fetches to look at, while it does. */
    default Path promotion(UUID promotion) {
        return promotions().resolve(promotion.toString());
    }

    /** How far the upload of a large file came that is under way for a promotion. */
    default Path promotionUpload(UUID promotion) {
        return promotions().resolve(promotion + ".upload.json");
    }

    default Path mlflow() {
        return root().resolve("mlflow");
    }

    /** Removes a folder with all that is in it; links are removed, not followed. What cannot be removed stays. */
    static void delete(Path folder) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var entries = Files.walk(folder)) {
            entries.sorted(Comparator.reverseOrder())
                    .forEach(entry -> entry.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.getLogger(DataFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "event=not-deleted folder=" + folder, e);
        }
    }
}
