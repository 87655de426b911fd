package dev.sluice.console.promote;

import dev.sluice.console.problem.Problem;
import dev.sluice.tracker.registry.ModelAlias;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Promotions over REST. */
@Path("/api/v1")
@Tag(name = "Promotions")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PromotionResource {
    private final PromotionService promotions;

    PromotionResource(PromotionService promotions) {
        this.promotions = promotions;
    }

    public record PromotionRequest(
            @Nullable UUID trialId,
            @Nullable String model,
            @Nullable String alias) {}

    public record Promotions(
            List<PromotionView> items, @Nullable String nextCursor) {}

    @POST
    @Path("/sweeps/{sweep}/promotions")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Promote the best, or the given, trial's best checkpoint")
    public Response promote(@PathParam("sweep") UUID sweep, @Nullable PromotionRequest request) {
        var model = request == null ? null : request.model();
        if (request == null
                || model == null
                || model.isBlank()
                || model.length() > 200
                || model.contains("/")
                || model.contains(":")) {
            throw Problem.Invalid.at(
                            "/model",
                            "`model` must name a registered model: 1 to 200 characters without `/` and `:`, was %s."
                                    .formatted(model == null ? "missing" : '"' + model + '"'))
                    .exception();
        }
        var alias = Optional.ofNullable(request.alias()).filter(a -> !a.isBlank());
        try {
            alias.ifPresent(a -> new ModelAlias(model, a));
        } catch (IllegalArgumentException e) {
            throw Problem.Invalid.at("/alias", String.valueOf(e.getMessage())).exception();
        }
        return Response.accepted(promotions.promote(sweep, Optional.ofNullable(request.trialId()), model, alias))
                .build();
    }

    @GET
    @Path("/sweeps/{sweep}/promotions")
    @Operation(summary = "The promotions of a sweep, newest first")
    public Promotions list(@PathParam("sweep") UUID sweep) {
        return new Promotions(promotions.of(sweep), null);
    }

    @GET
    @Path("/promotions/{promotion}")
    @Operation(summary = "What became of a promotion")
    public PromotionView get(@PathParam("promotion") UUID id) {
        return promotions
                .find(id)
                .orElseThrow(() -> new Problem.Missing("There is no promotion %s.".formatted(id)).exception());
    }

    @POST
    @Path("/promotions/{promotion}/rollback")
    @Operation(summary = "Put the alias back to where it was before a promotion")
    public Response rollBack(@PathParam("promotion") UUID id) {
        return Response.accepted(promotions.rollBack(id)).build();
    }
}
