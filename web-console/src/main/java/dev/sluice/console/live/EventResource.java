package dev.sluice.console.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.Query;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Front;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.OutcomeConstraint;
import dev.sluice.search.trial.TrialState;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events. Of one sweep: `delta` with what changed since the client's revision (the event's id), or `reset`
 * when that is too much to send and the table should be read again. Of all: `sweep` whenever one changed.
 */
@Path("/api/v1/events")
@Tag(name = "Events")
public class EventResource {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    /** Changes are gathered for so long: a client gets at most four events a second. */
    private static final Duration GATHER = Duration.ofMillis(250);

    private static final int MOST_REPORTS = 5000;

    private final LiveEvents live;
    private final Archive archive;
    private final ObjectMapper json;

    EventResource(LiveEvents live, Archive archive, ObjectMapper json) {
        this.live = live;
        this.archive = archive;
        this.json = json;
    }

    record Delta(long revision, SweepDelta sweep, List<TrialDelta> trials, List<ReportDelta> reports) {}

    record SweepDelta(
            UUID id,
            String name,
            String state,
            String reason,
            SweepSnapshot.Counts counts,
            @Nullable BestDelta best,
            Instant createdAt,
            @Nullable Instant endedAt) {}

    record BestDelta(
            UUID trialId,
            int number,
            Map<String, Object> params,
            Map<String, Double> values,
            @Nullable String importedFrom) {}

    record TrialDelta(
            UUID id,
            int number,
            TrialState state,
            Map<String, Object> params,
            Map<String, Double> values,
            List<String> breaks,
            long step,
            int attempt,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt,
            String reason,
            @Nullable String importedFrom) {
        static TrialDelta of(TrialSnapshot trial, Goals goals) {
            return new TrialDelta(
                    trial.id(),
                    trial.number(),
                    trial.state(),
                    trial.params(),
                    trial.values(),
                    Front.broken(goals, trial).stream()
                            .map(OutcomeConstraint::toString)
                            .toList(),
                    trial.step(),
                    trial.attempt(),
                    trial.startedAt().orElse(null),
                    trial.endedAt().orElse(null),
                    trial.reason(),
                    trial.importedFrom().orElse(null));
        }
    }

    record ReportDelta(int number, long step, Map<String, Double> values) {}

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    @Operation(summary = "What happens, as it happens; Last-Event-ID (or after=) replays")
    public Multi<OutboundSseEvent> events(
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("after") @Nullable String after,
            @HeaderParam("Last-Event-ID") @Nullable String last,
            @Context Sse sse) {
        var id = Query.id("sweep", sweep);
        var from = Query.revision(last != null ? "Last-Event-ID" : "after", last != null ? last : after);
        boolean given = last != null || after != null;
        if (id.isPresent() && archive.sweep(id.get()).isEmpty()) {
            throw new Problem.Missing("There is no sweep %s.".formatted(id.get())).exception();
        }
        return id.isPresent() ? one(id.get(), from, given, sse) : all(sse);
    }

    private Multi<OutboundSseEvent> one(UUID sweep, long from, boolean given, Sse sse) {
        var cursor = new AtomicLong(from);
        var first = worker(() -> {
            var now = archive.sweep(sweep)
                    .orElseThrow(() -> new Problem.Missing("There is no sweep %s.".formatted(sweep)).exception());
            if (!given) {
                cursor.set(now.revision());
            }
            return delta(sweep, cursor, sse);
        });
        var rest = Multi.createBy()
                .repeating()
                .uni(() -> live.after(sweep, cursor.get(), HEARTBEAT)
                        .onItem()
                        .transformToUni(revision -> revision == null
                                ? Uni.createFrom().item(heartbeat(sse))
                                : Uni.createFrom()
                                        .voidItem()
                                        .onItem()
                                        .delayIt()
                                        .by(GATHER)
                                        .chain(() -> worker(() -> delta(sweep, cursor, sse)))))
                .indefinitely();
        return Multi.createBy().concatenating().streams(first.toMulti(), rest);
    }

    private Multi<OutboundSseEvent> all(Sse sse) {
        var cursor = new AtomicLong(live.newest(LiveEvents.ANY));
        return Multi.createBy()
                .repeating()
                .uni(() -> live.after(LiveEvents.ANY, cursor.get(), HEARTBEAT)
                        .onItem()
                        .transformToUni(revision -> revision == null
                                ? Uni.createFrom().item(heartbeat(sse))
                                : Uni.createFrom()
                                        .voidItem()
                                        .onItem()
                                        .delayIt()
                                        .by(GATHER)
                                        .chain(() -> worker(() -> {
                                            cursor.set(live.newest(LiveEvents.ANY));
                                            return event(sse, "sweeps", -1, Map.of("commits", cursor.get()));
                                        }))))
                .indefinitely();
    }

    private OutboundSseEvent delta(UUID sweep, AtomicLong cursor, Sse sse) {
        long seen = cursor.get();
        var now = archive.sweep(sweep);
        if (now.isEmpty()) {
            return event(sse, "reset", seen, Map.of("revision", seen, "reason", "the sweep was deleted"));
        }
        long revision = now.get().revision();
        var reports = archive.reports(sweep, seen, revision, MOST_REPORTS + 1);
        var goals = Specifications.goals(now.get());
        cursor.set(revision);
        if (reports.size() > MOST_REPORTS) {
            return event(sse, "reset", revision, Map.of("revision", revision, "reason", "too much has happened"));
        }
        return event(
                sse,
                "delta",
                revision,
                new Delta(
                        revision,
                        sweep(now.get()),
                        archive.changedTrials(sweep, seen).stream()
                                .map(trial -> TrialDelta.of(trial, goals))
                                .toList(),
                        reports.stream()
                                .map(r -> new ReportDelta(
                                        r.trial(),
                                        r.measurement().step(),
                                        r.measurement().values()))
                                .toList()));
    }

    private SweepDelta sweep(SweepSnapshot sweep) {
        Optional<BestDelta> best = sweep.bestTrial()
                .flatMap(number -> archive.trial(sweep.id(), number))
                .map(t -> new BestDelta(
                        t.id(),
                        t.number(),
                        t.params(),
                        t.values(),
                        t.importedFrom().orElse(null)));
        return new SweepDelta(
                sweep.id(),
                sweep.name(),
                sweep.state().name(),
                sweep.reason(),
                sweep.counts(),
                best.orElse(null),
                sweep.createdAt(),
                sweep.endedAt().orElse(null));
    }

    private OutboundSseEvent event(Sse sse, String name, long id, Object data) {
        try {
            var event = sse.newEventBuilder().name(name).data(json.writeValueAsString(data));
            if (id >= 0) {
                event.id(Long.toString(id));
            }
            return event.build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can always be written", e);
        }
    }

    private static OutboundSseEvent heartbeat(Sse sse) {
        return sse.newEventBuilder().comment("heartbeat").build();
    }

    private static <T> Uni<T> worker(java.util.function.Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
