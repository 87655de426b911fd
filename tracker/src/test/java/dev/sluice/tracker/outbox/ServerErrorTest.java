package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which requests are blamed for an error 500 of a server that takes other writes meanwhile. */
class ServerErrorTest {
    private static final int TRIES = 3;

    private interface Server extends Tracker, RunArtifacts {}

    @TempDir
    Path root;

    private final AtomicInteger errors = new AtomicInteger();

    /** A server that answers calls that log metrics with 500 so many times, and then no more. */
    private Server failing(int times) {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        return (Server) Proxy.newProxyInstance(
                Server.class.getClassLoader(), new Class<?>[] {Server.class}, (self, method, arguments) -> {
                    if (method.getName().equals("logMetrics") && errors.incrementAndGet() <= times) {
                        throw TrackingException.answered(
                                "POST runs/log-batch", 500, "Internal Server Error", Optional.empty(), null);
                    }
                    try {
                        return method.invoke(tracker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private String setAside(Server server, int points) throws IOException {
        try (RunFolder folder = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper shipper = JournalShipper.to(server)
                        .pollInterval(Duration.ofMillis(100))
                        .backOff(Duration.ofMillis(5), Duration.ofMillis(20))
                        .serverErrorTries(TRIES)
                        .start()) {
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
}
