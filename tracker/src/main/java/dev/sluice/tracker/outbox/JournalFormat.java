package dev.sluice.tracker.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.tracker.Dataset;
import dev.sluice.tracker.RunStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal, big endian.
 *
 * <pre>
 * first  = "SLUICEJN" {@value #VERSION}:int 0:int frame*
 * later  = "SLUICEJN" {@value #SEGMENT_VERSION}:int 0:int base:long mark:long crc:int 0:int frame*
 * frame  = 0x534A:short kind:byte 0:byte length:int crc:int rows:int writtenAt:long mark:long payload
 * </pre>
 *
 * <p>A journal begins with a file of the first kind, and goes on in files of the later kind: {@code base} is the offset at
 * which the file begins, {@code mark} the last one before it, {@code crc} the CRC-32C of what stands before it.
 *
 * <p>In a frame {@code crc} is the CRC-32C of the frame without the crc itself; {@code writtenAt} counts milliseconds since the
 * epoch. Rows, time and mark stand in the header so that a journal can be counted without reading payloads. A payload is a JSON
 * object in UTF-8, but of metrics, which are recorded while training waits:
 *
 * <pre>
 * metrics = step:long at:long (length:short name:bytes value:double)*
 * </pre>
 *
 * <p>Metrics may stand in JSON too, under a kind of their own: journals were so before, and other programs write it more easily.
 */
final class JournalFormat {
    static final int VERSION = 1;
    static final int SEGMENT_VERSION = 2;
    static final int FILE_HEADER = 16;
    static final int SEGMENT_HEADER = 40;
    static final int FRAME_HEADER = 32;
    /** Longest payload. */
    static final int MAX_PAYLOAD = 4 * 1024 * 1024;

    /** Longest name of a metric, in bytes: an unsigned short. */
    private static final int MAX_NAME = 0xFFFF;

    static final short FRAME_MAGIC = 0x534A;
    private static final long FILE_MAGIC = 0x534C554943454A4EL;
    private static final int CRC_AT = 8;
    private static final int SEGMENT_CRC_AT = 32;
    private static final byte OPENED = 1;
    private static final byte PARAMS = 2;
    private static final byte JSON_METRICS = 3;
    private static final byte TAGS = 4;
    private static final byte ARTIFACT = 5;
    private static final byte ENDED = 6;
    private static final byte INPUTS = 7;
    private static final byte METRICS = 8;

    private static final JsonFactory JSON = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper(JSON);

    private JournalFormat() {}

    static ByteBuffer fileHeader() {
        return ByteBuffer.allocate(FILE_HEADER)
                .putLong(FILE_MAGIC)
                .putInt(VERSION)
                .putInt(0)
                .flip();
    }

    /** Checks the {@value #FILE_HEADER} bytes that a journal begins with. */
    static void checkFileHeader(ByteBuffer header, Object file) throws JournalException {
        if (header.getLong(0) != FILE_MAGIC) {
            throw new JournalException(file + " is not a journal: it does not begin with SLUICEJN");
        }
        int version = header.getInt(8);
        if (version != VERSION) {
            throw new JournalException(
                    file + " is a journal of format " + version + "; this version of Sluice reads format " + VERSION);
        }
    }

    static ByteBuffer segmentHeader(long base, long lastMark) {
        ByteBuffer header = ByteBuffer.allocate(SEGMENT_HEADER)
                .putLong(FILE_MAGIC)
                .putInt(SEGMENT_VERSION)
                .putInt(0)
                .putLong(base)
                .putLong(lastMark);
        return header.putInt(segmentCrc(header)).putInt(0).flip();
    }

    private static int segmentCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, SEGMENT_CRC_AT));
        return (int) crc.getValue();
    }

    /** Checks the {@value #SEGMENT_HEADER} bytes that a later file begins with; damaged ones pass, a newer format not. */
    static void checkSegmentHeader(ByteBuffer header, Object file) throws JournalException {
        int version = header.getInt(8);
        if (segmentCrc(header) == header.getInt(SEGMENT_CRC_AT) && version != SEGMENT_VERSION) {
            throw new JournalException(file + " is a journal of format " + version
                    + "; this version of Sluice reads format " + SEGMENT_VERSION);
        }
    }

    /** The last mark before a later file, as its header says; none where that is damaged. */
    static long segmentMark(ByteBuffer header) {
        return segmentCrc(header) == header.getInt(SEGMENT_CRC_AT) ? header.getLong(24) : JournalEntry.NO_MARK;
    }

    /** The whole frame. */
    static byte[] encode(JournalEntry entry, long writtenAtMillis) throws JournalException {
        byte[] frame = entry instanceof JournalEntry.Metrics metrics ? metricsFrame(metrics) : jsonFrame(entry);
        int length = frame.length - FRAME_HEADER;
        if (length > MAX_PAYLOAD) {
            throw new JournalException("entry of " + length + " bytes is longer than " + MAX_PAYLOAD);
        }
        ByteBuffer header = ByteBuffer.wrap(frame);
        header.putShort(0, FRAME_MAGIC).put(2, kind(entry)).put(3, (byte) 0).putInt(4, length);
        header.putInt(12, entry.rows()).putLong(16, writtenAtMillis).putLong(24, entry.mark());
        header.putInt(CRC_AT, crc(header, 0, frame.length));
        return frame;
    }

    /** Room for the header, and the payload. */
    private static byte[] metricsFrame(JournalEntry.Metrics metrics) throws JournalException {
        byte[][] names = new byte[metrics.values().size()][];
        int length = FRAME_HEADER + 2 * Long.BYTES;
        int at = 0;
        for (String name : metrics.values().keySet()) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAX_NAME) {
                throw new JournalException("name of a metric of " + bytes.length + " bytes is longer than " + MAX_NAME);
            }
            names[at++] = bytes;
            length += Short.BYTES + bytes.length + Double.BYTES;
        }
        ByteBuffer frame = ByteBuffer.allocate(length).position(FRAME_HEADER);
        frame.putLong(metrics.step()).putLong(metrics.at().toEpochMilli());
        at = 0;
        for (double value : metrics.values().values()) {
            byte[] name = names[at++];
            frame.putShort((short) name.length).put(name).putDouble(value);
        }
        return frame.array();
    }

    private static byte[] jsonFrame(JournalEntry entry) throws JournalException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.write(new byte[FRAME_HEADER], 0, FRAME_HEADER);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            write(json, entry);
            json.writeEndObject();
        } catch (IOException e) {
            throw new JournalException("entry cannot be written as JSON: " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    /** What a frame's header says, before its payload was looked at. */
    record Header(byte kind, int length, int crc, int rows, long writtenAtMillis, long mark) {
        boolean isMetrics() {
            return kind == METRICS || kind == JSON_METRICS;
        }

        /** Whether the payload is JSON, whose fields may be of any type. */
        boolean isJson() {
            return kind != METRICS;
        }

        boolean isArtifact() {
            return kind == ARTIFACT;
        }

        int frameLength() {
            return FRAME_HEADER + length;
        }
    }

    /** The header at that position, empty if there cannot be one: {@value #FRAME_HEADER} bytes must be there. */
    static Optional<Header> header(ByteBuffer bytes, int at) {
        byte kind = bytes.get(at + 2);
        int length = bytes.getInt(at + 4);
        if (bytes.getShort(at) != FRAME_MAGIC
                || kind < OPENED
                || bytes.get(at + 3) != 0
                || length < 2
                || length > MAX_PAYLOAD) {
            return Optional.empty();
        }
        return Optional.of(new Header(
                kind,
                length,
                bytes.getInt(at + CRC_AT),
                bytes.getInt(at + 12),
                bytes.getLong(at + 16),
                bytes.getLong(at + 24)));
    }

    /** Puts another time into the frame at that position. */
    static void writeAnew(ByteBuffer bytes, int at, int length, long writtenAtMillis) {
        bytes.putLong(at + 16, writtenAtMillis);
        bytes.putInt(at + CRC_AT, crc(bytes, at, length));
    }

    /** Whether the frame at that position, which is there in whole, is as it was written. */
    static boolean isIntact(Header header, ByteBuffer bytes, int at) {
        return crc(bytes, at, header.frameLength()) == header.crc;
    }

    private static int crc(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at, CRC_AT));
        crc.update(bytes.slice(at + CRC_AT + 4, length - CRC_AT - 4));
        return (int) crc.getValue();
    }

    private static byte kind(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.RunOpened opened -> OPENED;
            case JournalEntry.Params params -> PARAMS;
            case JournalEntry.Metrics metrics -> METRICS;
            case JournalEntry.Tags tags -> TAGS;
            case JournalEntry.Artifact artifact -> ARTIFACT;
            case JournalEntry.RunEnded ended -> ENDED;
            case JournalEntry.Inputs inputs -> INPUTS;
        };
    }

    private static void write(JsonGenerator json, JournalEntry entry) throws IOException {
        switch (entry) {
            case JournalEntry.RunOpened opened -> {
                json.writeStringField("key", opened.key());
                json.writeStringField("name", opened.name());
                json.writeStringField("experiment", opened.experiment());
                json.writeNumberField("startTime", opened.startTime().toEpochMilli());
                if (opened.parentKey().isPresent()) {
                    json.writeStringField("parentKey", opened.parentKey().get());
                }
                writeTexts(json, "tags", opened.tags());
            }
            case JournalEntry.Params params -> writeTexts(json, "values", params.values());
            case JournalEntry.Tags tags -> writeTexts(json, "values", tags.values());
            case JournalEntry.Metrics metrics -> throw new IllegalArgumentException("metrics are not written as JSON");
            case JournalEntry.Artifact artifact -> {
                json.writeStringField("artifactPath", artifact.artifactPath());
                json.writeStringField("localPath", artifact.localPath());
                json.writeNumberField("sizeBytes", artifact.sizeBytes());
                json.writeStringField("sha256", artifact.sha256());
            }
            case JournalEntry.RunEnded ended -> {
                json.writeStringField("status", ended.status().name());
                json.writeNumberField("at", ended.at().toEpochMilli());
            }
            case JournalEntry.Inputs inputs -> {
                json.writeArrayFieldStart("datasets");
                for (Dataset dataset : inputs.datasets()) {
                    write(json, dataset);
                }
                json.writeEndArray();
            }
        }
    }

    private static void write(JsonGenerator json, Dataset dataset) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", dataset.name());
        json.writeStringField("digest", dataset.digest());
        json.writeStringField("sourceType", dataset.sourceType());
        json.writeStringField("source", dataset.source());
        if (dataset.schema().isPresent()) {
            json.writeStringField("schema", dataset.schema().get());
        }
        if (dataset.profile().isPresent()) {
            json.writeStringField("profile", dataset.profile().get());
        }
        json.writeStringField("context", dataset.context());
        json.writeEndObject();
    }

    private static Dataset dataset(JsonNode json) {
        return new Dataset(
                json.path("name").asText(),
                json.path("digest").asText(),
                json.path("sourceType").asText(),
                json.path("source").asText(),
                Optional.ofNullable(json.get("schema")).map(JsonNode::asText),
                Optional.ofNullable(json.get("profile")).map(JsonNode::asText),
                json.path("context").asText());
    }

    private static void writeTexts(JsonGenerator json, String field, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(field);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }

    /** The entry of an intact frame. */
    static JournalEntry decode(Header header, ByteBuffer bytes, int at) throws JournalException {
        if (header.kind > METRICS) {
            throw new JournalException("entry of kind " + header.kind + ", which this version of Sluice does not know");
        }
        try {
            if (header.kind == METRICS) {
                return metrics(bytes.slice(at + FRAME_HEADER, header.length), header.mark);
            }
            byte[] payload = new byte[header.length];
            bytes.get(at + FRAME_HEADER, payload);
            return read(header.kind, header.mark, MAPPER.readTree(payload));
        } catch (IOException | IllegalArgumentException | BufferUnderflowException e) {
            throw new JournalException("entry that this version of Sluice cannot read: " + e.getMessage(), e);
        }
    }

    private static JournalEntry metrics(ByteBuffer payload, long mark) {
        long step = payload.getLong();
        Instant at = Instant.ofEpochMilli(payload.getLong());
        Map<String, Double> values = new LinkedHashMap<>();
        while (payload.hasRemaining()) {
            byte[] name = new byte[Short.toUnsignedInt(payload.getShort())];
            payload.get(name);
            values.put(new String(name, StandardCharsets.UTF_8), payload.getDouble());
        }
        return new JournalEntry.Metrics(step, values, at, mark);
    }

    private static JournalEntry read(byte kind, long mark, JsonNode json) {
        return switch (kind) {
            case OPENED ->
                new JournalEntry.RunOpened(
                        json.path("key").asText(),
                        json.path("name").asText(),
                        json.path("experiment").asText(),
                        Instant.ofEpochMilli(json.path("startTime").asLong()),
                        Optional.ofNullable(json.get("parentKey")).map(JsonNode::asText),
                        texts(json.path("tags")),
                        mark);
            case PARAMS -> new JournalEntry.Params(texts(json.path("values")), mark);
            case TAGS -> new JournalEntry.Tags(texts(json.path("values")), mark);
            case JSON_METRICS -> {
                Map<String, Double> values = new LinkedHashMap<>();
                json.path("values").properties().forEach(value -> values.put(value.getKey(), number(value.getValue())));
                yield new JournalEntry.Metrics(
                        json.path("step").asLong(),
                        values,
                        Instant.ofEpochMilli(json.path("at").asLong()),
                        mark);
            }
            case ARTIFACT ->
                new JournalEntry.Artifact(
                        json.path("artifactPath").asText(),
                        json.path("localPath").asText(),
                        json.path("sizeBytes").asLong(),
                        json.path("sha256").asText(),
                        mark);
            case ENDED ->
                new JournalEntry.RunEnded(
                        RunStatus.valueOf(json.path("status").asText()),
                        Instant.ofEpochMilli(json.path("at").asLong()),
                        mark);
            case INPUTS -> {
                List<Dataset> datasets = new ArrayList<>();
                json.path("datasets").forEach(dataset -> datasets.add(dataset(dataset)));
                yield new JournalEntry.Inputs(datasets, mark);
            }
            default -> throw new IllegalArgumentException("kind " + kind + " is not written as JSON");
        };
    }

    private static double number(JsonNode node) {
        return node.isTextual() ? Double.parseDouble(node.textValue()) : node.doubleValue();
    }

    private static Map<String, String> texts(JsonNode json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.properties()
                .forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
        return texts;
    }
}
