package dev.sluice.console.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** The file that says which GPUs of this machine a person has drained, so that a restart does not open them. */
public final class DrainedDevices {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    private DrainedDevices(Path file) {
        this.file = file;
    }

    public static DrainedDevices in(Path file) {
        return new DrainedDevices(file);
    }

    /**
     * The ids of the drained ones; none where there is no file.
     *
     * @throws IOException if it cannot be read: which are drained is not known then
     */
    public Set<String> read() throws IOException {
        if (!Files.exists(file)) {
            return Set.of();
        }
        JsonNode node = JSON.readTree(Files.readAllBytes(file));
        if (node.path("version").asInt() != VERSION) {
            throw new IOException(file + " has version " + node.path("version") + ", known is " + VERSION);
        }
        Set<String> ids = new LinkedHashSet<>();
        node.path("gpus").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    /** Writes them down, whole or not at all. */
    public synchronized void write(Collection<String> ids) throws IOException {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION);
        ArrayNode gpus = node.putArray("gpus");
        ids.stream().sorted().forEach(gpus::add);
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(draft, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
