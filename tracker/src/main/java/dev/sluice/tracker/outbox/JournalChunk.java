package dev.sluice.tracker.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A piece of a journal that another machine writes: whole entries, as bytes, behind the file's header where the piece begins at
 * 0. Other than a journal of one's own it is not believed: whatever is damaged, unknown or of another type than it
 * should be is an error. Immutable.
 */
public final class JournalChunk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private final long offset;
    private final byte[] bytes;
    private final List<Numbered<JournalEntry>> entries;
    /** Where it may be cut: its beginning, the end of the header, and the end of each entry. */
    private final TreeSet<Long> cuts = new TreeSet<>();

    private JournalChunk(long offset, byte[] bytes) throws JournalException {
        this.offset = offset;
        this.bytes = bytes;
        this.entries = List.copyOf(parse());
    }

    /**
     * Reads a piece of a journal.
     *
     * @param offset where it begins in its journal: 0, or where an entry ends
     * @param bytes are copied
     * @throws JournalException if it holds anything but whole and sound entries, or none; the message names the offset
     */
    public static JournalChunk read(long offset, byte[] bytes) throws JournalException {
        if (offset != 0 && offset < JournalFormat.FILE_HEADER) {
            throw new JournalException("offset " + offset + " lies within the file's header; a journal begins at 0");
        }
        return new JournalChunk(offset, bytes.clone());
    }

    private List<Numbered<JournalEntry>> parse() throws JournalException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        cuts.add(offset);
        int at = 0;
        if (offset == 0) {
            if (bytes.length < JournalFormat.FILE_HEADER) {
                throw new JournalException("the journal is cut off within its header");
            }
            JournalFormat.checkFileHeader(buffer, "what is sent as offset 0");
            at = JournalFormat.FILE_HEADER;
            cuts.add(offset + at);
        }
        List<Numbered<JournalEntry>> read = new ArrayList<>();
        while (at < bytes.length) {
            JournalFormat.Header header = header(buffer, at);
            JournalEntry entry = JournalFormat.decode(header, buffer, at);
            check(header, entry, at);
            long begin = offset + at;
            at += header.frameLength();
            read.add(new Numbered<>(begin, offset + at, Instant.ofEpochMilli(header.writtenAtMillis()), entry));
            cuts.add(offset + at);
        }
        if (read.isEmpty()) {
            throw new JournalException("there is no entry in it");
        }
        return read;
    }

    private JournalFormat.Header header(ByteBuffer buffer, int at) throws JournalException {
        if (bytes.length - at >= JournalFormat.FRAME_HEADER) {
            Optional<JournalFormat.Header> header = JournalFormat.header(buffer, at);
            if (header.isPresent()
                    && header.get().frameLength() <= bytes.length - at
                    && JournalFormat.isIntact(header.get(), buffer, at)) {
                return header.get();
            }
        }
        throw new JournalException("there is no whole and intact entry at offset " + (offset + at));
    }

    /** A journal is read leniently; what is wrong here would be shipped as something else than was meant. */
    private void check(JournalFormat.Header header, JournalEntry entry, int at) throws JournalException {
        if (header.rows() != entry.rows()) {
            throw new JournalException("the entry at offset " + (offset + at) + " says that it has " + header.rows()
                    + " rows, and has " + entry.rows());
        }
        if (!header.isJson()) {
            return; // binary values have one type
        }
        boolean sound = switch (entry) {
            case JournalEntry.Metrics metrics -> {
                JsonNode json = json(header, at);
                yield json.path("step").isIntegralNumber()
                        && json.path("step").canConvertToLong()
                        && json.path("at").isIntegralNumber()
                        && json.path("at").canConvertToLong()
                        && all(
                                json,
                                value -> value.isNumber()
                                        || (value.isTextual() && NOT_FINITE.contains(value.textValue())));
            }
            case JournalEntry.Params params -> all(json(header, at), JsonNode::isTextual);
            case JournalEntry.Tags tags -> all(json(header, at), JsonNode::isTextual);
            case JournalEntry.RunOpened opened -> true;
            case JournalEntry.RunEnded ended -> true;
            case JournalEntry.Artifact artifact -> true;
            case JournalEntry.Inputs inputs -> true;
        };
        if (!sound) {
            throw new JournalException("the entry at offset " + (offset + at) + " has fields of another type, or none");
        }
    }

    private JsonNode json(JournalFormat.Header header, int at) throws JournalException {
        try {
            return JSON.readTree(bytes, at + JournalFormat.FRAME_HEADER, header.length());
        } catch (IOException e) {
            throw new JournalException("the entry at offset " + (offset + at) + " is not JSON", e);
        }
    }

    private static boolean all(JsonNode json, Predicate<JsonNode> kind) {
        JsonNode values = json.path("values");
        return values.isObject()
                && values.properties().stream().map(Map.Entry::getValue).allMatch(kind);
    }

    /** Where it begins. */
    public long offset() {
        return offset;
    }

    /** Where it ends: the offset of the next one. */
    public long end() {
        return offset + bytes.length;
    }

    /** What it holds, at least one entry. */
    public List<Numbered<JournalEntry>> entries() {
        return entries;
    }

    /** Whether an entry ends here, or the first begins. */
    boolean mayBeCutAt(long place) {
        return cuts.contains(place);
    }

    /**
     * What lies behind a place, as a receiver keeps it.
     *
     * @param from where it {@linkplain #mayBeCutAt may be cut}
     * @param receivedMillis stands in each entry in place of the sender's clock
     */
    byte[] received(long from, long receivedMillis) {
        byte[] kept = Arrays.copyOfRange(bytes, Math.toIntExact(from - offset), bytes.length);
        ByteBuffer buffer = ByteBuffer.wrap(kept);
        for (Numbered<JournalEntry> entry : entries) {
            if (entry.offset() >= from) {
                JournalFormat.writeAnew(buffer, Math.toIntExact(entry.offset() - from), length(entry), receivedMillis);
            }
        }
        return kept;
    }

    /**
     * Whether a receiver holds its beginning.
     *
     * @param held from where it begins to where it may be cut
     */
    boolean beginsWith(byte[] held) {
        byte[] sent = Arrays.copyOf(bytes, held.length);
        byte[] kept = held.clone();
        for (Numbered<JournalEntry> entry : entries) {
            int at = Math.toIntExact(entry.offset() - offset);
            if (at + length(entry) <= held.length) {
                JournalFormat.writeAnew(ByteBuffer.wrap(sent), at, length(entry), 0);
                JournalFormat.writeAnew(ByteBuffer.wrap(kept), at, length(entry), 0);
            }
        }
        return Arrays.equals(sent, kept);
    }

    private static int length(Numbered<JournalEntry> entry) {
        return Math.toIntExact(entry.end() - entry.offset());
    }
}
