package dev.sluice.console.service;

import dev.sluice.console.launch.DevicePool;
import dev.sluice.console.launch.DeviceUsage;
import dev.sluice.console.launch.DrainedDevices;
import dev.sluice.console.problem.Problem;
import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    private static final String LOCAL = "local";

    private final DevicePool devices;
    private final DrainedDevices drained;

    NodeResource(DevicePool devices, DrainedDevices drained) {
        this.devices = devices;
        this.drained = drained;
    }

    public record Node(String name, DeviceUsage devices) {}

    public record Nodes(List<Node> items, @Nullable String nextCursor) {}

    @GET
    @Operation(summary = "Machines with their devices, who has them, and which sweeps wait for some and why")
    public Nodes list() {
        return new Nodes(List.of(local()), null);
    }

    @POST
    @Path("/{node}/devices/{index}/drain")
    @Operation(summary = "Put nothing new on a GPU; what runs there runs to its end. Holds until it is undone")
    public Node drain(@PathParam("node") String node, @PathParam("index") String index) {
        return drain(node, index, true);
    }

    @POST
    @Path("/{node}/devices/{index}/undrain")
    @Operation(summary = "Use a drained GPU again")
    public Node undrain(@PathParam("node") String node, @PathParam("index") String index) {
        return drain(node, index, false);
    }

    private Node drain(String node, String index, boolean drain) {
        var gpus = devices.machine().gpus();
        if (!node.equals(LOCAL) || !index.matches("\\d{1,4}") || Integer.parseInt(index) >= gpus.size()) {
            throw new Problem.Missing("There is no device %s of a node \"%s\"; GET /api/v1/nodes lists what there is."
                            .formatted(index, node))
                    .exception();
        }
        var id = gpus.get(Integer.parseInt(index)).id();
        try {
            // One after another: each writes down what all of them said.
            synchronized (drained) {
                devices.drain(id, drain);
                drained.write(devices.drained());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the drain of " + id + " holds until a restart only", e);
        }
        Log.infof("event=%s node=%s device=%s gpu=%s", drain ? "drained" : "undrained", node, index, id);
        return local();
    }

    private Node local() {
        return new Node(LOCAL, devices.usage());
    }
}
