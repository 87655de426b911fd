package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.FileDigest;
import dev.sluice.tracker.artifact.UploadNote;
import dev.sluice.tracker.registry.ModelProof;
import dev.sluice.tracker.registry.ModelPublication;
import dev.sluice.tracker.registry.ModelPublisher;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real MLflow server whose artifacts lie in an S3 storage: moto's, which {@code python3 -m venv
 * ~/.cache/sluice/moto-5.2.5 && ~/.cache/sluice/moto-5.2.5/bin/pip install 'moto[server]==5.2.5'} puts where this looks for it.
 */
@EnabledIfEnvironmentVariable(named = "SLUICE_LONG", matches = "1")
class MultipartMlflowTest {
    private static final int MIB = 1024 * 1024;
    private static final int SIZE = 100;

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aBrokenUploadGoesOnWithTheMissingParts() throws Exception {
        Path file = file();
        int port = freePort();
        Process moto = moto(port);
        try (Wire wire = new Wire(port);
                LocalMlflow server = mlflow(wire.uri())) {
            awaitBucket(port);
            server.start();
            ArtifactPath path = ArtifactPath.of("checkpoints/step 9 (best).bin");
            UploadNote note = UploadNote.in(folder.resolve("upload.json"));
            RunId run;
            try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(server.uri()))) {
                run = run(tracker);
                wire.cutAfterAltogether(45 * MIB);
                assertThatExceptionOfType(TrackingException.class)
                        .isThrownBy(() -> tracker.artifacts(run).put(file, path, note))
                        .satisfies(e -> assertThat(e.retryable()).isTrue());
            }
            assertThat(note.read()).isPresent();
            wire.cutAfterAltogether(Long.MAX_VALUE);
            try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(server.uri()))) {
                FileDigest sent = tracker.artifacts(run).put(file, path, note);

                assertThat(sent).isEqualTo(FileDigest.of(file));
                assertThat(tracker.artifacts(run).digest(path)).isEqualTo(sent);
            }
            assertThat(wire.through()).as("bytes of the second try").isBetween(68L * MIB, 69L * MIB);
            assertThat(note.read()).isEmpty();
            assertThat(get(port, "/sluice?uploads")).doesNotContain("<Upload>");

            try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(server.uri()))) {
                wire.cutAfterAltogether(45 * MIB);
                assertThatExceptionOfType(TrackingException.class)
                        .isThrownBy(() -> tracker.artifacts(run).put(file, ArtifactPath.of("other"), note));
                wire.cutAfterAltogether(Long.MAX_VALUE);
                assertThat(get(port, "/sluice?uploads")).contains("<Upload>");
                tracker.artifacts(run).abandon(note);
                assertThat(get(port, "/sluice?uploads")).doesNotContain("<Upload>");
            }
            try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(server.uri()))) {
                Path model = OnnxModel.write(folder.resolve("model"));
                Files.copy(file, model.resolve("weights.bin"));
                ModelPublication publication = new ModelPublication(
                        "k",
                        tracker.experiment("large").id(),
                        run,
                        1,
                        model,
                        "mlp",
                        Map.of(),
                        List.of(),
                        "large",
                        Optional.of("champion"),
                        "",
                        Map.of());
                ModelPublisher publisher = new ModelPublisher(tracker.models(), ModelProof.NONE, note);
                wire.cutAfterAltogether(45 * MIB);
                assertThatExceptionOfType(TrackingException.class).isThrownBy(() -> publisher.publish(publication));
                assertThat(note.read()).isPresent();
                wire.cutAfterAltogether(Long.MAX_VALUE);

                assertThat(publisher.publish(publication).version()).isEqualTo(1);

                assertThat(wire.through()).as("bytes of the second try").isBetween(68L * MIB, 69L * MIB);
                assertThat(note.read()).isEmpty();
            }
        } finally {
            moto.destroyForcibly().waitFor();
        }
    }

    private Path file() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        byte[] part = new byte[MIB];
        Path file = folder.resolve("checkpoint");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < SIZE; i++) {
                random.nextBytes(part);
                out.write(part);
            }
        }
        return file;
    }

    private static RunId run(MlflowTracker tracker) {
        return tracker.openRun(new RunRequest(
                tracker.experiment("large").id(),
                UUID.randomUUID().toString(),
                "large",
                Instant.now(),
                Optional.empty(),
                Map.of()));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process moto(int port) throws IOException {
        Path python = LocalMlflow.tool("moto-5.2.5").resolve("bin/python");
        return new ProcessBuilder(python.toString(), "-m", "moto.server", "-H", "127.0.0.1", "-p", String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("moto.log").toFile())
                .start();
    }

    private LocalMlflow mlflow(URI storage) throws IOException {
        try (var libraries =
                Files.newDirectoryStream(LocalMlflow.tool("moto-5.2.5").resolve("lib"), "python3*")) {
            // boto3, which MLflow speaks to S3 with, comes with moto.
            Path packages = libraries.iterator().next().resolve("site-packages");
            return new LocalMlflow(
                    folder.resolve("mlflow"),
                    "3.17.0",
                    List.of("--artifacts-destination", "s3://sluice/artifacts"),
                    Map.of(
                            "PYTHONPATH", packages.toString(),
                            "MLFLOW_S3_ENDPOINT_URL", storage.toString(),
                            "AWS_ACCESS_KEY_ID", "key",
                            "AWS_SECRET_ACCESS_KEY", "secret",
                            "AWS_DEFAULT_REGION", "us-east-1"));
        }
    }

    private void awaitBucket(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/sluice"))
                .PUT(BodyPublishers.noBody())
                .build();
        for (int tries = 0; ; tries++) {
            try {
                assertThat(http.send(request, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
                return;
            } catch (IOException e) {
                if (tries > 300) {
                    throw e;
                }
                Thread.sleep(Duration.ofMillis(200));
            }
        }
    }

    private String get(int port, String path) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
