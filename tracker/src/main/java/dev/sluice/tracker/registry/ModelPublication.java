package dev.sluice.tracker.registry;

import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes a version of a registered model.
 *
 * @param key names this publication for ever: publishing again under the same key gives the same version
 * @param run the run that the model came out of
 * @param step the step of the run at which it did
 * @param folder an MLflow model: a folder with a file {@code MLmodel}
 * @param modelType what it is, in a word, such as {@code cnn}; may be empty
 * @param params shown with the model
 * @param metrics points of the run that tell how good the model is, as they were logged
 * @param model name of the registered model, created where there is none
 * @param alias moved to the new version when all else is done
 * @param description of the version
 * @param tags of the model and of the version
 */
public record ModelPublication(
        String key,
        ExperimentId experiment,
        RunId run,
        long step,
        Path folder,
        String modelType,
        Map<String, String> params,
        List<MetricPoint> metrics,
        String model,
        Optional<String> alias,
        String description,
        Map<String, String> tags) {
    public ModelPublication {
        // Fails early on a reserved or illegal alias.
        alias.ifPresent(name -> new ModelAlias(model, name).uri());
        params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
        metrics = List.copyOf(metrics);
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }
}
