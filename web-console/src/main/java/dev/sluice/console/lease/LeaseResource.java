package dev.sluice.console.lease;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.problem.Query;
import dev.sluice.console.specification.TrialSection;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Attempt;
import dev.sluice.console.study.Lease;
import dev.sluice.console.study.LiveSweep;
import dev.sluice.console.study.Reply;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.console.tracking.ReceivedJournals;
import dev.sluice.console.trial.TrialView;
import dev.sluice.search.trial.Measurement;
import dev.sluice.search.trial.TrialState;
import dev.sluice.tracker.outbox.JournalChunk;
import dev.sluice.tracker.outbox.JournalException;
import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Leases over REST: for workers elsewhere, and for the reports of our own trial processes. */
@Path("/api/v1")
@Tag(name = "Leases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LeaseResource {
    private static final int MAX_CAPACITY = 256;
    private static final int MAX_WAIT_SECONDS = 60;
    private static final int MAX_POINTS = 10_000;
    private static final int MAX_JOURNAL_BYTES = 1 << 20;
    /** As far as a JSON number is exact everywhere. */
    private static final long MAX_STEP = 1L << 53;

    private static final long HEARTBEAT_SECONDS = LiveSweep.LEASE_TIME.toSeconds() / 4;

    private final StudyDesk desk;
    private final Archive archive;
    private final LeaseToken tokens;
    private final WorkSignal signal;
    private final ReceivedJournals journals;

    LeaseResource(StudyDesk desk, Archive archive, LeaseToken tokens, WorkSignal signal, ReceivedJournals journals) {
        this.desk = desk;
        this.archive = archive;
        this.tokens = tokens;
        this.signal = signal;
        this.journals = journals;
    }

    public record LeaseRequest(
            @Nullable String workerId,
            @Nullable Integer capacity,
            @Nullable Integer waitSeconds) {}

    public record LeaseView(
            UUID leaseId,
            UUID trialId,
            int number,
            int attempt,
            Map<String, Object> params,
            long seed,
            @Nullable String resumeFrom,
            long heartbeatSeconds,
            @Nullable Instant expiresAt,
            String token) {}

    public record ReportRequest(
            @Nullable Long seq, @Nullable List<Point> points) {}

    public record Point(@Nullable Long step, @Nullable Map<String, @Nullable Double> values) {}

    public record CompleteRequest(
            @Nullable String state,
            @Nullable Map<String, @Nullable Double> values,
            @Nullable String reason) {}

    /**
     * What a piece of a journal is answered with.
     *
     * @param nextOffset where the next piece begins
     */
    public record JournalReply(
            long nextOffset,
            String directive,
            String reason,
            @Nullable Instant expiresAt) {}

    @POST
    @Path("/sweeps/{sweep}/leases")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Lease trials of an external sweep: 204 none yet, 410 sweep over")
    public Response lease(@PathParam("sweep") UUID sweep, @Nullable LeaseRequest request) {
        var worker = request == null ? null : request.workerId();
        if (request == null
                || worker == null
                || worker.isBlank()
                || worker.length() > 200
                || worker.equals(Attempt.LOCAL)) {
            throw Problem.Invalid.at(
                            "/workerId",
                            "A worker names itself: 1 to 200 characters, and not \"local\"; was \"%s\"."
                                    .formatted(worker))
                    .exception();
        }
        int capacity = range("/capacity", request.capacity(), 1, MAX_CAPACITY, 1);
        int wait = range("/waitSeconds", request.waitSeconds(), 0, MAX_WAIT_SECONDS, 0);
        var saved = archive.sweep(sweep)
                .orElseThrow(() -> new Problem.Missing("There is no sweep %s.".formatted(sweep)).exception());
        if (!saved.state().isOver()) {
            requireExternal(saved);
        }
        var until = Instant.now().plusSeconds(wait);
        while (true) {
            long seen = signal.of(sweep);
            if (!desk.isLive(sweep)) {
                var now = archive.sweep(sweep).orElse(saved);
                if (now.state().isOver()) {
                    throw over(now.state());
                }
                throw new Problem.Unavailable("The sweep is being loaded.").exception();
            }
            List<Lease> leases;
            try {
                leases = desk.lease(sweep, worker, capacity, trial -> Optional.empty());
            } catch (ProblemException e) {
                // It may have ended between the question and the answer.
                throw archive.sweep(sweep)
                        .filter(s -> s.state().isOver())
                        .map(s -> over(s.state()))
                        .orElse(e);
            }
            if (!leases.isEmpty()) {
                return Response.ok(leases.stream().map(this::view).toList()).build();
            }
            var left = Duration.between(Instant.now(), until);
            if (left.isNegative() || left.isZero()) {
                return Response.noContent().build();
            }
            signal.await(sweep, seen, left);
        }
    }

    @POST
    @Path("/leases/{lease}/reports")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Report values at steps; the answer says whether to go on")
    public Reply report(@PathParam("lease") UUID lease, @Nullable ReportRequest request) {
        var seq = request == null ? null : request.seq();
        if (request == null || seq == null || seq < 0) {
            throw Problem.Invalid.at("/seq", "`seq` must be a whole number >= 0 that rises with each report.")
                    .exception();
        }
        var points = points(request.points());
        var attempt = attempt(lease);
        return onLive(attempt, live -> live.report(lease, seq, points), () -> replayed(lease, seq));
    }

    @POST
    @Path("/leases/{lease}/journal")
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            summary = "Hand over a piece of the attempt's journal: metrics, params and tags beside the reports",
            description =
                    "The body is a piece of a journal file, at most 1 MiB: whole entries, behind the file's header where"
                            + " `offset` is 0. What is answered with 200 is on the disk; what is sent twice changes nothing. A piece"
                            + " that does not go on where the last one ended is 409 `journal-gap` with `expectedOffset`; a lease that"
                            + " is over 409 `lease-lost`; damaged bytes, marks that do not follow, and entries that a worker may not write,"
                            + " 422; while too much waits for MLflow 507 `full`: keep it, and send it again later. Renews the"
                            + " lease.")
    public JournalReply journal(
            @PathParam("lease") UUID lease, @QueryParam("offset") @Nullable String offset, byte @Nullable [] body) {
        long from = Query.offset("offset", offset);
        var attempt = attempt(lease);
        if (attempt.state().isOver() || attempt.completed()) {
            throw lost();
        }
        if (attempt.isLocal()) {
            throw new Problem.Conflict(
                            "This attempt runs beside the service and writes its journal itself; only those of"
                                    + " workers elsewhere are handed over.")
                    .exception();
        }
        var chunk = chunk(attempt, from, body == null ? new byte[0] : body);
        OptionalLong wanted;
        try {
            wanted = journals.take(attempt.trial(), attempt.number(), chunk);
        } catch (JournalException e) {
            throw e.isPassing()
                    ? new Problem.Full(
                                    "As much of this journal waits for MLflow as %s allows, so the piece at offset %d is not taken: MLflow may be away, or switched off; keep the piece, and send it again later."
                                            .formatted(journals.limit(), from))
                            .exception()
                    : Problem.Invalid.at("", "This piece does not follow what is here: %s.".formatted(e.getMessage()))
                            .exception();
        } catch (IOException e) {
            Log.warnf(e, "event=journal-not-taken attempt=%s", attempt.id());
            throw new Problem.Unavailable("The service's disk does not take the journal just now.").exception();
        }
        if (wanted.isPresent()) {
            throw new Problem.JournalGap(
                            "The journal is here up to offset %d, and what was sent as offset %d does not go on there."
                                    .formatted(wanted.getAsLong(), from),
                            wanted.getAsLong())
                    .exception();
        }
        // Only now: a run ends after its lease, so what was taken in under a lease that still holds is shipped before.
        var reply = onLive(attempt, live -> live.heartbeat(lease), () -> {
            throw lost();
        });
        return new JournalReply(chunk.end(), reply.directive(), reply.reason(), reply.expiresAt());
    }

    private JournalChunk chunk(Attempt attempt, long offset, byte[] body) {
        if (body.length > MAX_JOURNAL_BYTES) {
            throw new Problem.TooLarge("A piece of a journal has at most %d bytes, this one has %d."
                            .formatted(MAX_JOURNAL_BYTES, body.length))
                    .exception();
        }
        JournalChunk chunk;
        try {
            chunk = JournalChunk.read(offset, body);
        } catch (JournalException e) {
            throw Problem.Invalid.at("", "This is no piece of a journal: %s.".formatted(e.getMessage()))
                    .exception();
        }
        var drawn = new HashSet<>(
                archive.trial(attempt.trial()).orElseThrow().params().keySet());
        drawn.add("seed");
        for (var entry : chunk.entries()) {
            WorkerEntries.refusal(entry.value(), drawn).ifPresent(why -> {
                throw Problem.Invalid.at("", "The entry at offset %d: %s.".formatted(entry.offset(), why))
                        .exception();
            });
        }
        return chunk;
    }

    @POST
    @Path("/leases/{lease}/heartbeat")
    @Operation(summary = "Renew a lease")
    public Reply heartbeat(@PathParam("lease") UUID lease) {
        return onLive(attempt(lease), live -> live.heartbeat(lease), () -> {
            throw lost();
        });
    }

    @POST
    @Path("/leases/{lease}/complete")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Say how the trial ended; a replay answers the same")
    public TrialView complete(@PathParam("lease") UUID lease, @Nullable CompleteRequest request) {
        var state = end(request == null ? null : request.state());
        var values = values("/values", request == null ? null : request.values());
        var reason = request == null || request.reason() == null ? "" : request.reason();
        var attempt = attempt(lease);
        if (attempt.completed()) {
            return view(archive.trial(attempt.trial()).orElseThrow());
        }
        TrialSnapshot trial = onLive(attempt, live -> live.complete(lease, state, values, reason), () -> {
            var now = attempt(lease);
            if (now.completed()) {
                return archive.trial(now.trial()).orElseThrow();
            }
            throw lost();
        });
        return view(trial);
    }

    private static ProblemException over(SweepState state) {
        return new Problem.Over("The sweep is %s; there is no more work.".formatted(state)).exception();
    }

    private static void requireExternal(SweepSnapshot sweep) {
        if (!(Specifications.of(sweep.specification()).trial() instanceof TrialSection.ExternalTrial)) {
            throw new Problem.Conflict(
                            "This sweep's trials are launched by the service; only a sweep with `external: true` is leased.")
                    .exception();
        }
    }

    private Attempt attempt(UUID lease) {
        return archive.attempt(lease)
                .orElseThrow(() -> new Problem.Missing("There is no lease %s.".formatted(lease)).exception());
    }

    /** Asks the live sweep; where it refuses the lease, or is over, the archive may know the answer of before. */
    private <R> R onLive(Attempt attempt, Function<LiveSweep, R> decide, Supplier<R> otherwise) {
        if (attempt.state().isOver()) {
            return otherwise.get();
        }
        try {
            return desk.call(attempt.sweep(), decide);
        } catch (ProblemException e) {
            if (e.problem() instanceof Problem.LeaseLost || e.problem() instanceof Problem.Conflict) {
                return otherwise.get();
            }
            throw e;
        }
    }

    private Reply replayed(UUID lease, long seq) {
        var attempt = attempt(lease);
        if (attempt.completed() && seq <= attempt.lastSeq()) {
            return new Reply(
                    attempt.directive(),
                    attempt.directiveReason(),
                    attempt.expiresAt().orElse(null));
        }
        throw lost();
    }

    private static ProblemException lost() {
        return new Problem.LeaseLost(
                        "This lease is over: its attempt has ended or was given to another worker. Drop the work.")
                .exception();
    }

    private TrialView view(TrialSnapshot trial) {
        return TrialView.of(
                trial, Specifications.goals(archive.sweep(trial.sweep()).orElseThrow()));
    }

    private LeaseView view(Lease lease) {
        var attempt = lease.attempt();
        return new LeaseView(
                attempt.id(),
                attempt.trial(),
                attempt.trialNumber(),
                attempt.number(),
                lease.params(),
                lease.seed(),
                attempt.resumeFrom().orElse(null),
                HEARTBEAT_SECONDS,
                attempt.expiresAt().orElse(null),
                tokens.of(attempt.id()));
    }

    private static List<Measurement> points(@Nullable List<Point> points) {
        if (points == null || points.isEmpty() || points.size() > MAX_POINTS) {
            throw Problem.Invalid.at(
                            "/points", "`points` must hold 1 to %d points {step, values}.".formatted(MAX_POINTS))
                    .exception();
        }
        var measurements = new ArrayList<Measurement>();
        for (var point : points) {
            var at = "/points/" + measurements.size();
            if (point == null || point.step() == null || point.step() < 0 || point.step() > MAX_STEP) {
                throw Problem.Invalid.at(
                                at + "/step",
                                "`step` must be a whole number in [0, 2^53], was %s."
                                        .formatted(point == null || point.step() == null ? "missing" : point.step()))
                        .exception();
            }
            var values = values(at + "/values", point.values());
            if (values.isEmpty()) {
                throw Problem.Invalid.at(at + "/values", "`values` must hold at least one number by metric name.")
                        .exception();
            }
            measurements.add(new Measurement(point.step(), values));
        }
        return measurements;
    }

    private static Map<String, Double> values(String pointer, @Nullable Map<String, @Nullable Double> values) {
        var checked = new LinkedHashMap<String, Double>();
        if (values == null) {
            return checked;
        }
        values.forEach((name, value) -> {
            if (value == null) {
                throw Problem.Invalid.at(
                                pointer + "/" + name.replace("~", "~0").replace("/", "~1"),
                                "`%s` must be a number (or \"NaN\", \"Infinity\", \"-Infinity\"), was null."
                                        .formatted(name))
                        .exception();
            }
            if (name.isBlank() || name.length() > 200) {
                throw Problem.Invalid.at(pointer, "A metric name has 1 to 200 characters, was \"%s\".".formatted(name))
                        .exception();
            }
            checked.put(name, value);
        });
        return checked;
    }

    private static TrialState end(@Nullable String state) {
        return switch (state == null ? "" : state) {
            case "COMPLETE" -> TrialState.COMPLETE;
            case "PRUNED" -> TrialState.PRUNED;
            case "INFEASIBLE" -> TrialState.INFEASIBLE;
            case "FAILED" -> TrialState.FAILED;
            default ->
                throw Problem.Invalid.at(
                                "/state",
                                "`state` must be COMPLETE, PRUNED, INFEASIBLE or FAILED, was %s."
                                        .formatted(state == null ? "missing" : '"' + state + '"'))
                        .exception();
        };
    }

    private static int range(String pointer, @Nullable Integer value, int low, int high, int otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < low || value > high) {
            throw Problem.Invalid.at(
                            pointer,
                            "`%s` must be in [%d, %d], was %d.".formatted(pointer.substring(1), low, high, value))
                    .exception();
        }
        return value;
    }
}
