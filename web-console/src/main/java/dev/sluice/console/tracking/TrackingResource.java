package dev.sluice.console.tracking;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The state of tracking over REST. */
@Path("/api/v1/tracking")
@Tag(name = "System")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TrackingResource {
    private final Tracking tracking;

    TrackingResource(Tracking tracking) {
        this.tracking = tracking;
    }

    @GET
    @Operation(summary = "The MLflow server, and how much waits for it")
    public Tracking.Overview get() {
        return tracking.overview();
    }
}
