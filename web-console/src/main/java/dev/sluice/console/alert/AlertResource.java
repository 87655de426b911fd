package dev.sluice.console.alert;

import dev.sluice.console.problem.Problem;
import dev.sluice.console.problem.Query;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Alerts over REST, and how webhooks were told of them. */
@Path("/api/v1")
@Tag(name = "Alerts")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AlertResource {
    private final Alerts alerts;
    private final Dispatcher dispatcher;

    AlertResource(Alerts alerts, Dispatcher dispatcher) {
        this.alerts = alerts;
        this.dispatcher = dispatcher;
    }

    public record AlertPage(List<AlertView> items, @Nullable UUID nextCursor) {}

    public record Webhooks(
            List<Webhook.View> items, @Nullable String nextCursor) {}

    @GET
    @Path("/alerts")
    @Operation(summary = "What was worth a person's attention, newest first, and who was told")
    public AlertPage list(
            @QueryParam("sweep") @Nullable String sweep,
            @QueryParam("rule") @Nullable String rule,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        int most = Query.limit(limit);
        var found = alerts.list(
                Query.id("sweep", sweep),
                Optional.ofNullable(rule).filter(r -> !r.isBlank()),
                Query.id("cursor", cursor),
                most + 1);
        boolean more = found.size() > most;
        var items = more ? found.subList(0, most) : found;
        return new AlertPage(items, more ? items.getLast().id() : null);
    }

    @GET
    @Path("/webhooks")
    @Operation(summary = "Who hears of alerts; the service's settings name them")
    public Webhooks webhooks() {
        return new Webhooks(dispatcher.webhooks().stream().map(Webhook::view).toList(), null);
    }

    @POST
    @Path("/webhooks/{name}/test")
    @Operation(summary = "Raise an alert for one webhook alone, to see whether it works")
    public Response test(@PathParam("name") String name) {
        if (dispatcher.webhooks().stream().noneMatch(webhook -> webhook.name().equals(name))) {
            throw new Problem.Missing("There is no webhook \"%s\"; the service's settings name them.".formatted(name))
                    .exception();
        }
        var id = alerts.raise(Alerts.TEST, "Somebody asked for this message, to see whether it comes.", name);
        return Response.accepted(Map.of("id", id)).build();
    }
}
