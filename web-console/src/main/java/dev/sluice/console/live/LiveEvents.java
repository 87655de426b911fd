package dev.sluice.console.live;

import dev.sluice.console.study.Committed;
import dev.sluice.console.study.StudyDesk;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Tells when something was committed. A client is a cursor that pulls: it asks for what lies behind its revision and
 * waits when there is nothing, so a slow client costs nothing and none can fall behind. Thread-safe.
 */
@Startup
@ApplicationScoped
public class LiveEvents {
    /** Under this key wait those who want to hear of all sweeps. */
    static final UUID ANY = new UUID(0, 0);

    private final Map<UUID, Topic> topics = new HashMap<>();
    private long commits;

    private static final class Topic {
        private long revision;
        private CompletableFuture<Long> next = new CompletableFuture<>();
    }

    LiveEvents(StudyDesk desk) {
        desk.listen(this::committed);
    }

    /** Completes with a revision above `seen`, at once if there is one; null after `limit` without one. */
    Uni<Long> after(UUID sweep, long seen, Duration limit) {
        CompletableFuture<Long> next;
        synchronized (this) {
            var topic = topics.computeIfAbsent(sweep, id -> new Topic());
            if (topic.revision > seen) {
                return Uni.createFrom().item(topic.revision);
            }
            next = topic.next;
        }
        return Uni.createFrom()
                .completionStage(next.copy())
                .ifNoItem()
                .after(limit)
                .fail()
                .onFailure(TimeoutException.class)
                .recoverWithNull()
                .onFailure(io.smallrye.mutiny.TimeoutException.class)
                .recoverWithNull();
    }

    /** The newest revision that this service has committed for a sweep; 0 before the first. */
    synchronized long newest(UUID sweep) {
        var topic = topics.get(sweep);
        return topic == null ? 0 : topic.revision;
    }

    private void committed(Committed committed) {
        publish(committed.sweep().id(), committed.sweep().revision());
        long count;
        synchronized (this) {
            count = ++commits;
        }
        publish(ANY, count);
    }

    private void publish(UUID key, long revision) {
        CompletableFuture<Long> waiting;
        synchronized (this) {
            var topic = topics.computeIfAbsent(key, id -> new Topic());
            topic.revision = revision;
            waiting = topic.next;
            topic.next = new CompletableFuture<>();
        }
        waiting.complete(revision);
    }
}
