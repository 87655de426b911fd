package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackerContract;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The contract against a real MLflow server. */
class MlflowTrackerTest extends TrackerContract {
    private static final MlflowTracker TRACKER =
            MlflowTracker.on(MlflowServer.of(LocalMlflow.shared().uri()));

    @Override
    protected Tracker tracker() {
        return TRACKER;
    }

    @Test
    void restoresADeletedExperiment() throws Exception {
        String name = "deleted " + System.nanoTime();
        Experiment experiment = TRACKER.experiment(name);
        HttpRequest delete = HttpRequest.newBuilder(
                        URI.create(LocalMlflow.shared().uri() + "/api/2.0/mlflow/experiments/delete"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"experiment_id\":\"" + experiment.id() + "\"}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(delete, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }

        assertThat(TRACKER.experiment(name)).isEqualTo(experiment);
        assertThat(TRACKER.openRun(new RunRequest(
                        experiment.id(), "k", "n", START, Optional.empty(), Map.of("mlflow.runName", "other"))))
                .isNotNull();
    }
}
