package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.RunRequest;
import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.TrackingException;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.memory.InMemoryTracker;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are blamed for an error 500 of a server that takes other writes meanwhile. */
class ServerErrorTest {
    private static final int TRIES = 3;
    private static final Duration SOON = Duration.ofSeconds(20);

    private interface Server extends Tracker, RunArtifacts {}

    @TempDir
    Path root;

    private final AtomicInteger errors = new AtomicInteger();

    /** A server that answers calls that log metrics with 500 so many times, and then no more. */
    private Server failing(int times) {
        return failing((method, arguments) -> method.equals("logMetrics") && errors.incrementAndGet() <= times);
    }

    /** A server that never opens the run with that key. */
    private Server neverOpening(String key) {
        return failing((method, arguments) -> method.equals("openRun")
                && ((RunRequest) arguments[0]).key().equals(key)
                && errors.incrementAndGet() > 0);
    }

    private Server failing(BiPredicate<String, Object[]> fault) {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        return (Server) Proxy.newProxyInstance(
                Server.class.getClassLoader(), new Class<?>[] {Server.class}, (self, method, arguments) -> {
                    if (fault.test(method.getName(), arguments)) {
                        throw TrackingException.answered(
                                method.getName(), 500, "Internal Server Error", Optional.empty(), null);
                    }
                    try {
                        return method.invoke(tracker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static JournalShipper shipper(Server server) {
        return shipper(server, Duration.ofMinutes(5));
    }

    private static JournalShipper shipper(Server server, Duration auditInterval) {
        return JournalShipper.to(server)
                .pollInterval(Duration.ofMillis(100))
                .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                .serverErrorTries(TRIES)
                .auditInterval(auditInterval)
                .start();
    }

    private String setAside(Server server, int points) throws IOException {
        try (RunFolder folder = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper shipper = shipper(server)) {
            folder.metrics(0, points);
            folder.end(RunStatus.FINISHED);
            shipper.follow(folder.folder, folder.trial);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            shipper.progress(folder.folder).orElseThrow().ended() && shipper.isDrained(folder.folder));
            Path quarantine = folder.folder.resolve(RunJournals.QUARANTINE);
            return Files.exists(quarantine) ? Files.readString(quarantine) : "";
        }
    }

    @Test
    void noPointIsSetAsideForErrorsThatPassWhileTheyAreLookedInto() throws IOException {
        assertThat(setAside(failing(TRIES + 1), 1)).isEmpty();
        assertThat(errors).hasValue(TRIES + 2);
    }

    @Test
    void aPointThatMeetsTheErrorForEverIsSetAside() throws IOException {
        assertThat(setAside(failing(Integer.MAX_VALUE), 2)).contains("metric loss at step 0", "metric loss at step 1");
    }

    @Test
    void aRunThatMeetsTheErrorForEverWhenItIsOpenedIsParkedAndTheOthersGoOn() throws Exception {
        try (RunFolder struck = new RunFolder(root, "s/0").open("digits", Optional.empty());
                RunFolder other = new RunFolder(root, "s/1").open("digits", Optional.empty());
                JournalShipper shipper = shipper(neverOpening("s/0"))) {
            shipper.follow(other.folder, other.trial);
            assertThat(shipper.awaitRunId(other.folder, SOON)).isPresent();
            shipper.follow(struck.folder, struck.trial);
            await().atMost(SOON)
                    .until(() -> shipper.status().parked().containsKey(struck.folder)
                            || shipper.status().state() == ShipperStatus.State.AWAY);
            ShipperStatus parked = shipper.status();
            int asked = errors.get();
            other.metrics(0, 10);
            await().atMost(SOON).until(() -> shipper.isDrained(other.folder));

            assertThat(parked.state()).isEqualTo(ShipperStatus.State.UP);
            assertThat(parked.parked().get(struck.folder)).contains("could not be opened", "openRun: 500");
            assertThat(errors).as("tries for it while it is parked").hasValue(asked);
        }
    }

    @Test
    void aRunThatCannotBeOpenedIsTriedAgainWithTheNextAudit() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Server server = failing((method, arguments) ->
                method.equals("openRun") && ((RunRequest) arguments[0]).key().equals("s/0") && broken.get());
        try (RunFolder struck = new RunFolder(root, "s/0").open("digits", Optional.empty());
                RunFolder other = new RunFolder(root, "s/1").open("digits", Optional.empty());
                JournalShipper shipper = shipper(server, Duration.ofMillis(100))) {
            shipper.follow(other.folder, other.trial);
            assertThat(shipper.awaitRunId(other.folder, SOON)).isPresent();
            shipper.follow(struck.folder, struck.trial);
            await().atMost(SOON).until(() -> shipper.status().parked().containsKey(struck.folder));
            broken.set(false);

            assertThat(shipper.awaitRunId(struck.folder, SOON)).isPresent();
            await().atMost(SOON).until(() -> shipper.status().parked().isEmpty());
        }
    }

    /** Whoever of the two comes first. */
    @ParameterizedTest
    @ValueSource(strings = {"s/0", "s/1"})
    void oneOfTwoThatCannotBeOpenedDoesNotHoldUpTheOther(String never) throws Exception {
        try (RunFolder one = new RunFolder(root, "s/0").open("digits", Optional.empty());
                RunFolder other = new RunFolder(root, "s/1").open("digits", Optional.empty());
                JournalShipper shipper = shipper(neverOpening(never))) {
            RunFolder struck = never.equals("s/0") ? one : other;
            RunFolder well = never.equals("s/0") ? other : one;
            shipper.follow(struck.folder, struck.trial);
            await().atMost(SOON).until(() -> errors.get() > 2 * TRIES);
            ShipperStatus alone = shipper.status();
            shipper.follow(well.folder, well.trial);
            assertThat(shipper.awaitRunId(well.folder, SOON)).isPresent();
            await().atMost(SOON)
                    .until(() -> shipper.status()
                            .parked()
                            .getOrDefault(struck.folder, "")
                            .contains("could not"));

            assertThat(alone.state()).isEqualTo(ShipperStatus.State.UP);
            assertThat(alone.parked().get(struck.folder)).contains("openRun: 500");
            assertThat(shipper.status().state()).isEqualTo(ShipperStatus.State.UP);
        }
    }

    @Test
    void aServerThatAnswersNothingElseIsAway() throws Exception {
        try (RunFolder folder = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper shipper = shipper(failing((method, arguments) -> true))) {
            shipper.follow(folder.folder, folder.trial);

            await().atMost(SOON).until(() -> shipper.status().state() == ShipperStatus.State.AWAY);
            assertThat(shipper.status().parked()).isEmpty();
        }
    }
}
