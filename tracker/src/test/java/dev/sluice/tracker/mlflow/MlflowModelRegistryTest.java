package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.tracker.Experiment;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.registry.LoggedModel;
import dev.sluice.tracker.registry.LoggedModelRequest;
import dev.sluice.tracker.registry.ModelAlias;
import dev.sluice.tracker.registry.ModelPublication;
import dev.sluice.tracker.registry.ModelPublisher;
import dev.sluice.tracker.registry.ModelRegistry;
import dev.sluice.tracker.registry.ModelRejectedException;
import dev.sluice.tracker.registry.ModelVersion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models on a real MLflow server. */
class MlflowModelRegistryTest {
    private static final MlflowTracker TRACKER =
            MlflowTracker.on(MlflowServer.of(LocalMlflow.shared().uri()));

    private static final MetricPoint ACCURACY = new MetricPoint("val_accuracy", 0.97, 1_795_357_989_163L, 12);

    @TempDir
    Path folder;

    private final ModelRegistry registry = TRACKER.models();
    private final String name = "digits-" + UUID.randomUUID();
    private Experiment experiment;
    private RunId run;

    @BeforeEach
    void openRun() {
        experiment = TRACKER.experiment("models");
        run = TRACKER.openRun(new RunRequest(
                experiment.id(), UUID.randomUUID().toString(), "trial", Instant.now(), Optional.empty(), Map.of()));
    }

    private ModelPublication publication(String key, Optional<String> alias) throws IOException {
        return new ModelPublication(
                key,
                experiment.id(),
                run,
                12,
                OnnxModel.write(folder.resolve("model")),
                "mlp",
                Map.of("lr", "0.1"),
                List.of(ACCURACY),
                name,
                alias,
                "best of the sweep",
                Map.of("sluice.sweep", "s"));
    }

    @Test
    void publishesAModelThatPythonLoadsByItsAlias() throws Exception {
        ModelVersion version = new ModelPublisher(registry).publish(publication("k", Optional.of("champion")));

        assertThat(version.version()).isEqualTo(1);
        assertThat(registry.byAlias(new ModelAlias(name, "champion"))).hasValueSatisfying(found -> {
            assertThat(found.version()).isEqualTo(1);
            assertThat(found.run()).contains(run);
            assertThat(found.model()).isEqualTo(version.model());
            assertThat(found.tags()).containsEntry("sluice.sweep", "s").containsEntry("sluice.key", "k");
        });
        Process python = new ProcessBuilder(
                        LocalMlflow.python().toString(),
                        "-c",
                        """
                import sys, numpy, mlflow
                mlflow.set_tracking_uri(sys.argv[1])
                model = mlflow.pyfunc.load_model(sys.argv[2])
                answer = model.predict(numpy.array([[1, 2], [3, 4]], dtype=numpy.float32))
                print(model.metadata.model_id, model.metadata.run_id, answer["output"].tolist())
                """,
                        LocalMlflow.shared().uri().toString(),
                        new ModelAlias(name, "champion").uri())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(python.waitFor())
                .as(() -> {
                    try {
                        return Files.readString(folder.resolve("errors"));
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .isZero();
        assertThat(printed.strip()).isEqualTo(version.model().orElseThrow() + " " + run + " [[2.0, 4.0], [6.0, 8.0]]");
    }

    @Test
    void showsTheMetricsOfTheModelWithoutDoublingThoseOfTheRun() throws Exception {
        TRACKER.logMetrics(run, List.of(ACCURACY));
        ModelPublisher publisher = new ModelPublisher(registry);
        ModelVersion version = publisher.publish(publication("metrics", Optional.empty()));
        publisher.publish(publication("metrics", Optional.empty()));

        assertThat(TRACKER.metricHistory(run, "val_accuracy")).containsExactly(ACCURACY);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(LocalMlflow.shared().uri() + "/api/2.0/mlflow/logged-models/"
                                    + version.model().orElseThrow()))
                    .build();
            JsonNode metrics = new ObjectMapper()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .path("model")
                    .path("data")
                    .path("metrics");
            assertThat(metrics.toString()).contains("\"val_accuracy\"").contains("0.97");
            assertThat(metrics).hasSize(1);
        }
    }

    @Test
    void publishingAgainGivesTheSameVersionAndAnotherKeyTheNext() throws Exception {
        ModelPublisher publisher = new ModelPublisher(registry);
        ModelVersion first = publisher.publish(publication("k1", Optional.of("champion")));
        ModelVersion again = publisher.publish(publication("k1", Optional.of("champion")));
        ModelVersion second = publisher.publish(publication("k2", Optional.of("champion")));

        assertThat(again.version()).isEqualTo(first.version());
        assertThat(again.model()).isEqualTo(first.model());
        assertThat(second.version()).isEqualTo(2);
        assertThat(registry.byAlias(new ModelAlias(name, "champion"))
                        .orElseThrow()
                        .version())
                .isEqualTo(2);
    }

    @Test
    void makesNoVersionOfAModelThatTheProofRejectsAndMovesNoAlias() throws Exception {
        new ModelPublisher(registry).publish(publication("proved", Optional.of("champion")));
        ModelPublisher strict = new ModelPublisher(registry, (files, at) -> {
            files.get(at.resolve("model.onnx"), folder.resolve("back"));
            throw new ModelRejectedException("it answers otherwise");
        });

        assertThatThrownBy(() -> strict.publish(publication("rejected", Optional.of("champion"))))
                .isInstanceOf(ModelRejectedException.class)
                .hasMessage("it answers otherwise");

        assertThat(folder.resolve("back")).hasSameBinaryContentAs(folder.resolve("model/model.onnx"));
        assertThat(registry.findVersion(name, "rejected")).isEmpty();
        assertThat(registry.byAlias(new ModelAlias(name, "champion"))
                        .orElseThrow()
                        .version())
                .isEqualTo(1);
    }

    @Test
    void asksTheProofAgainWhenAPublicationIsGoneOnWith() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        ModelPublisher publisher = new ModelPublisher(registry, (files, at) -> asked.incrementAndGet());
        publisher.publish(publication("proved twice", Optional.empty()));
        publisher.publish(publication("proved twice", Optional.of("champion")));

        assertThat(asked).hasValue(2);
    }

    @Test
    void goesOnWithAModelWhoseUploadWasBrokenOff() throws Exception {
        ModelPublication publication = publication("broken", Optional.empty());
        LoggedModel begun = registry.loggedModel(
                new LoggedModelRequest(experiment.id(), "broken", name, run, "mlp", Map.of(), Map.of()));
        registry.artifacts(begun).put(folder.resolve("model/conda.yaml"), ArtifactPath.of("model.onnx"));

        ModelVersion version = new ModelPublisher(registry).publish(publication);

        assertThat(version.model()).contains(begun.id());
        assertThat(registry.artifacts(begun)
                        .digest(ArtifactPath.of("model.onnx"))
                        .sizeBytes())
                .isEqualTo(Files.size(folder.resolve("model/model.onnx")));
    }

    @Test
    void removesAnAlias() throws Exception {
        ModelAlias alias = new ModelAlias(name, "champion");
        assertThat(registry.byAlias(alias)).isEmpty();
        registry.deleteAlias(alias);
        new ModelPublisher(registry).publish(publication("k", Optional.of("champion")));
        registry.deleteAlias(alias);
        registry.deleteAlias(alias);

        assertThat(registry.byAlias(alias)).isEmpty();
    }

    @Test
    void linksAModelToItsRunOnce() {
        LoggedModel model = registry.loggedModel(
                new LoggedModelRequest(experiment.id(), "linked", name, run, "", Map.of(), Map.of()));
        registry.linkToRun(run, model.id(), 3);
        registry.linkToRun(run, model.id(), 3);
        registry.markFailed(model.id());

        assertThat(registry.loggedModel(
                                new LoggedModelRequest(experiment.id(), "linked", name, run, "", Map.of(), Map.of()))
                        .id())
                .isEqualTo(model.id());
    }

    @Test
    void refusesAFolderThatIsNoModelAndReservedAliases() throws Exception {
        ModelPublication publication = publication("k", Optional.empty());
        Files.delete(folder.resolve("model/MLmodel"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelPublisher(registry).publish(publication))
                .withMessageContaining("MLmodel");
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelAlias(name, "latest"));
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelAlias(name, "v12"));
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelAlias(name, "a b"));
    }
}
