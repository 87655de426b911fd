package dev.sluice.trainer.callback;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/*
 * A file is a row of TFRecords (tensorflow/core/lib/io/record_writer.h): length as little-endian uint64, the masked
 * CRC-32C of those eight bytes as uint32, the bytes, their masked CRC-32C. The mask is rotate right by 15 and add
 * 0xa282ead8. Each record is a protocol buffer Event (tensorflow/core/util/event.proto): wall_time = 1 (double),
 * step = 2 (int64), file_version = 3 (string), summary = 5 (message), session_log = 7 (message). A summary has values
 * = 1 (message) of tag = 1 (string), simple_value = 2 (float), tensor = 8, metadata = 9. The first event says
 * "brain.Event:2". A session log with status START = 1 says that what other files have at or after its step is void:
 * so an attempt that goes on from a checkpoint replaces what the one before wrote after it.
 */
/** Writes events as TensorBoard reads them. Confined to one thread. */
final class EventFile implements AutoCloseable {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int CRC_MASK_DELTA = 0xa282ead8;

    private final OutputStream out;

    /** A new file, made with its folder. */
    EventFile(Path file, Instant at) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        this.out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Message event = event(0, at);
        event.bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        write(event);
    }

    /** What other files have at or after this step is void. */
    void begin(long step, Instant at) throws IOException {
        Message status = new Message();
        status.number(1, 1);
        Message event = event(step, at);
        event.bytes(7, status.content());
        write(event);
    }

    /** Values by tag at a step. */
    void scalars(long step, Instant at, Map<String, Double> values) throws IOException {
        Message summary = new Message();
        values.forEach((tag, number) -> {
            Message value = new Message();
            value.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
            value.real(2, number.floatValue());
            summary.bytes(1, value.content());
        });
        Message event = event(step, at);
        event.bytes(5, summary.content());
        write(event);
    }

    /** A text at a step. */
    void text(long step, Instant at, String tag, String text) throws IOException {
        Message plugin = new Message();
        plugin.bytes(1, "text".getBytes(StandardCharsets.UTF_8));
        Message metadata = new Message();
        metadata.bytes(1, plugin.content());
        Message dimension = new Message();
        dimension.number(1, 1);
        Message shape = new Message();
        shape.bytes(2, dimension.content());
        Message tensor = new Message();
        tensor.number(1, 7); // DT_STRING
        tensor.bytes(2, shape.content());
        tensor.bytes(8, text.getBytes(StandardCharsets.UTF_8));
        Message value = new Message();
        value.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
        value.bytes(8, tensor.content());
        value.bytes(9, metadata.content());
        Message summary = new Message();
        summary.bytes(1, value.content());
        Message event = event(step, at);
        event.bytes(5, summary.content());
        write(event);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private static Message event(long step, Instant at) {
        Message event = new Message();
        event.real(1, at.getEpochSecond() + at.getNano() / 1e9);
        if (step != 0) {
            event.number(2, step);
        }
        return event;
    }

    private void write(Message event) throws IOException {
        byte[] content = event.content();
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(content.length)
                .array();
        ByteBuffer framed =
                ByteBuffer.allocate(length.length + content.length + 8).order(ByteOrder.LITTLE_ENDIAN);
        framed.put(length).putInt(maskedCrc(length)).put(content).putInt(maskedCrc(content));
        out.write(framed.array()); // one write, so that a reader seldom meets half a record
    }

    static int maskedCrc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
    }

    /** A protocol buffer under construction. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        void number(int field, long value) {
            key(field, VARINT);
            varint(value);
        }

        void real(int field, double value) {
            key(field, FIXED64);
            out.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(value)
                    .array());
        }

        void real(int field, float value) {
            key(field, FIXED32);
            out.writeBytes(ByteBuffer.allocate(Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putFloat(value)
                    .array());
        }

        void bytes(int field, byte[] value) {
            key(field, BYTES);
            varint(value.length);
            out.writeBytes(value);
        }

        byte[] content() {
            return out.toByteArray();
        }

        private void key(int field, int wire) {
            varint(((long) field << 3) | wire);
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
