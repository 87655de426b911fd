package dev.sluice.tracker.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An upload in parts: what goes where, and which parts are there. Immutable; as JSON it is what an {@link UploadNote} holds.
 *
 * @param target the file's place in the proxy, from its root
 * @param uploadId the server's name for the upload; empty where its storage needs none
 * @param parts by number, from 1 on without gaps
 */
record UploadPlan(String target, FileDigest file, long partBytes, String uploadId, List<Part> parts) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;

    UploadPlan {
        parts = List.copyOf(parts);
    }

    /**
     * One part.
     *
     * @param address where it goes: who knows it may write the part
     * @param headers that go with it
     * @param tag what the storage said when it had taken the part; empty before
     */
    record Part(int number, URI address, Map<String, String> headers, Optional<String> tag) {
        Part {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * What the server said when the upload was made.
     */
    static UploadPlan of(String target, FileDigest file, long partBytes, JsonNode created) {
        return new UploadPlan(
                target,
                file,
                partBytes,
                created.path("upload_id").asText(""),
                parts(created.path("credentials"), "part_number", "url"));
    }

    /** Whether there is an address for each part of the file. */
    boolean isWhole() {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).number() != i + 1) {
                return false;
            }
        }
        return parts.size() == count(file.sizeBytes(), partBytes);
    }

    private static List<Part> parts(JsonNode rows, String number, String address) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode row : rows) {
            Map<String, String> headers = new LinkedHashMap<>();
            row.path("headers")
                    .properties()
                    .forEach(header ->
                            headers.put(header.getKey(), header.getValue().asText()));
            Optional<URI> to = address(row.path(address).asText());
            if (to.isPresent()) {
                parts.add(new Part(
                        row.path(number).asInt(),
                        to.get(),
                        headers,
                        Optional.of(row.path("tag").asText("")).filter(tag -> !tag.isEmpty())));
            }
        }
        parts.sort(Comparator.comparingInt(Part::number));
        return parts;
    }

    private static Optional<URI> address(String text) {
        try {
            return Optional.of(URI.create(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** How many parts a file has. */
    static int count(long sizeBytes, long partBytes) {
        return Math.toIntExact(Math.ceilDiv(sizeBytes, partBytes));
    }

    boolean hasStarted() {
        return parts.stream().anyMatch(part -> part.tag().isPresent());
    }

    long offset(Part part) {
        return (part.number() - 1) * partBytes;
    }

    long length(Part part) {
        return Math.min(partBytes, file.sizeBytes() - offset(part));
    }

    /** The same with a part there. */
    UploadPlan with(Part part, String tag) {
        List<Part> all = new ArrayList<>(parts);
        all.set(part.number() - 1, new Part(part.number(), part.address(), part.headers(), Optional.of(tag)));
        return new UploadPlan(target, file, partBytes, uploadId, all);
    }

    /** What is noted and can be gone on with; a note that cannot be read, as after a loss of power, is none. */
    static Optional<UploadPlan> read(UploadNote note) throws IOException {
        Optional<byte[]> held = note.read();
        if (held.isEmpty()) {
            return Optional.empty();
        }
        JsonNode json;
        try {
            json = JSON.readTree(held.get());
        } catch (IOException e) {
            return Optional.empty();
        }
        if (json == null || json.path("format").asInt() != FORMAT) {
            return Optional.empty();
        }
        UploadPlan plan = new UploadPlan(
                json.path("target").asText(),
                new FileDigest(
                        json.path("sizeBytes").asLong(), json.path("sha256").asText()),
                json.path("partBytes").asLong(),
                json.path("uploadId").asText(),
                parts(json.path("parts"), "number", "address"));
        return plan.partBytes > 0 && plan.isWhole() ? Optional.of(plan) : Optional.empty();
    }

    void write(UploadNote note) throws IOException {
        if (!note.keeps()) {
            return;
        }
        ObjectNode json = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("target", target)
                .put("sizeBytes", file.sizeBytes())
                .put("sha256", file.sha256())
                .put("partBytes", partBytes)
                .put("uploadId", uploadId);
        ArrayNode rows = json.putArray("parts");
        for (Part part : parts) {
            ObjectNode row = rows.addObject()
                    .put("number", part.number())
                    .put("address", part.address().toString());
            ObjectNode headers = row.putObject("headers");
            part.headers().forEach(headers::put);
            part.tag().ifPresent(tag -> row.put("tag", tag));
        }
        note.write(JSON.writeValueAsBytes(json));
    }

    /** What completes the upload, or, without the parts, aborts it. */
    ObjectNode request(boolean withParts) {
        ObjectNode body = JSON.createObjectNode().put("path", target.substring(target.lastIndexOf('/') + 1));
        if (!uploadId.isEmpty()) {
            body.put("upload_id", uploadId);
        }
        if (withParts) {
            ArrayNode rows = body.putArray("parts");
            for (Part part : parts) {
                rows.addObject()
                        .put("part_number", part.number())
                        .put("etag", part.tag().orElse(""))
                        .put("url", part.address().toString());
            }
        }
        return body;
    }
}
