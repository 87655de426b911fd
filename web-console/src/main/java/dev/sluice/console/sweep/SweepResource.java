package dev.sluice.console.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.console.folder.DataFolder;
import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.DeviceRequest;
import dev.sluice.console.problem.Caller;
import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.ProblemException;
import dev.sluice.console.problem.Query;
import dev.sluice.console.specification.Explanation;
import dev.sluice.console.specification.Format;
import dev.sluice.console.specification.ReadResult;
import dev.sluice.console.specification.SamplePoints;
import dev.sluice.console.specification.SpecificationReader;
import dev.sluice.console.specification.SweepSchema;
import dev.sluice.console.specification.SweepSpecification;
import dev.sluice.console.specification.TrainerCatalog;
import dev.sluice.console.specification.TrialSection;
import dev.sluice.console.study.Archive;
import dev.sluice.console.study.Audited;
import dev.sluice.console.study.EarlierSweep;
import dev.sluice.console.study.EarlierSweeps;
import dev.sluice.console.study.LiveSweep;
import dev.sluice.console.study.Specifications;
import dev.sluice.console.study.StudyDesk;
import dev.sluice.console.study.SweepEdit;
import dev.sluice.console.study.SweepSnapshot;
import dev.sluice.console.study.SweepState;
import dev.sluice.console.tracking.Tracking;
import dev.sluice.console.trial.TrialView;
import dev.sluice.search.space.ParameterValues;
import dev.sluice.search.trial.TrialState;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sweeps over REST. */
@Path("/api/v1")
@Tag(name = "Sweeps")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SweepResource {
    private static final int SAMPLE_POINTS = 5;
    private static final int MAX_CURVES = 2000;
    private static final int MAX_POINTS = 1000;

    private final StudyDesk desk;
    private final Archive archive;
    private final EarlierSweeps earlier;
    private final Tracking tracking;
    private final SpecificationReader reader;
    private final TrainerCatalog catalog;
    private final TrainerHome trainer;
    private final DevicePool devices;
    private final DataFolder data;
    private final Importances importances;
    private final ObjectMapper json;

    SweepResource(
            StudyDesk desk,
            Archive archive,
            EarlierSweeps earlier,
            Tracking tracking,
            SpecificationReader reader,
            TrainerCatalog catalog,
            TrainerHome trainer,
            DevicePool devices,
            DataFolder data,
            Importances importances,
            ObjectMapper json) {
        this.desk = desk;
        this.archive = archive;
        this.earlier = earlier;
        this.tracking = tracking;
        this.reader = reader;
        this.catalog = catalog;
        this.trainer = trainer;
        this.devices = devices;
        this.data = data;
        this.importances = importances;
        this.json = json;
    }

    /**
     * A sweep that was made.
     *
     * @param warnings what is right but perhaps not meant, a sentence each; left out where there is nothing
     */
    public record Created(
            UUID id,
            String name,
            SweepState state,
            Links links,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

    public record Links(
            String self, String console, @Nullable String mlflow) {}

    /**
     * What a file would make, without making it.
     *
     * @param warmStart what earlier sweeps would give; left out where it begins with none
     */
    public record DryRun(
            JsonNode spec,
            List<Map<String, Object>> samplePoints,
            Explanation explanation,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<EarlierSweep> warmStart) {}

    public record Sweeps(List<SweepView> items, @Nullable String nextCursor) {}

    public record Trials(List<TrialView> items, @Nullable String nextCursor) {}

    public record EnqueueRequest(@Nullable Map<String, Object> params) {}

    @POST
    @Path("/sweeps")
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", "application/x-yaml", "text/yaml"})
    @Operation(summary = "Create a sweep from a sweep file, JSON or YAML; with dryRun=true only check it")
    public Response create(
            byte[] body,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) MediaType type,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("dryRun") @Nullable String dry,
            @HeaderParam(Caller.HEADER) @Nullable String user,
            @Context UriInfo uri) {
        return make(body, type, key, dry, uri, live -> {
            if (user != null && !user.isBlank()) {
                live.audit(Caller.of(user), "create", -1, "", live.state().name());
            }
        });
    }

    private Response make(
            byte[] body,
            @Nullable MediaType type,
            @Nullable String key,
            @Nullable String dry,
            UriInfo uri,
            Consumer<LiveSweep> first) {
        boolean dryRun = Query.flag("dryRun", dry, false);
        if (key != null && (key.isBlank() || key.length() > 200)) {
            throw new Problem.Malformed("The Idempotency-Key must have 1 to 200 characters.").exception();
        }
        var hash = sha256(body);
        if (key != null && !dryRun) {
            var before = archive.sweepByKey(key);
            if (before.isPresent()) {
                if (!before.get().requestHash().equals(hash)) {
                    throw new Problem.Conflict("This Idempotency-Key was used with another sweep file, for sweep %s."
                                    .formatted(before.get().sweep().id()))
                            .exception();
                }
                return created(before.get().sweep(), uri);
            }
        }
        var specification = earlier.resolved(read(body, type));
        var knowledge = earlier.of(specification);
        if (dryRun) {
            return Response.ok(new DryRun(
                            specification.toJson(),
                            SamplePoints.of(specification, SAMPLE_POINTS).stream()
                                    .map(ParameterValues::toPlain)
                                    .toList(),
                            Explanation.of(specification),
                            knowledge.from()))
                    .build();
        }
        tracking.artifactRefusal(specification.tracking().experiment()).ifPresent(refusal -> {
            throw Problem.Invalid.at("/tracking/experiment", refusal).exception();
        });
        return created(desk.create(specification, knowledge, Optional.ofNullable(key), hash, first), uri);
    }

    @GET
    @Path("/sweeps")
    @Operation(summary = "Sweeps, newest first")
    public Sweeps list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("q") @DefaultValue("") String text,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        int most = Query.limit(limit);
        var found = archive.sweeps(Query.state(SweepState.class, state), text, Query.id("cursor", cursor), most + 1);
        var page = found.subList(0, Math.min(most, found.size()));
        var best = archive.best(page);
        return new Sweeps(
                page.stream()
                        .map(s -> SweepView.of(s, tree(s), best.get(s.id()), tracking.of(s), null, false))
                        .toList(),
                found.size() > most ? page.getLast().id().toString() : null);
    }

    @GET
    @Path("/sweeps/{sweep}")
    @Operation(summary = "One sweep")
    public SweepView get(@PathParam("sweep") UUID id) {
        return view(find(id));
    }

    @DELETE
    @Path("/sweeps/{sweep}")
    @Operation(summary = "Forget a sweep that is over; MLflow keeps its runs")
    public Response delete(@PathParam("sweep") UUID id) {
        var sweep = find(id);
        if (!sweep.state().isOver() || desk.isLive(id)) {
            throw new Problem.Conflict("The sweep is %s; only one that is over can be deleted. Cancel it first."
                            .formatted(sweep.state()))
                    .exception();
        }
        if (tracking.waiting(id)) {
            throw new Problem.Conflict("Not all of the sweep is in MLflow yet; deleting it now would lose the rest.")
                    .exception();
        }
        var trials = archive.trials(id, Optional.empty(), -1, Integer.MAX_VALUE);
        archive.delete(id);
        // What is left after a crash here is only disk space.
        trials.forEach(trial -> data.trial(trial.id()).delete());
        DataFolder.delete(data.sweepRun(id));
        return Response.noContent().build();
    }

    @PATCH
    @Path("/sweeps/{sweep}")
    @Consumes({"application/merge-patch+json", MediaType.APPLICATION_JSON})
    @Operation(
            summary =
                    "Edit a sweep (RFC 7396): budget, ranges, choices, constraints, retries, policies, alerts, promotion; one that has completed goes on")
    public SweepView edit(@PathParam("sweep") UUID id, byte[] body, @HeaderParam(Caller.HEADER) @Nullable String user) {
        find(id);
        var patch = object(body);
        desk.callOrRevive(id, live -> {
            live.edit(file -> SweepEdit.checked(file, patched(file, patch)), Caller.of(user));
            return true;
        });
        return get(id);
    }

    @POST
    @Path("/sweeps/{sweep}/clone")
    @Consumes({"application/merge-patch+json", MediaType.APPLICATION_JSON})
    @Operation(
            summary =
                    "Make a sweep from another one's file, with edits (RFC 7396) of whatever field; with warmStart=true it begins with what that one knows")
    public Response copy(
            @PathParam("sweep") UUID id,
            byte[] body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("warmStart") @Nullable String warm,
            @QueryParam("dryRun") @Nullable String dry,
            @HeaderParam(Caller.HEADER) @Nullable String user,
            @Context UriInfo uri) {
        var source = find(id);
        var file = specification(source).toJson();
        if (Query.flag("warmStart", warm, false)) {
            file.putObject("warmStart").putArray("from").add(id.toString());
        }
        var text = MergePatch.apply(file, object(body)).toString();
        return make(
                text.getBytes(StandardCharsets.UTF_8),
                MediaType.APPLICATION_JSON_TYPE,
                key,
                dry,
                uri,
                live -> live.audit(
                        Caller.of(user), "clone", -1, id.toString(), live.id().toString()));
    }

    public record Rerun(int trials) {}

    @POST
    @Path("/sweeps/{sweep}/rerun")
    @Operation(
            summary =
                    "Run all failed trials again, with cancelled=true those that were cancelled too; one that has completed goes on")
    public Rerun rerun(
            @PathParam("sweep") UUID id,
            @QueryParam("cancelled") @Nullable String cancelled,
            @HeaderParam(Caller.HEADER) @Nullable String user) {
        find(id);
        boolean too = Query.flag("cancelled", cancelled, false);
        return new Rerun(desk.callOrRevive(id, live -> live.rerunAll(too, Caller.of(user))));
    }

    public record Audit(List<Audited> items, @Nullable String nextCursor) {}

    @GET
    @Path("/sweeps/{sweep}/audit")
    @Operation(summary = "Who steered a sweep, when and how, newest first")
    public Audit audit(
            @PathParam("sweep") UUID id,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        find(id);
        int most = Query.limit(limit);
        long before = cursor == null || cursor.isBlank() ? Long.MAX_VALUE : Query.offset("cursor", cursor);
        var found = archive.audit(id, before, most + 1);
        var page = found.subList(0, Math.min(most, found.size()));
        return new Audit(
                page, found.size() > most ? Long.toString(page.getLast().pos()) : null);
    }

    @POST
    @Path("/sweeps/{sweep}/pause")
    @Operation(summary = "No new trials; running ones go on")
    public SweepView pause(@PathParam("sweep") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        return steer(id, "pause", user, LiveSweep::pause);
    }

    @POST
    @Path("/sweeps/{sweep}/resume")
    @Operation(summary = "Go on after a pause")
    public SweepView resume(@PathParam("sweep") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        return steer(id, "resume", user, LiveSweep::resume);
    }

    @POST
    @Path("/sweeps/{sweep}/stop")
    @Operation(summary = "No new trials; running ones finish; then COMPLETED")
    public SweepView stop(@PathParam("sweep") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        return steer(id, "stop", user, LiveSweep::stop);
    }

    @POST
    @Path("/sweeps/{sweep}/cancel")
    @Operation(summary = "Running trials are stopped; then CANCELLED")
    public SweepView cancel(@PathParam("sweep") UUID id, @HeaderParam(Caller.HEADER) @Nullable String user) {
        return steer(id, "cancel", user, LiveSweep::cancel);
    }

    @GET
    @Path("/sweeps/{sweep}/trials")
    @Operation(summary = "Trials by number, without reports and attempts")
    public Trials trials(
            @PathParam("sweep") UUID id,
            @QueryParam("state") @Nullable String state,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        var goals = specification(find(id)).goals();
        int most = Query.limit(limit);
        int after = Query.whole("cursor", cursor, 0, Integer.MAX_VALUE, -1);
        var found = archive.trials(id, Query.state(TrialState.class, state), after, most + 1);
        var page = found.subList(0, Math.min(most, found.size()));
        return new Trials(
                page.stream()
                        .map(t ->
                                TrialView.of(t, goals, tracking.trialRun(t.id()).orElse(null)))
                        .toList(),
                found.size() > most ? Integer.toString(page.getLast().number()) : null);
    }

    @POST
    @Path("/sweeps/{sweep}/trials")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Enqueue a point; what it leaves out is filled in")
    public Response enqueue(
            @PathParam("sweep") UUID id,
            @Nullable EnqueueRequest request,
            @HeaderParam(Caller.HEADER) @Nullable String user) {
        if (request == null || request.params() == null) {
            throw Problem.Invalid.at("/params", "`params` must hold values by parameter name.")
                    .exception();
        }
        var specification = specification(find(id));
        var space = specification.space();
        ParameterValues values;
        try {
            values = space.complete(request.params());
        } catch (IllegalArgumentException e) {
            throw Problem.Invalid.at("/params", String.valueOf(e.getMessage())).exception();
        }
        var violations = space.violations(values);
        if (!violations.isEmpty()) {
            throw new Problem.Invalid(
                            "The point is not in the space.",
                            violations.stream()
                                    .map(v -> new Problem.Fault("/params", v))
                                    .toList())
                    .exception();
        }
        var trial = desk.call(id, live -> {
            var waiting = live.enqueue(values);
            live.audit(Caller.of(user), "enqueue", waiting.number(), "", "QUEUED");
            return waiting;
        });
        return Response.status(201)
                .entity(TrialView.of(trial, specification.goals()))
                .build();
    }

    @GET
    @Path("/sweeps/{sweep}/table")
    @Produces({MediaType.APPLICATION_JSON, "text/csv"})
    @Operation(summary = "All trials as columns, or CSV by Accept")
    public Response table(
            @PathParam("sweep") UUID id,
            @QueryParam("since") @Nullable String since,
            @QueryParam("columns") @DefaultValue("") String columns,
            @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String known,
            @Context HttpHeaders headers) {
        var sweep = find(id);
        var specification = specification(sweep);
        var params =
                specification.space().parameters().stream().map(p -> p.name()).toList();
        boolean csv = headers.getAcceptableMediaTypes().getFirst().isCompatible(MediaType.valueOf("text/csv"))
                && !headers.getAcceptableMediaTypes().getFirst().isWildcardType();
        if (csv) {
            return Response.ok(
                            TrialTable.csv(
                                    archive.trials(id, Optional.empty(), -1, Integer.MAX_VALUE),
                                    params,
                                    specification.goals()),
                            "text/csv;charset=UTF-8")
                    .header("Content-Disposition", "attachment; filename=\"trials-%s.csv\"".formatted(id))
                    .build();
        }
        // Another selection is another representation: a cache must not take one for the other.
        var selection =
                columns.isBlank() && since == null ? "" : "-" + Integer.toHexString(Objects.hash(columns, since));
        var tag = "\"" + sweep.revision() + selection + "\"";
        if (isKnown(tag, known)) {
            return Response.notModified().header(HttpHeaders.ETAG, tag).build();
        }
        var trials = archive.changedTrials(id, since == null ? -1 : Query.revision("since", since));
        Set<String> wanted = columns.isBlank()
                ? Set.of()
                : Arrays.stream(columns.split(",", -1)).map(String::strip).collect(Collectors.toSet());
        for (var column : wanted) {
            if (!TrialTable.COLUMNS.contains(column)) {
                throw new Problem.Malformed("The query parameter `columns` must name columns of %s, was \"%s\"."
                                .formatted(TrialTable.COLUMNS, column))
                        .exception();
            }
        }
        return Response.ok(TrialTable.columns(sweep.revision(), trials, params, specification.goals(), wanted))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.ETAG, tag)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    @GET
    @Path("/sweeps/{sweep}/pareto")
    @Operation(summary = "The trials that no other one beats, and how much they cover")
    public ParetoView pareto(@PathParam("sweep") UUID id) {
        var sweep = find(id);
        return reckoned(() -> ParetoView.of(
                sweep.revision(),
                specification(sweep),
                archive.trials(id, Optional.of(TrialState.COMPLETE), -1, Integer.MAX_VALUE)));
    }

    @GET
    @Path("/sweeps/{sweep}/importance")
    @Operation(summary = "How much each parameter matters")
    public ImportanceView importance(
            @PathParam("sweep") UUID id,
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("method") @Nullable String method) {
        var sweep = find(id);
        var specification = specification(sweep);
        var question = Importances.Question.of(
                sweep,
                specification,
                Optional.ofNullable(metric).filter(text -> !text.isBlank()),
                Optional.ofNullable(method).filter(text -> !text.isBlank()));
        return importances
                .of(
                        question,
                        () -> reckoned(() -> ImportanceView.of(
                                sweep.revision(),
                                specification,
                                archive.trials(id, Optional.of(TrialState.COMPLETE), -1, Integer.MAX_VALUE),
                                question)))
                .at(sweep.revision());
    }

    @GET
    @Path("/sweeps/{sweep}/curves")
    @Operation(summary = "Learning curves, chosen and thinned out")
    public Curves curves(
            @PathParam("sweep") UUID id,
            @QueryParam("metric") @Nullable String metric,
            @QueryParam("top") @Nullable String top,
            @QueryParam("points") @Nullable String points,
            @QueryParam("ids") @DefaultValue("") String ids) {
        var sweep = find(id);
        var goals = specification(sweep).goals();
        var wanted = new HashSet<UUID>();
        for (var text : ids.split(",", -1)) {
            Query.id("ids", text).ifPresent(wanted::add);
        }
        return Curves.of(
                sweep.revision(),
                metric == null || metric.isBlank()
                        ? goals.objectives().getFirst().metric()
                        : metric,
                archive.trials(id, Optional.empty(), -1, Integer.MAX_VALUE),
                archive.measurements(id),
                Query.whole("top", top, 1, MAX_CURVES, 200),
                Query.whole("points", points, 2, MAX_POINTS, 100),
                wanted,
                goals);
    }

    @GET
    @Path("/schema/sweep.json")
    @Produces("application/schema+json")
    @Operation(summary = "The JSON Schema of sweep files, with the trainer's tasks, models and callbacks")
    public String schema() throws JsonProcessingException {
        return json.writeValueAsString(SweepSchema.json(catalog));
    }

    /** RFC 9110 §13.1.2: a list of tags, weak ones too, or `*`. */
    private static boolean isKnown(String tag, @Nullable String known) {
        return known != null
                && Arrays.stream(known.split(",", -1))
                        .map(String::strip)
                        .map(t -> t.startsWith("W/") ? t.substring(2) : t)
                        .anyMatch(t -> t.equals("*") || t.equals(tag));
    }

    /** On a thread of its own kind: virtual ones share few processors, and whoever reckons for long would keep reports waiting. */
    private static <R> R reckoned(Supplier<R> work) {
        try {
            return CompletableFuture.supplyAsync(work, Infrastructure.getDefaultWorkerPool())
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw e;
        }
    }

    private SweepView steer(UUID id, String action, @Nullable String user, Consumer<LiveSweep> decide) {
        find(id);
        desk.run(id, live -> {
            var before = live.state();
            decide.accept(live);
            live.audit(Caller.of(user), action, -1, before.name(), live.state().name());
        });
        return get(id);
    }

    private ObjectNode object(byte[] body) {
        if (body.length == 0) {
            return json.createObjectNode();
        }
        try {
            if (json.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw new Problem.Malformed("The body is no JSON: " + e.getMessage()).exception();
        }
        throw Problem.Invalid.at("", "The body must be an object with the fields that shall be others.")
                .exception();
    }

    /** The file with some fields being others, read as any file is: what was left out may follow from what is there. */
    private SweepSpecification patched(SweepSpecification file, ObjectNode patch) {
        var text = MergePatch.apply(SweepEdit.patchable(file, patch), patch).toString();
        return read(text.getBytes(StandardCharsets.UTF_8), MediaType.APPLICATION_JSON_TYPE);
    }

    private SweepSpecification read(byte[] body, @Nullable MediaType type) {
        var format = type != null && type.getSubtype().contains("yaml") ? Format.YAML : Format.JSON;
        return switch (reader.read(body, format)) {
            case ReadResult.Invalid invalid ->
                throw new Problem.Invalid(
                                "The sweep file has %d %s."
                                        .formatted(
                                                invalid.errors().size(),
                                                invalid.errors().size() == 1 ? "error" : "errors"),
                                invalid.errors().stream()
                                        .map(e -> new Problem.Fault(
                                                e.pointer(),
                                                e.detail(),
                                                e.line().isPresent() ? e.line().getAsInt() : null,
                                                e.column().isPresent()
                                                        ? e.column().getAsInt()
                                                        : null))
                                        .toList())
                        .exception();
            case ReadResult.Valid valid -> {
                var specification = valid.specification();
                if (!(specification.trial() instanceof TrialSection.ExternalTrial)) {
                    devices.machine().impossible(request(specification)).ifPresent(why -> {
                        throw Problem.Invalid.at("/resources", why).exception();
                    });
                }
                if (specification.trial() instanceof TrialSection.TrainerTrial own) {
                    var missing = trainer.missing(own);
                    if (!missing.isEmpty()) {
                        throw new Problem.Invalid("The sweep names what is not there.", missing).exception();
                    }
                }
                yield specification;
            }
        };
    }

    static DeviceRequest request(SweepSpecification specification) {
        var resources = specification.resources();
        return DeviceRequest.of(
                resources.cpus(),
                resources.gpus(),
                resources.sharesGpuByMemory(),
                resources.memoryBytes().orElse(0));
    }

    private SweepSnapshot find(UUID id) {
        return archive.sweep(id)
                .orElseThrow(() -> new Problem.Missing("There is no sweep %s.".formatted(id)).exception());
    }

    private SweepSpecification specification(SweepSnapshot sweep) {
        return Specifications.of(sweep.specification());
    }

    private JsonNode tree(SweepSnapshot sweep) {
        try {
            return json.readTree(sweep.specification());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("sweep " + sweep.id() + " has a specification that is no JSON", e);
        }
    }

    private SweepView view(SweepSnapshot sweep) {
        var best = sweep.bestTrial().flatMap(number -> archive.trial(sweep.id(), number));
        var spec = tree(sweep);
        var warmStart = spec.has("warmStart") ? archive.warmStart(sweep.id()) : null;
        return SweepView.of(sweep, spec, best.orElse(null), tracking.of(sweep), warmStart, true);
    }

    private Response created(SweepSnapshot sweep, UriInfo uri) {
        var base = uri.getBaseUri();
        var self = base.resolve("/api/v1/sweeps/" + sweep.id());
        return Response.created(self)
                .entity(new Created(
                        sweep.id(),
                        sweep.name(),
                        sweep.state(),
                        new Links(
                                self.toString(),
                                base.resolve("/#/sweeps/" + sweep.id()).toString(),
                                tracking.of(sweep).url()),
                        Explanation.of(specification(sweep)).warnings()))
                .build();
    }

    private static String sha256(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
