package dev.sluice.tracker.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class JournalFormatTest {
    private static final Instant AT = Instant.parse("2026-11-23T06:30:00.125Z");

    @Test
    void readsMetricsThatWereWrittenAsJson() throws JournalException {
        byte[] payload = "{\"step\":7,\"at\":%d,\"values\":{\"loss\":0.5,\"accuracy\":\"NaN\"}}"
                .formatted(AT.toEpochMilli())
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(JournalFormat.FRAME_HEADER + payload.length)
                .putShort(JournalFormat.FRAME_MAGIC)
                .put((byte) 3)
                .put((byte) 0)
                .putInt(payload.length)
                .putInt(0)
                .putInt(2)
                .putLong(AT.toEpochMilli())
                .putLong(4)
                .put(payload);
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(0, 8));
        crc.update(frame.slice(12, frame.capacity() - 12));
        frame.putInt(8, (int) crc.getValue());

        JournalFormat.Header header = JournalFormat.header(frame, 0).orElseThrow();

        assertThat(JournalFormat.isIntact(header, frame, 0)).isTrue();
        assertThat(header.isMetrics()).isTrue();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.5);
        values.put("accuracy", Double.NaN);
        assertThat(JournalFormat.decode(header, frame, 0)).isEqualTo(new JournalEntry.Metrics(7, values, AT, 4));
    }

    @Test
    void refusesANameThatIsTooLongToBeReadAgain() throws JournalException {
        String longest = "é".repeat(0x7FFF) + "x";
        ByteBuffer frame = ByteBuffer.wrap(JournalFormat.encode(metric(longest), 0));

        assertThat(JournalFormat.decode(JournalFormat.header(frame, 0).orElseThrow(), frame, 0))
                .isEqualTo(metric(longest));
        assertThatThrownBy(() -> JournalFormat.encode(metric(longest + "x"), 0))
                .isInstanceOf(JournalException.class)
                .hasMessage("name of a metric of 65536 bytes is longer than 65535");
    }

    @Test
    void saysThatAPayloadOfMetricsEndsTooEarly() throws JournalException {
        ByteBuffer frame = ByteBuffer.wrap(JournalFormat.encode(metric("loss"), 0));
        frame.putShort(JournalFormat.FRAME_HEADER + 16, (short) -1);
        JournalFormat.Header header = JournalFormat.header(frame, 0).orElseThrow();

        assertThatThrownBy(() -> JournalFormat.decode(header, frame, 0))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("cannot read");
    }

    private static JournalEntry.Metrics metric(String name) {
        return new JournalEntry.Metrics(3, Map.of(name, -0.0), AT);
    }
}
