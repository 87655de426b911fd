package dev.sluice.console.trial;

import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.problem.Caller;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.Query;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.TrialSnapshot;
import dev.sluice.console.tracking.Tracking;
import dev.sluice.search.trial.Goals;
import dev.sluice.search.trial.TrialState;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/** Trials over REST. */
@Path("/api/v1/trials/{trial}")
@Tag(name = "Trials")
@Produces(MediaType.APPLICATION_JSON)
public class TrialResource {
    private static final int TAIL = 1000;
    private static final int MAX_TAIL = 100_000;

    private final StudyDesk desk;
    private final Archive archive;
    private final DataFolder data;
    private final Tracking tracking;

    TrialResource(StudyDesk desk, Archive archive, DataFolder data, Tracking tracking) {
        this.desk = desk;
        this.archive = archive;
        this.data = data;
        this.tracking = tracking;
    }

    /** A checkpoint that is complete. */
    public record CheckpointView(String name, long step, long sizeBytes, Instant savedAt) {}

    public record Checkpoints(
            List<CheckpointView> items, @Nullable String nextCursor) {}

    @GET
    @RunOnVirtualThread
    @Operation(summary = "One trial with its reports and attempts")
    public TrialView get(@PathParam("trial") UUID id) {
        var trial = find(id);
        return TrialView.of(
                trial,
                goals(trial),
                tracking.trialRun(id).orElse(null),
                archive.measurements(trial.sweep(), trial.number()),
                archive.attempts(id));
    }

    @POST
    @RunOnVirtualThread
    @Path("/stop")
    @Operation(summary = "Stop a trial: PRUNED if it has reported, else CANCELLED")
    public TrialView stop(@PathParam("trial") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        var trial = find(id);
        return TrialView.of(
                desk.call(trial.sweep(), live -> {
                    var before = live.trial(trial.number()).state();
                    var stopped = live.stopTrial(trial.number());
                    live.audit(
                            Caller.of(user),
                            "stop-trial",
                            trial.number(),
                            before.name(),
                            stopped.state().name());
                    return stopped;
                }),
                goals(trial));
    }

    @POST
    @RunOnVirtualThread
    @Path("/rerun")
    @Operation(summary = "Run a failed or cancelled trial again")
    public TrialView rerun(@PathParam("trial") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        var trial = find(id);
        return TrialView.of(
                desk.callOrRevive(trial.sweep(), live -> live.rerun(trial.number(), Caller.of(user))), goals(trial));
    }

    @GET
    @Path("/checkpoints")
    @RunOnVirtualThread
    @Operation(summary = "The checkpoints of a trial that are complete, by step")
    public Checkpoints checkpoints(@PathParam("trial") UUID id) {
        find(id);
        return new Checkpoints(
                data.trial(id).savedCheckpoints().stream()
                        .map(c -> new CheckpointView(
                                c.path().getFileName().toString(), c.step(), c.sizeBytes(), c.savedAt()))
                        .toList(),
                null);
    }

    @GET
    @Path("/logs")
    @Produces(MediaType.TEXT_PLAIN)
    @Blocking
    @Operation(
            summary =
                    "What the attempts printed: the last `tail` lines; with follow=true it goes on while the trial does")
    public RestMulti<String> logs(
            @PathParam("trial") UUID id,
            @QueryParam("tail") @Nullable String tail,
            @QueryParam("follow") @Nullable String follow) {
        return RestMulti.fromMultiData(
                        lines(id, tail, Query.flag("follow", follow, false)).map(line -> line + "\n"))
                .header("Content-Type", "text/plain;charset=UTF-8")
                .build();
    }

    @GET
    @Path("/logs")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.TEXT_PLAIN)
    @Blocking
    @Operation(hidden = true)
    public Multi<String> events(
            @PathParam("trial") UUID id,
            @QueryParam("tail") @Nullable String tail,
            @QueryParam("follow") @Nullable String follow) {
        return lines(id, tail, Query.flag("follow", follow, true));
    }

    private Multi<String> lines(UUID id, @Nullable String tail, boolean follow) {
        var trial = find(id);
        int lines = Query.whole("tail", tail, 0, MAX_TAIL, TAIL);
        return new TrialLog(data.trial(id), trial.attempt())
                .follow(lines, () -> follow && runs(id), () -> find(id).attempt());
    }

    private boolean runs(UUID id) {
        var state = find(id).state();
        return state == TrialState.RUNNING || state == TrialState.QUEUED;
    }

    private Goals goals(TrialSnapshot trial) {
        return Specifications.goals(archive.sweep(trial.sweep()).orElseThrow());
    }

    private TrialSnapshot find(UUID id) {
        return archive.trial(id)
                .orElseThrow(() -> new Problem.Missing("There is no trial %s.".formatted(id)).exception());
    }
}
