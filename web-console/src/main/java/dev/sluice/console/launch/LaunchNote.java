package dev.sluice.console.launch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The launcher's note in an attempt's folder: written before the launch, as the intent, and again when the process is known.
 *
 * @param pid the leader's process id; 0 while it is not known
 * @param startTicks as in {@link LaunchRecord}
 * @param devices what was lent to the attempt
 * @param group the folder of the control group that its processes are in, if they are in one of their own
 */
record LaunchNote(
        UUID attemptId,
        UUID trialId,
        String bootId,
        long pid,
        long startTicks,
        DeviceGrant devices,
        Optional<Path> group) {
    private static final int VERSION = 1;
    private static final String MEASURED = "measured";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The note in this file; empty if there is none, or half of one that a power failure left. */
    static Optional<LaunchNote> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        JsonNode node;
        try {
            node = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException torn) {
            return Optional.empty();
        }
        if (node == null || !node.isObject()) {
            return Optional.empty();
        }
        if (node.path("version").asInt() != VERSION) {
            throw new IOException(file + " has version " + node.path("version") + ", known is " + VERSION);
        }
        try {
            List<String> gpus = new ArrayList<>();
            node.path("gpus").forEach(gpu -> gpus.add(gpu.asText()));
            return Optional.of(new LaunchNote(
                    UUID.fromString(node.path("attemptId").asText()),
                    UUID.fromString(node.path("trialId").asText()),
                    node.path("bootId").asText(),
                    node.path("pid").asLong(),
                    node.path("startTicks").asLong(),
                    new DeviceGrant(
                            node.path("cpus").asInt(),
                            node.path("memoryBytes").asLong(),
                            need(node.path("gpuShare"), gpus.size()),
                            gpus),
                    Optional.of(node.path("group").asText())
                            .filter(folder -> !folder.isEmpty())
                            .map(Path::of)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " does not name its attempt", e);
        }
    }

    /** Whole devices, unless something else is said; notes of earlier versions said nothing. */
    private static GpuNeed need(JsonNode share, int devices) {
        if (share.isInt()) {
            return new GpuNeed.Part(share.asInt());
        }
        return share.asText().equals(MEASURED) ? new GpuNeed.Measured() : new GpuNeed.Whole(devices);
    }

    void write(Path file) throws IOException {
        ObjectNode node = JSON.createObjectNode()
                .put("version", VERSION)
                .put("attemptId", attemptId.toString())
                .put("trialId", trialId.toString())
                .put("bootId", bootId)
                .put("pid", pid)
                .put("startTicks", startTicks)
                .put("cpus", devices.cpus())
                .put("memoryBytes", devices.memoryBytes());
        group.ifPresent(folder -> node.put("group", folder.toString()));
        switch (devices.need()) {
            case GpuNeed.Whole whole -> {}
            case GpuNeed.Part part -> node.put("gpuShare", part.tenThousandths());
            case GpuNeed.Measured measured -> node.put("gpuShare", MEASURED);
        }
        ArrayNode gpus = node.putArray("gpus");
        devices.gpus().forEach(gpus::add);
        byte[] text = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        // a name of its own: two services may start the same attempt, and one must not move the other's away
        Path whole = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName() + ".", ".tmp");
        try {
            Files.write(whole, text);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
