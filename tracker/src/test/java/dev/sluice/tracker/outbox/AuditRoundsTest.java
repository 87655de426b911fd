package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.tracker.RunStatus;
import dev.sluice.tracker.Tracker;
import dev.sluice.tracker.artifact.RunArtifacts;
import dev.sluice.tracker.memory.InMemoryTracker;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditRoundsTest {
    private static final int POINTS = 40_000;

    @TempDir
    Path root;

    private interface Server extends Tracker, RunArtifacts {}

    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger audits = new AtomicInteger();
    private final AtomicInteger arrivedBeforeTheFirstAudit = new AtomicInteger();

    /** Takes a while for points, and counts who reads them back. */
    private Server server() {
        InMemoryTracker tracker = new InMemoryTracker(root.resolve("artifacts"));
        return (Server) Proxy.newProxyInstance(
                Server.class.getClassLoader(), new Class<?>[] {Server.class}, (self, method, arguments) -> {
                    if (method.getName().equals("logMetrics")) {
                        Thread.sleep(20);
                        arrived.addAndGet(((Collection<?>) arguments[1]).size());
                    }
                    if (method.getName().equals("metricHistory") && audits.getAndIncrement() == 0) {
                        arrivedBeforeTheFirstAudit.set(arrived.get());
                    }
                    try {
                        return method.invoke(tracker, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aRunThatIsFarBehindIsAuditedWhenItHasCaughtUp() throws IOException {
        try (RunFolder folder = new RunFolder(root, "s/0").open("digits", Optional.empty());
                JournalShipper shipper = JournalShipper.to(server())
                        .pollInterval(Duration.ofMillis(50))
                        .auditInterval(Duration.ofMillis(50))
                        .start()) {
            folder.metrics(0, POINTS);
            shipper.follow(folder.folder, folder.trial);
            await().atMost(Duration.ofSeconds(60)).until(() -> audits.get() > 0);
            folder.end(RunStatus.FINISHED);
        }
        assertThat(arrivedBeforeTheFirstAudit).hasValueGreaterThanOrEqualTo(POINTS - 10_000);
    }
}
