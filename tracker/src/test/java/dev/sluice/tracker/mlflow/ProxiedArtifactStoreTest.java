package dev.sluice.tracker.mlflow;

import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.ArtifactStoreContract;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Artifacts of a run of a real MLflow server. */
class ProxiedArtifactStoreTest extends ArtifactStoreContract {
    private static final MlflowTracker TRACKER =
            MlflowTracker.on(MlflowServer.of(LocalMlflow.shared().uri()));

    @Override
    protected ArtifactStore newStore() {
        return TRACKER.artifacts(TRACKER.openRun(new RunRequest(
                TRACKER.experiment("artifacts").id(),
                UUID.randomUUID().toString(),
                "artifacts",
                Instant.now(),
                Optional.empty(),
                Map.of())));
    }
}
