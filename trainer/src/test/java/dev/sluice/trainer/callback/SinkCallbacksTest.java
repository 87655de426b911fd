package dev.sluice.trainer.callback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trainer.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The callbacks that write down what training comes to. */
class SinkCallbacksTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00.250Z");
    private static final Secrets SECRETS = Secrets.of(Map.of("SLUICE_TOKEN", "lease-abc"));
    private static final TrainingControl CONTROL = new TrainingControl();

    @TempDir
    Path folder;

    private static TrainingProgress at(int epoch, int batch, long step) {
        return new TrainingProgress(epoch, batch, step, 4, 10);
    }

    private static LogEntry log(long step, double epoch, boolean atEpochEnd) {
        Map<String, Double> values = new java.util.LinkedHashMap<>();
        values.put("loss", 0.5);
        values.put("learning_rate", 0.01);
        values.put("grad_norm", 2.0);
        values.put("gpu_memory_mb", 0.0);
        return new LogEntry(step, epoch, values, atEpochEnd, AT);
    }

    /** Two epochs as a chain would tell of them. */
    private static void tell(Callback callback) {
        callback.trainBegin(at(0, 0, 0), CONTROL);
        callback.log(log(5, 0.5, false), at(0, 5, 5), CONTROL);
        callback.evaluateEnd(new EvaluationResult(Map.of("val_loss", 0.7), false, AT), at(0, 5, 5), CONTROL);
        callback.log(log(10, 1, true), at(0, 10, 10), CONTROL);
        callback.epochEnd(new EpochResult(1, Map.of("train_loss", 0.4, "val_loss", 0.6), AT), at(1, 0, 10), CONTROL);
        callback.alert(new Alert("loss-alarm", "up, says lease-abc"), at(1, 3, 13));
        callback.trainEnd(new StopReason.Finished(4), at(4, 0, 40));
    }

    @Nested
    class JsonLines {
        @Test
        void writesTheFieldsThatToolsLookFor() throws IOException {
            Path file = folder.resolve("logging.jsonl");
            Map<String, String> labels = Map.of("run_name", "r lease-abc", "model_name", "mlp", "task_type", "digits");

            tell(new JsonLinesLog("json-lines", file, labels, 5, SECRETS));

            List<Map<String, Object>> lines =
                    Files.readAllLines(file).stream().map(JsonText::readObject).toList();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(0))
                    .isEqualTo(Map.of(
                            "step",
                            5L,
                            "epoch",
                            0.5,
                            "loss",
                            0.5,
                            "learning_rate",
                            0.01,
                            "grad_norm",
                            2.0,
                            "gpu_memory_mb",
                            0.0,
                            "timestamp",
                            "2026-01-01T00:00:00.250Z",
                            "run_name",
                            "r ***",
                            "model_name",
                            "mlp",
                            "task_type",
                            "digits"));
            assertThat(lines.get(1)).containsEntry("val_loss", 0.7).containsEntry("epoch", 0.5);
            assertThat(lines.get(2))
                    .containsEntry("step", 10L)
                    .containsEntry("epoch", 1L)
                    .containsEntry("loss", 0.4)
                    .containsEntry("train_loss", 0.4)
                    .containsEntry("val_loss", 0.6)
                    .containsEntry("grad_norm", 2.0);
            assertThat(lines.get(3)).containsEntry("alert", "loss-alarm: up, says ***");
        }
    }

    @Nested
    class TensorBoard extends CallbackContract {
        @Override
        Callback create() {
            return new TensorBoardLog("tensorboard", folder.resolve("tb"), Map.of("run_name", "r"), 5, SECRETS);
        }

        @Test
        void writesRecordsThatReadBack() throws IOException {
            Callback callback = create();
            tell(callback);

            List<Event> events = read();

            assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
            assertThat(events.get(1).startsAt()).isTrue();
            assertThat(events.get(1).step()).isEqualTo(1);
            assertThat(events)
                    .filteredOn(event -> event.step() == 5)
                    .satisfiesExactly(
                            first -> assertThat(first.scalars())
                                    .containsEntry("loss", 0.5f)
                                    .containsEntry("grad_norm", 2f)
                                    .containsEntry("learning_rate", 0.01f),
                            second -> assertThat(second.scalars()).isEqualTo(Map.of("val_loss", 0.7f)));
            assertThat(events).filteredOn(event -> event.step() == 10).last().satisfies(event -> {
                assertThat(event.scalars()).isEqualTo(Map.of("train_loss", 0.4f, "val_loss", 0.6f, "epoch", 1f));
                assertThat(event.wallTime()).isEqualTo(AT.toEpochMilli() / 1000.0);
            });
            assertThat(events)
                    .filteredOn(event -> event.step() == 13)
                    .singleElement()
                    .satisfies(
                            event -> assertThat(event.texts()).isEqualTo(Map.of("alert/loss-alarm", "up, says ***")));
        }

        @Test
        void takesThePlaceOfWhatAnEarlierAttemptWroteLater() throws IOException {
            Callback resumed = create();
            resumed.trainBegin(at(2, 0, 20), CONTROL);
            resumed.epochEnd(new EpochResult(3, Map.of("m", 1.0), AT), at(3, 0, 30), CONTROL);

            assertThat(read().get(1)).satisfies(event -> {
                assertThat(event.startsAt()).isTrue();
                assertThat(event.step()).isEqualTo(21);
            });
        }

        @Test
        void checksumsAsTheFormatAsksFor() {
            // CRC-32C of 32 zero bytes is 0x8a9136aa (RFC 3720, appendix B.4)
            int crc = 0x8a9136aa;
            assertThat(EventFile.maskedCrc(new byte[32])).isEqualTo(((crc >>> 15) | (crc << 17)) + 0xa282ead8);
        }

        private List<Event> read() throws IOException {
            try (Stream<Path> files = Files.list(folder.resolve("tb"))) {
                Path file = files.findFirst().orElseThrow();
                assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
                return Event.read(Files.readAllBytes(file));
            }
        }
    }

    @Nested
    class Bar {
        @Test
        void redrawsInPlaceAndKeepsALineForEachEpoch() {
            StringBuilder terminal = new StringBuilder();

            tell(new ProgressBar("progress", Optional.of(terminal), 1, SECRETS));

            assertThat(terminal.toString())
                    .containsPattern("\r\\[=== +\\] +1[23] % step 5 loss 0\\.5000")
                    .contains("epoch 1/4 ")
                    .contains("! loss-alarm: up, says ***")
                    .endsWith("trained for all 4 epochs\n");
        }

        @Test
        void writesNothingWhereNobodyLooksOn() {
            ProgressBar bar = new ProgressBar("progress", Optional.empty(), 1, SECRETS);

            tell(bar);

            assertThat(bar.logEverySteps()).isNegative();
        }
    }

    /** One event as a reader of the format finds it. */
    private record Event(
            double wallTime,
            long step,
            String version,
            boolean startsAt,
            Map<String, Float> scalars,
            Map<String, String> texts) {

        static List<Event> read(byte[] file) {
            List<Event> events = new ArrayList<>();
            ByteBuffer records = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
            while (records.hasRemaining()) {
                byte[] length = new byte[8];
                records.get(length);
                assertThat(records.getInt()).isEqualTo(masked(length));
                byte[] content = new byte
                        [Math.toIntExact(ByteBuffer.wrap(length)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getLong())];
                records.get(content);
                assertThat(records.getInt()).isEqualTo(masked(content));
                events.add(of(Fields.of(content)));
            }
            return events;
        }

        private static Event of(Fields fields) {
            Map<String, Float> scalars = new HashMap<>();
            Map<String, String> texts = new HashMap<>();
            for (Fields summary : fields.messages(5)) {
                for (Fields value : summary.messages(1)) {
                    String tag = value.text(1);
                    if (value.has(2)) {
                        scalars.put(tag, Float.intBitsToFloat((int) value.number(2)));
                    } else {
                        texts.put(tag, value.messages(8).get(0).text(8));
                        assertThat(value.messages(9).get(0).messages(1).get(0).text(1))
                                .isEqualTo("text");
                    }
                }
            }
            return new Event(
                    Double.longBitsToDouble(fields.number(1)),
                    fields.has(2) ? fields.number(2) : 0,
                    fields.has(3) ? fields.text(3) : "",
                    fields.has(7) && fields.messages(7).get(0).number(1) == 1,
                    scalars,
                    texts);
        }

        private static int masked(byte[] content) {
            CRC32C crc = new CRC32C();
            crc.update(content);
            int value = (int) crc.getValue();
            return ((value >>> 15) | (value << 17)) + 0xa282ead8;
        }
    }

    /** The fields of a protocol buffer: numbers as long bits, the rest as bytes. */
    private record Fields(Map<Integer, List<Object>> values) {
        static Fields of(byte[] content) {
            Map<Integer, List<Object>> values = new HashMap<>();
            ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                long key = varint(buffer);
                Object value = switch ((int) (key & 7)) {
                    case 0 -> varint(buffer);
                    case 1 -> buffer.getLong();
                    case 5 -> (long) buffer.getInt();
                    default -> {
                        byte[] bytes = new byte[(int) varint(buffer)];
                        buffer.get(bytes);
                        yield bytes;
                    }
                };
                values.computeIfAbsent((int) (key >>> 3), field -> new ArrayList<>())
                        .add(value);
            }
            return new Fields(values);
        }

        private static long varint(ByteBuffer buffer) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte part = buffer.get();
                value |= (long) (part & 0x7F) << shift;
                if (part >= 0) {
                    return value;
                }
            }
        }

        boolean has(int field) {
            return values.containsKey(field);
        }

        long number(int field) {
            return (long) values.getOrDefault(field, List.of(0L)).get(0);
        }

        String text(int field) {
            return new String(
                    (byte[]) values.getOrDefault(field, List.of(new byte[0])).get(0), StandardCharsets.UTF_8);
        }

        List<Fields> messages(int field) {
            return values.getOrDefault(field, List.of()).stream()
                    .map(bytes -> of((byte[]) bytes))
                    .toList();
        }
    }
}
