package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.MetricPoint;
import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackerContract;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.registry.ModelAlias;
import dev.sluice.tracker.registry.ModelPublication;
import dev.sluice.tracker.registry.ModelPublisher;
import dev.sluice.tracker.registry.ModelVersion;
import java.io.IOException;
import java.io.RandomAccessFile;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real servers that are not the one of the everyday suite: they take minutes to install and to start. MLflow 2.22 is put
 * where the suite looks for it by {@code python3 scripts/install_mlflow.py ~/.cache/sluice 2.22.4 "sqlalchemy<2.1"}.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_LONG", matches = "1")
class OtherMlflowTest {
    /** MLflow 2, which has no logged models. */
    @Nested
    class Second {
        private static LocalMlflow server;
        private static MlflowTracker tracker;

        @TempDir
        static Path home;

        @BeforeAll
        static void start() throws IOException {
            server = new LocalMlflow(home.resolve("server"), "2.22.4", List.of());
            server.start();
            tracker = MlflowTracker.on(MlflowServer.of(server.uri()));
        }

        @AfterAll
        static void stop() {
            tracker.close();
            server.close();
        }

        @Nested
        class Tracking extends TrackerContract {
            @Override
            protected Tracker tracker() {
                return tracker;
            }
        }

        @Test
        void storesArtifactsThoughItKnowsNoRanges() throws Exception {
            ArtifactStore store = tracker.artifacts(run("artifacts"));
            Path large = home.resolve("large");
            try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
                file.setLength(200L << 20);
            }

            FileDigest sent = store.put(large, ArtifactPath.of("checkpoints/large"));
            store.put(Files.writeString(home.resolve("small"), "x"), ArtifactPath.of("checkpoints/ü€😀.txt"));
            store.put(Files.writeString(home.resolve("empty"), ""), ArtifactPath.of("empty"));

            assertThat(store.digest(ArtifactPath.of("checkpoints/large"))).isEqualTo(sent);
            assertThat(store.get(ArtifactPath.of("checkpoints/large"), home.resolve("back")))
                    .isEqualTo(sent);
            assertThat(store.list(ArtifactPath.of("checkpoints"))).hasSize(2);
            assertThat(store.digest(ArtifactPath.of("empty")).sizeBytes()).isZero();
            assertThatExceptionOfType(TrackingException.class)
                    .isThrownBy(() -> store.digest(ArtifactPath.of("absent")))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(TrackingException.Kind.MISSING));
            store.delete(ArtifactPath.of("checkpoints/large"));
            assertThat(store.list(ArtifactPath.of("checkpoints"))).hasSize(1);
        }

        private RunId run(String experiment) {
            return tracker.openRun(new RunRequest(
                    tracker.experiment(experiment).id(),
                    UUID.randomUUID().toString(),
                    "trial",
                    Instant.now(),
                    Optional.empty(),
                    Map.of()));
        }

        @Test
        void registersAModelFromItsRunThatPythonLoadsByItsAlias() throws Exception {
            assertThat(tracker.models().hasLoggedModels()).isFalse();
            ExperimentId experiment = tracker.experiment("models").id();
            RunId run = run("models");
            ModelPublisher publisher = new ModelPublisher(tracker.models());
            ModelPublication publication = new ModelPublication(
                    "promotion-1",
                    experiment,
                    run,
                    12,
                    OnnxModel.write(home.resolve("model")),
                    "mlp",
                    Map.of("lr", "0.1"),
                    List.of(new MetricPoint("val_accuracy", 0.9, 1_795_357_989_163L, 12)),
                    "digits",
                    Optional.of("champion"),
                    "best of the sweep",
                    Map.of("sluice.sweep", "s"));
            ModelVersion version = publisher.publish(publication);
            ModelVersion again = publisher.publish(publication);

            assertThat(version.version()).isEqualTo(1);
            assertThat(again).isEqualTo(version);
            assertThat(version.source()).isEqualTo("runs:/" + run + "/models/promotion-1");
            assertThat(tracker.models().byAlias(new ModelAlias("digits", "champion")))
                    .hasValueSatisfying(found -> {
                        assertThat(found.version()).isEqualTo(1);
                        assertThat(found.run()).contains(run);
                        assertThat(found.model()).isEmpty();
                        assertThat(found.tags()).containsEntry("sluice.sweep", "s");
                    });
            assertThat(tracker.models().byAlias(new ModelAlias("digits", "absent")))
                    .isEmpty();
            // Python of the server's own version, and of ours.
            for (Path python : List.of(LocalMlflow.python("2.22.4"), LocalMlflow.python())) {
                Process process = new ProcessBuilder(
                                python.toString(), "-c", """
                        import sys, numpy, mlflow
                        mlflow.set_tracking_uri(sys.argv[1])
                        model = mlflow.pyfunc.load_model("models:/digits@champion")
                        answer = model.predict(numpy.array([[1, 2], [3, 4]], dtype=numpy.float32))
                        print(model.metadata.run_id, answer["output"].tolist())
                        """, server.uri().toString())
                        .redirectError(home.resolve("errors").toFile())
                        .start();
                String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor())
                        .as(Files.readString(home.resolve("errors")))
                        .isZero();
                assertThat(printed.strip()).isEqualTo(run + " [[2.0, 4.0], [6.0, 8.0]]");
            }
            tracker.endRun(run, RunStatus.FINISHED, Instant.now());
        }
    }

    /** MLflow 3 with workspaces. */
    @Nested
    class Workspaces {
        @TempDir
        static Path home;

        @Test
        void keepsWhatIsTrackedInItsWorkspace() throws Exception {
            try (LocalMlflow server =
                    new LocalMlflow(home.resolve("server"), "3.17.0", List.of("--enable-workspaces"))) {
                server.start();
                create(server.uri(), "team-a");
                create(server.uri(), "team-b");
                try (MlflowTracker a = tracker(server, "team-a");
                        MlflowTracker b = tracker(server, "team-b")) {
                    RunId run = a.openRun(new RunRequest(
                            a.experiment("digits").id(), "k", "trial", Instant.now(), Optional.empty(), Map.of()));
                    a.logInputs(
                            run,
                            List.of(new Dataset(
                                    "d", "1", "local", "{}", Optional.empty(), Optional.empty(), "training")));
                    a.logMetrics(run, List.of(new MetricPoint("loss", 0.5, 1_795_357_989_163L, 1)));
                    ModelVersion version = new ModelPublisher(a.models())
                            .publish(new ModelPublication(
                                    "p",
                                    a.experiment("digits").id(),
                                    run,
                                    1,
                                    OnnxModel.write(home.resolve("model")),
                                    "mlp",
                                    Map.of(),
                                    List.of(),
                                    "digits",
                                    Optional.of("champion"),
                                    "",
                                    Map.of()));

                    assertThat(version.version()).isEqualTo(1);
                    assertThat(a.run(run).orElseThrow().artifactUri())
                            .startsWith("mlflow-artifacts:/workspaces/team-a/");
                    assertThat(b.findRun(b.experiment("digits").id(), "k")).isEmpty();
                    assertThat(b.models().byAlias(new ModelAlias("digits", "champion")))
                            .isEmpty();
                }
            }
        }

        private static MlflowTracker tracker(LocalMlflow server, String workspace) {
            return MlflowTracker.on(MlflowServer.of(server.uri(), Map.of("MLFLOW_WORKSPACE", workspace)));
        }

        private static void create(URI uri, String workspace) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(uri.resolve("/api/3.0/mlflow/workspaces"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            new ObjectMapper().writeValueAsString(Map.of("name", workspace))))
                    .build();
            try (HttpClient http = HttpClient.newHttpClient()) {
                assertThat(http.send(request, HttpResponse.BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(201);
            }
        }
    }
}
