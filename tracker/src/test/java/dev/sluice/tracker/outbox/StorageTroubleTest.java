package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.RunId;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.ArtifactPath;
import dev.sluice.tracker.artifact.ArtifactStore;
import dev.sluice.tracker.memory.InMemoryTracker;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that is well, between a disk and a storage that are not. */
class StorageTroubleTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicInteger localErrors = new AtomicInteger();
    private volatile boolean broken = true;

    /** Fails each upload as that of a large file in parts does. */
    private ArtifactStore storage(ArtifactStore whole) {
        return (ArtifactStore) Proxy.newProxyInstance(
                ArtifactStore.class.getClassLoader(),
                new Class<?>[] {ArtifactStore.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("put")) {
                        tries.incrementAndGet();
                        if (localErrors.getAndDecrement() > 0) {
                            throw new IOException("Input/output error");
                        }
                        if (broken) {
                            throw TrackingException.storage("put part 2 of 5", "the storage answered 503");
                        }
                    }
                    try {
                        return method.invoke(whole, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void holdsUpOneRunsArtifactsAndNothingElse() throws Exception {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        try (RunFolder struck = new RunFolder(root, "s/0").open("digits", Optional.empty());
                RunFolder other = new RunFolder(root, "s/1").open("digits", Optional.empty());
                JournalShipper shipper = JournalShipper.to(tracker, run -> storage(tracker.artifacts(run)))
                        .pollInterval(Duration.ofMillis(20))
                        .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .start()) {
            struck.artifact("large", "1");
            shipper.follow(struck.folder, struck.trial);
            await().atMost(SOON).until(() -> tries.get() > 2);
            struck.metrics(0, 50);
            struck.end(RunStatus.FINISHED);
            other.metrics(0, 50);
            shipper.follow(other.folder, other.trial);
            RunId id = shipper.awaitRunId(struck.folder, SOON).orElseThrow();
            await().atMost(SOON).until(() -> shipper.isDrained(other.folder));
            await().atMost(SOON).until(() -> tracker.metricHistory(id, "loss").size() == 50);
            ShipperStatus during = shipper.status();
            boolean endedEarly = tracker.run(id).orElseThrow().status().isEnded();
            broken = false;
            await().atMost(SOON).until(() -> shipper.isDrained(struck.folder));

            assertThat(during.state()).isEqualTo(ShipperStatus.State.UP);
            assertThat(during.sentence(Instant.now()))
                    .startsWith("MLflow up")
                    .contains("artifacts of 1 run wait for their storage");
            assertThat(during.resting().get(struck.folder)).contains("the storage answered 503");
            assertThat(during.quarantined()).isZero();
            assertThat(endedEarly).isFalse();
            assertThat(tracker.artifacts(id).digest(ArtifactPath.of("large")).sizeBytes())
                    .isEqualTo(1);
            assertThat(shipper.status().resting()).isEmpty();
        }
    }

    /** Of this machine's disk. */
    @ParameterizedTest
    @CsvSource({"3, ''", "1000000, cannot be read: java.io.IOException: Input/output error"})
    void aFileIsSetAsideOnlyWhenItCannotBeReadAgainAndAgain(int errors, String setAside) throws Exception {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        broken = false;
        localErrors.set(errors);
        try (RunFolder struck = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper shipper = JournalShipper.to(tracker, run -> storage(tracker.artifacts(run)))
                        .pollInterval(Duration.ofMillis(20))
                        .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .start()) {
            struck.artifact("large", "1");
            struck.end(RunStatus.FINISHED);
            shipper.follow(struck.folder, struck.trial);
            RunId id = shipper.awaitRunId(struck.folder, SOON).orElseThrow();
            await().atMost(SOON).until(() -> shipper.isDrained(struck.folder));

            assertThat(tracker.artifacts(id).list(ArtifactPath.ROOT)).hasSize(setAside.isEmpty() ? 1 : 0);
            assertThat(shipper.status().quarantined()).isEqualTo(setAside.isEmpty() ? 0 : 1);
            Path quarantine = struck.folder.resolve(RunJournals.QUARANTINE);
            assertThat(Files.exists(quarantine) ? Files.readString(quarantine) : "")
                    .contains(setAside);
            assertThat(tries).hasValueGreaterThan(3);
        }
    }
}
