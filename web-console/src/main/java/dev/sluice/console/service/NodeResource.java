package dev.sluice.console.service;

import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.DeviceUsage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The machines that run trials: for now this one. */
@Path("/api/v1/nodes")
@Tag(name = "System")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class NodeResource {
    private final DevicePool devices;

    NodeResource(DevicePool devices) {
        this.devices = devices;
    }

    public record Node(String name, DeviceUsage devices) {}

    public record Nodes(List<Node> items, @Nullable String nextCursor) {}

    @GET
    @Operation(summary = "Machines with their devices, and what of them is lent")
    public Nodes list() {
        return new Nodes(List.of(new Node("local", devices.usage())), null);
    }
}
