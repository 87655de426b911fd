package dev.sluice.tracker.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.tracker.ExperimentId;
import dev.sluice.tracker.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the file {@value RunJournals#CURSOR} of a run folder holds. Losing it costs a search and a resend, which the
 * server recognises, never a point and never a second run.
 *
 * @param opening an attempt to open the run was begun, so the next one must search first
 * @param uncertain an attempt to open the run ended without an answer: the server may hold a twin
 * @param offsets by the journal's file name
 */
record RunCursor(
        @Nullable String key,
        @Nullable RunId run,
        @Nullable ExperimentId experiment,
        boolean opening,
        boolean uncertain,
        boolean ended,
        Map<String, Offsets> offsets) {
    /** How far a journal was shipped: its records, and the artifacts that it names, which travel by themselves. */
    record Offsets(long records, long artifacts) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FORMAT = 1;
    private static final String PART = RunJournals.CURSOR + ".part";

    /** Nothing known, nobody tried. */
    static RunCursor none() {
        return new RunCursor(null, null, null, false, false, false, Map.of());
    }

    /** Nothing known, but somebody may have tried. */
    private static RunCursor lost() {
        return new RunCursor(null, null, null, true, true, false, Map.of());
    }

    Optional<RunId> id() {
        return Optional.ofNullable(run);
    }

    static RunCursor read(Path folder) throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(folder.resolve(RunJournals.CURSOR));
        } catch (NoSuchFileException e) {
            return none();
        }
        JsonNode json;
        try {
            json = JSON.readTree(bytes);
        } catch (IOException e) {
            // Power was lost before the file reached the disk.
            return lost();
        }
        if (json == null || json.path("format").asInt() != FORMAT) {
            return lost();
        }
        Map<String, Offsets> offsets = new LinkedHashMap<>();
        json.path("journals")
                .properties()
                .forEach(journal -> offsets.put(
                        journal.getKey(),
                        new Offsets(
                                journal.getValue().path("records").asLong(),
                                journal.getValue().path("artifacts").asLong())));
        return new RunCursor(
                json.hasNonNull("key") ? json.path("key").asText() : null,
                json.hasNonNull("runId") ? new RunId(json.path("runId").asText()) : null,
                json.hasNonNull("experimentId")
                        ? new ExperimentId(json.path("experimentId").asText())
                        : null,
                json.path("opening").asBoolean(),
                json.path("uncertain").asBoolean(),
                json.path("ended").asBoolean(),
                offsets);
    }

    /** Replaces the file as a whole. */
    void write(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", FORMAT);
        json.put("key", key);
        json.put("runId", run == null ? null : run.value());
        json.put("experimentId", experiment == null ? null : experiment.value());
        json.put("opening", opening);
        json.put("uncertain", uncertain);
        json.put("ended", ended);
        ObjectNode journals = json.putObject("journals");
        offsets.forEach((name, offset) ->
                journals.putObject(name).put("records", offset.records).put("artifacts", offset.artifacts));
        Path part = folder.resolve(PART);
        Files.write(part, JSON.writeValueAsBytes(json));
        Files.move(
                part,
                folder.resolve(RunJournals.CURSOR),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
