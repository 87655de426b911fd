package dev.sluice.tracker.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.artifact.FileDigest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints larger than the heap, and uploads that break off, on a real MLflow server. */
class LargeArtifactTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path folder;

    private static RunId run(MlflowTracker tracker) {
        return tracker.openRun(new RunRequest(
                tracker.experiment("large").id(),
                UUID.randomUUID().toString(),
                "large",
                Instant.now(),
                Optional.empty(),
                Map.of()));
    }

    private Path file(String name, int mebibytes, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] part = new byte[MIB];
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < mebibytes; i++) {
                random.nextBytes(part);
                out.write(part);
            }
        }
        return file;
    }

    /** 128 MiB; with SLUICE_LONG=1 the whole GiB. */
    @Test
    void goesUpAndIsReadBackInAHeapOf64MiB() throws Exception {
        int size = "1".equals(System.getenv("SLUICE_LONG")) ? 1024 : 128;
        Path file = file("checkpoint", size, 1);
        URI uri = LocalMlflow.shared().uri();
        String run;
        try (MlflowTracker tracker = MlflowTracker.on(MlflowServer.of(uri))) {
            run = run(tracker).value();
        }
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeUpload.class.getName(),
                        uri.toString(),
                        run,
                        file.toString()))
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
        String[] said = printed.strip().split(" ", -1);
        FileDigest whole = FileDigest.of(file);
        assertThat(said[0]).isEqualTo(whole.sha256());
        assertThat(said[1]).isEqualTo(whole.sha256());
        assertThat(Long.parseLong(said[2])).isEqualTo((long) size * MIB);
        assertThat(Long.parseLong(said[3])).as("heap growth, bytes").isLessThan(64L * MIB);
    }

    @Test
    void anUploadThatBreaksOffLeavesWhatWasThereAndGoesUpOnceMore() throws Exception {
        Path before = file("before", 1, 2);
        Path after = file("after", 8, 3);
        ArtifactPath path = ArtifactPath.of("checkpoints/model");
        ArtifactPath fresh = ArtifactPath.of("checkpoints/fresh");
        URI uri = LocalMlflow.shared().uri();
        try (MlflowTracker direct = MlflowTracker.on(MlflowServer.of(uri));
                Wire wire = new Wire(uri.getPort());
                MlflowTracker broken = MlflowTracker.on(MlflowServer.of(wire.uri()))) {
            RunId run = run(direct);
            ArtifactStore store = direct.artifacts(run);
            FileDigest held = store.put(before, path);
            ArtifactStore fragile = broken.artifacts(run);

            wire.cutAfter(3 * MIB);
            for (ArtifactPath place : List.of(path, fresh)) {
                assertThatExceptionOfType(TrackingException.class)
                        .isThrownBy(() -> fragile.put(after, place))
                        .satisfies(e -> assertThat(e.retryable()).isTrue());
            }

            assertThat(store.digest(path)).isEqualTo(held);
            assertThat(store.list(ArtifactPath.of("checkpoints")))
                    .extracting(info -> info.path().value())
                    .containsExactly("checkpoints/model");
            wire.cutAfter(Long.MAX_VALUE);
            assertThat(fragile.put(after, path)).isEqualTo(FileDigest.of(after));
            assertThat(store.digest(path)).isEqualTo(FileDigest.of(after));
        }
    }
}
